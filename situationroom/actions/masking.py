"""Secret inputs kept out of everything that is shown or written."""

from __future__ import annotations

from collections.abc import Mapping

from situationroom.formats import LONGEST_TEXT
from situationroom.layout.models import InputSpec
from situationroom.redaction import HIDDEN, Redaction
from situationroom.values import Message, Value

__all__ = ["HIDDEN", "Mask"]


class Mask:
    """Hides the secret values of one call, also where a database repeats them in its error."""

    def __init__(self, inputs: Mapping[str, InputSpec], values: Mapping[str, Value]) -> None:
        self._values = {name: value for name, value in values.items() if name in inputs}
        self._names = frozenset(name for name, spec in inputs.items() if spec.secret)
        secrets = [str(values[name]) for name in self._names if values.get(name) is not None]
        self._redaction = Redaction(secrets, shortest=1)

    def values(self) -> dict[str, Value]:
        """The call's values by input, secret ones hidden, long ones cut."""
        return {name: HIDDEN if name in self._names else _cut(value) for name, value in self._values.items()}

    def whole(self) -> dict[str, Value]:
        """The call's values by input, secret ones hidden, for a run that may have to be looked up again."""
        return {name: HIDDEN if name in self._names else value for name, value in self._values.items()}

    def message(self, message: Message) -> Message:
        """A sentence whose values no longer hold a secret."""
        return self._redaction.message(message)

    def hide(self, value: object) -> object:
        """Any value, each secret in its text replaced; a figure that is a secret is replaced whole."""
        return self._redaction.value(value)


def _cut(value: Value) -> Value:
    return f"{value[:LONGEST_TEXT]}…" if isinstance(value, str) and len(value) > LONGEST_TEXT else value
