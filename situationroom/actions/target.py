"""What a run touches, so that no two runs touch it at once."""

from __future__ import annotations

from collections.abc import Mapping

from situationroom.layout.models import ActionSpec
from situationroom.values import Value


def target_of(spec: ActionSpec, values: Mapping[str, Value]) -> str:
    """The action's ``target``: its word, or the value of the input it names; "" where there is none."""
    wanted = spec.inputs.get(spec.target)
    if wanted is None:
        return spec.target
    value = values.get(spec.target)
    return "" if value is None or wanted.secret else str(value)
