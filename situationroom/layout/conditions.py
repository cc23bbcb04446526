"""Conditions of actions: an expression over a feed's rows that also knows what a person chose.

``$code`` is the value of the input ``code``; ``$code.count`` is the column ``count`` of the row that was
chosen for it, as that row stood when the preview was made. Everything else is as in
:mod:`situationroom.layout.expressions`: what is not known is not true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from situationroom.layout.expressions import Expression, compile_expression
from situationroom.values import Row, Value

VALUE = "value"
"""``$value`` is what a setting was set to."""

_PLACE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|\$(\w+)(?:\.(\w+))?")


@dataclass(frozen=True, slots=True)
class Given:
    """What a condition may know besides a feed's rows.

    Attributes:
        values: the inputs, and ``value``; one that is not there is not known.
        chosen: by input, the columns of the row that was chosen for it.

    """

    values: Mapping[str, Value] = field(default_factory=dict)
    chosen: Mapping[str, Row] = field(default_factory=dict)

    def of(self, name: str, column: str) -> Value:
        """``$name`` or, with a column, ``$name.column``."""
        return self.chosen.get(name, {}).get(column) if column else self.values.get(name)


NOTHING = Given()


@dataclass(frozen=True, slots=True)
class Condition:
    """One compiled condition.

    Attributes:
        text: as it was written.
        columns: the feed's columns it reads.
        places: what it wants to know besides: inputs, each with the column of its chosen row or "".

    """

    text: str
    columns: frozenset[str]
    places: tuple[tuple[str, str], ...]
    expression: Expression
    _names: tuple[str, ...]

    def of(self, row: Row, given: Given = NOTHING) -> bool | None:
        """Whether it is true for a row; None where that cannot be known."""
        value = self.expression.evaluate(self.filled(row, given))
        return None if value is None else value is True

    def filled(self, row: Row, given: Given = NOTHING) -> Row:
        """The row with what the expression knows besides, by the names it has there."""
        if not self.places:
            return row
        return {**row, **{at: given.of(*place) for at, place in zip(self._names, self.places, strict=True)}}

    def some(self, rows: Iterable[Row], given: Given = NOTHING) -> bool | None:
        """Whether some row meets it; None where none does and of some it cannot be known."""
        unknown = False
        for row in rows:
            met = self.of(row, given)
            if met:
                return True
            unknown = unknown or met is None
        return None if unknown else False


@lru_cache(maxsize=1_000)
def compile_condition(text: str) -> Condition:
    """Parse a condition and check that it holds nothing but what is allowed.

    Raises:
        ExpressionError: as :func:`~situationroom.layout.expressions.compile_expression`.

    """
    prefix = "given_"
    while prefix in text:
        prefix += "_"
    places: dict[tuple[str, str], str] = {}

    def named(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]  # words in quotes
        return places.setdefault((found[1], found[2] or ""), f"{prefix}{len(places)}")

    expression = compile_expression(_PLACE.sub(named, text))
    names = tuple(places.values())
    return Condition(text.strip(), expression.names.difference(names), tuple(places), expression, names)
