"""The limits in a condition: ``error_rate > 0.10``, so that a person can be told how far from it a figure is.

A condition is taken apart at its outermost ``or`` and ``and``. In each alternative the first comparison of a
column by size is its limit; whatever reads no other figure says which rows it is about.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from situationroom.layout.conditions import compile_condition
from situationroom.layout.expressions import Expression, compile_expression

Sign = Literal[">", ">=", "<", "<="]

_SIGNS: dict[type[ast.cmpop], Sign] = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}
_TURNED: dict[Sign, Sign] = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


@dataclass(frozen=True, slots=True)
class Limit:
    """A column that is compared by size.

    Attributes:
        column: its name.
        sign: how; the condition is met where it is true.
        bound: what it is compared with.

    """

    column: str
    sign: Sign
    bound: Expression


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way for a condition to be met.

    Attributes:
        limit: the figure it turns on.
        others: further limits that have to be met, too.
        about: which rows it is about; None for all.

    """

    limit: Limit
    others: tuple[Limit, ...]
    about: Expression | None


@lru_cache(maxsize=1_000)
def alternatives(text: str) -> tuple[Alternative, ...]:
    """The ways for a condition to be met that turn on a figure; none where it is of another form.

    ``text`` must have been checked before; names in it are as in :attr:`Condition.expression`.
    """
    tree = ast.parse(" ".join(compile_condition(text).expression.text.split("\n")), mode="eval")
    found: list[Alternative] = []
    for branch in _parts(tree.body, ast.Or):
        limits: list[Limit] = []
        rest: list[str] = []
        for part in _parts(branch, ast.And):
            limit = _limit(part)
            if limit is None:
                rest.append(f"({ast.unparse(part)})")
            else:
                limits.append(limit)
        if not limits:
            return ()
        about = compile_expression(" and ".join(rest)) if rest else None
        found.append(Alternative(limits[0], tuple(limits[1:]), about))
    return tuple(found)


def _parts(node: ast.expr, by: type[ast.boolop]) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, by):
        for value in node.values:
            yield from _parts(value, by)
    else:
        yield node


def _limit(node: ast.expr) -> Limit | None:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _SIGNS:
            sign = _SIGNS[type(op)]
        case _:
            return None
    if isinstance(left, ast.Name):
        return Limit(left.id, sign, compile_expression(ast.unparse(right)))
    if isinstance(right, ast.Name):
        return Limit(right.id, _TURNED[sign], compile_expression(ast.unparse(left)))
    return None
