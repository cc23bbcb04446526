"""SQL in an action's options: the text, and the names of what goes in as its ``$1 … $n``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from situationroom.actions.masking import HIDDEN
from situationroom.formats import printable
from situationroom.layout.fields import InputName, Spec
from situationroom.sources.base import Arguments
from situationroom.values import Value

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_PLACE = re.compile(r"\$(\d+)")


class Statement(Spec):
    """One SQL statement. ``args[0]`` names the value of ``$1``: an input, or a name the kind gives."""

    sql: Annotated[str, Field(min_length=1)]
    args: tuple[InputName, ...] = ()

    @model_validator(mode="after")
    def _every_place_is_named(self) -> Self:
        places = {int(number) for number in _PLACE.findall(_QUOTED.sub("''", self.sql))}
        wanted = set(range(1, len(self.args) + 1))
        if places != wanted:
            raise PydanticCustomError(
                "actions.places",
                "one name in args per $n: {used} used, {named} named",
                {"used": _listed(places), "named": len(self.args)},
            )
        return self

    def bound(self, names: Mapping[str, Value]) -> Arguments:
        """The values of ``$1 … $n``."""
        return Arguments((names[name] for name in self.args), self.args)

    def shown(self, names: Mapping[str, Value], secret: Collection[str]) -> str:
        """The statement for people, a line per argument below it; secret ones are not written out."""
        lines = [self.sql.strip()]
        for number, name in enumerate(self.args, 1):
            value = HIDDEN if name in secret else _as_sql(names.get(name))
            lines.append(f"-- ${number} {name} = {value}")
        return "\n".join(lines)


def _as_sql(value: Value) -> str:
    """A value as SQL knows it, in one safe line: ``NULL``, ``true``, ``1234``; words as they are."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(str(value))


def _listed(places: Collection[int]) -> str:
    return ", ".join(f"${number}" for number in sorted(places)) or "–"


GIVEN = frozenset({"value", "actor", "actor_name", "run", "batch"})
"""Names that a kind gives only to a statement that changes something; an input must not be called so."""


def _of_inputs_only(statement: Statement) -> Statement:
    """A look at the present state happens before any run, and for nobody in particular."""
    if foreign := GIVEN.intersection(statement.args):
        raise PydanticCustomError(
            "actions.query_args", "a query uses inputs alone: {names}", {"names": ", ".join(sorted(foreign))}
        )
    return statement


Query = Annotated[Statement, AfterValidator(_of_inputs_only)]
"""A statement that only looks."""
