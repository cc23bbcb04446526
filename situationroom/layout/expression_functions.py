"""The functions an expression may call. Each is null where an argument is null, except ``coalesce``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


class Limited(ArithmeticError):
    """A figure or text beyond what an expression may make; its value is null."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function and how many arguments it takes."""

    call: Callable[..., Any]
    fewest: int
    most: int


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: None if None in arguments else function(*arguments)


def _round(value: Any, digits: int = 0) -> Any:
    if abs(digits) > 15:
        raise Limited
    return round(value, digits) if digits else round(value)


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "abs": Function(_known(abs), 1, 1),
        "min": Function(_known(min), 2, 20),
        "max": Function(_known(max), 2, 20),
        "round": Function(_known(_round), 1, 2),
        "len": Function(_known(len), 1, 1),
        "lower": Function(_known(lambda text: str(text).lower()), 1, 1),
        "startswith": Function(_known(lambda text, start: str(text).startswith(str(start))), 2, 2),
        "contains": Function(_known(lambda text, part: str(part) in str(text)), 2, 2),
        "coalesce": Function(_coalesce, 1, 20),
    }
)
"""By name. ``min``, ``max`` and ``coalesce`` take up to twenty arguments."""
