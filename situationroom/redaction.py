"""Secrets taken out of text that is shown or written, in every form a partner may echo them in."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

from situationroom.values import Message

HIDDEN = "•••"

SHORTEST_SECRET = 4
"""Characters of a value that is hidden wherever it stands; a shorter one is in any sentence by chance."""


class Redaction:
    """Hides secrets, also percent-encoded, in JSON, in HTML and in base64.

    ``shortest`` is how long a secret must be to be looked for; ``pieces`` is for sentences, which may quote
    the cut beginning of an answer: a piece of a secret at the end of a text is hidden, too.
    """

    def __init__(
        self, secrets: Iterable[str], *, shortest: int = SHORTEST_SECRET, pieces: bool = False
    ) -> None:
        plain = frozenset(secret for secret in secrets if secret and len(secret) >= shortest)
        self._plain = plain
        self._pieces = pieces
        forms = {form for secret in plain for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, shown: str) -> str:
        """A text without them."""
        for form in self._forms:
            shown = shown.replace(form, HIDDEN)
        if self._pieces:
            for form in self._forms:
                shown = _uncut(shown, form)
        return shown

    def message(self, message: Message) -> Message:
        """A sentence whose values no longer hold one."""
        return Message(message.id, {name: self.value(value) for name, value in message.values.items()})

    def value(self, value: object) -> object:
        """Any value, each secret in its texts hidden; a figure that is one is hidden whole."""
        if not self._forms or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Mapping):
            return {name: self.value(inner) for name, inner in value.items()}
        if isinstance(value, Collection) and not isinstance(value, bytes):
            return [self.value(inner) for inner in value]
        return HIDDEN if str(value) in self._plain and not self._pieces else value


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield _small_escapes(encoded)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    raw = secret.encode()
    if len(raw) >= SHORTEST_SECRET:
        yield base64.b64encode(raw).decode().rstrip("=")
        yield base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _small_escapes(encoded: str) -> str:
    """``%2F`` as ``%2f``."""
    parts = encoded.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def _uncut(shown: str, form: str) -> str:
    """Without the piece of a secret that a cut left at the end."""
    whole = shown.removesuffix("…")
    for size in range(min(len(form) - 1, len(whole)), SHORTEST_SECRET - 1, -1):
        if whole.endswith(form[:size]):
            return whole[:-size] + HIDDEN
    return shown
