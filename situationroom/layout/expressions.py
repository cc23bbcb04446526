"""Expressions of a layout: ``error_rate > 0.03 and requests >= 100``.

Python's notation, restricted: columns, literals, arithmetic, comparisons, ``in``, ``and or not``,
``a if b else c`` and the functions of :data:`FUNCTIONS`. Parsed once, evaluated for many rows.

What is not known stays unknown: a comparison or a sum with a null is null, ``and`` and ``or`` follow
SQL's three-valued logic, and a division by zero, figures out of bounds or words where figures belong
are null too. ``x is None`` asks for null. One time less another is seconds.
"""

from __future__ import annotations

import ast
import itertools
import json
import keyword
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from situationroom.errors import ExpressionError
from situationroom.layout.expression_functions import FUNCTIONS, Limited
from situationroom.values import Row, Value

__all__ = ["FUNCTIONS", "Expression", "compile_expression"]

LONGEST = 2_000
"""Characters of one expression."""

DEEPEST = 60
"""Levels of nesting of one expression."""

LONGEST_TEXT = 10_000
"""Characters a sum of texts may have."""

_LARGEST_BASE, _LARGEST_POWER = 1e9, 64

_PIECE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\W\d]\w*|\S""")
_OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "True", "False", "None"})
_NO_OPERAND = frozenset({"<", ">", "=", "!", "*", "/", "%", ")", ",", ""})
"""What may stand after a column and not after a word that joins two."""

_WORDS = {"true": True, "false": False, "null": None}
"""Literals as YAML and SQL write them, besides Python's."""


class Expression:
    """One compiled expression.

    Attributes:
        text: as it was written.
        names: the columns it reads.

    """

    __slots__ = ("_evaluator", "_node", "names", "text")

    def __init__(self, text: str, node: ast.expr, names: frozenset[str]) -> None:
        self.text = text
        self.names = names
        self._node = node
        self._evaluator = _Evaluator()

    def evaluate(self, row: Row) -> Value:
        """The value for one row; None where it cannot be known. Never raises for any row."""
        self._evaluator.names = row
        try:
            return _plain(self._evaluator._eval(self._node))
        except (ArithmeticError, TypeError, ValueError, InvalidExpression):
            return None  # words where figures belong, a figure out of bounds: not known

    def holds(self, row: Row) -> bool:
        """Whether it is true for a row; unknown is not true."""
        return self.evaluate(row) is True

    @property
    def all_of(self) -> bool:
        """Whether ``and`` joins its parts."""
        return isinstance(self._node, ast.BoolOp) and isinstance(self._node.op, ast.And)

    @property
    def chooses(self) -> bool:
        """Whether it only chooses rows by a text, ``agency == 'KAIT'``: it says nothing of how bad one is."""
        node = self._node
        return (
            isinstance(node, ast.Compare)
            and isinstance(node.ops[0], ast.Eq | ast.In)
            and any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(node))
        )

    def parts(self) -> tuple[Expression, ...]:
        """What ``and`` and ``or`` join, down to single comparisons; itself where they join nothing."""
        if not isinstance(self._node, ast.BoolOp):
            return (self,)
        return tuple(part for node in self._node.values for part in self._part(node).parts())

    def _part(self, node: ast.expr) -> Expression:
        named = (one.id for one in ast.walk(node) if isinstance(one, ast.Name))
        return Expression(ast.unparse(node), node, self.names.intersection(named))

    def mismatch(self, row: Row) -> tuple[str, str] | None:
        """The first comparison of a row that can never hold: its left side, and both values as written.

        ``("up", '"0" == 0')`` where ``up`` is text.
        """
        self._evaluator.names = row
        for node in ast.walk(self._node):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                sides = [self._side(side) for side in (node.left, node.comparators[0])]
                if None not in sides and not _comparable(sides[0], sides[1]):
                    sign = ast.unparse(node).removeprefix(ast.unparse(node.left))
                    sign = sign.removesuffix(ast.unparse(node.comparators[0])).strip()
                    left, right = (json.dumps(side, ensure_ascii=False, default=str) for side in sides)
                    return ast.unparse(node.left), f"{left} {sign} {right}"
        return None

    def _side(self, node: ast.expr) -> Any:
        try:
            return self._evaluator._eval(node)
        except (ArithmeticError, TypeError, ValueError, InvalidExpression):
            return None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(text: str) -> Expression:
    """Parse an expression and check that it holds nothing but what is allowed.

    Raises:
        ExpressionError: it does not parse, is too long, or uses something that is not allowed.

    """
    text = text.strip()
    if not text:
        raise ExpressionError("layout.expression_empty")
    if len(text) > LONGEST:
        raise ExpressionError("layout.expression_long", most=LONGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # "3 is 3": we judge ourselves
            # one line, whatever the line breaks of a folded YAML text
            tree = ast.parse(" ".join(text.split("\n")), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, SyntaxError) and _assigns(text):
            raise ExpressionError("layout.expression_assigns") from error
        if word := _reserved(text):
            raise ExpressionError("layout.expression_reserved", name=word) from error
        at = error.offset if isinstance(error, SyntaxError) else None
        raise ExpressionError("layout.expression_syntax", at=at or 1) from error
    names: set[str] = set()
    _check(tree.body, names, 0)
    return Expression(text, _Rates().visit(tree.body), frozenset(names))


RATE = "rate"
"""``rate(column)``: how fast a counter grows, per second; its feed works it out from reading to reading."""


def rated(name: str) -> str | None:
    """The counter of a name such as ``rate(total)``; None for a column's own name."""
    return name[len(RATE) + 1 : -1] if name.startswith(f"{RATE}(") else None


class _Rates(ast.NodeTransformer):
    """``rate(column)`` as one name: to an expression it is a column like any other."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if (name := _rate_of(node)) is not None:
            return ast.copy_location(ast.Name(name, ast.Load()), node)
        self.generic_visit(node)
        return node


def _rate_of(node: ast.Call) -> str | None:
    """``rate(column)`` as a name; None for another call.

    Raises:
        ExpressionError: it is the rate of something else than a column.

    """
    if not isinstance(node.func, ast.Name) or node.func.id != RATE:
        return None
    if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Name):
        raise ExpressionError("layout.expression_rate", piece=ast.unparse(node))
    return f"{RATE}({node.args[0].id})"


def _assigns(text: str) -> bool:
    """Whether a lone ``=`` stands where ``==`` is meant."""
    return "=" in text.replace("==", "").replace("!=", "").replace(">=", "").replace("<=", "")


def _reserved(text: str) -> str | None:
    """A word of the notation's own that stands where only a column could."""
    pieces: list[str] = [*_PIECE.findall(text), ""]
    for word, after in itertools.pairwise(pieces):
        if keyword.iskeyword(word) and (word not in _OPERATOR_WORDS or after in _NO_OPERAND):
            return word
    return None


def _check(node: ast.expr, names: set[str], depth: int) -> None:
    """Refuse everything but the allowed pieces, gathering column names."""
    if depth > DEEPEST:
        raise ExpressionError("layout.expression_deep", most=DEEPEST)
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return
        case ast.Name(id=name):
            if name not in _WORDS:
                names.add(name)
            return
        case ast.Call() if (rate := _rate_of(node)) is not None:
            names.add(rate)
            return
        case ast.Call():
            _check_call(node)
            inner = node.args
        case ast.Attribute():
            raise ExpressionError("layout.expression_attribute", name=ast.unparse(node))
        case ast.BoolOp(values=values):
            inner = values
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            inner = [node.left, node.right]
        case ast.UnaryOp(op=op) if type(op) in _OPERATORS:
            inner = [node.operand]
        case ast.Compare(ops=ops) if all(type(op) in _OPERATORS for op in ops):
            inner = [node.left, *node.comparators]
        case ast.IfExp():
            inner = [node.test, node.body, node.orelse]
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            inner = elements
        case _:
            piece = ast.unparse(node)
            raise ExpressionError("layout.expression_refused", piece=piece)
    for one in inner:
        _check(one, names, depth + 1)


def _check_call(node: ast.Call) -> None:
    if isinstance(node.func, ast.Attribute):
        raise ExpressionError("layout.expression_attribute", name=ast.unparse(node.func))
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise ExpressionError("layout.expression_refused", piece=ast.unparse(node))
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        raise ExpressionError("layout.expression_refused", piece=ast.unparse(node))
    function = FUNCTIONS.get(node.func.id)
    if function is None:
        known = ", ".join(sorted(FUNCTIONS))
        raise ExpressionError("layout.expression_function", name=node.func.id, names=known)
    if not function.fewest <= len(node.args) <= function.most:
        raise ExpressionError("layout.expression_arguments", name=node.func.id, given=len(node.args))


class _Evaluator(SimpleEval):  # type: ignore[misc]  # simpleeval has no types
    """simpleeval's walk over the tree, with null meaning unknown."""

    def __init__(self) -> None:
        super().__init__(operators=_OPERATORS, functions=_CALLS, names={})
        self.nodes = {
            ast.Constant: self._eval_constant,
            ast.Name: self._eval_name,
            ast.Call: self._eval_call,
            ast.BoolOp: self._eval_boolop,
            ast.BinOp: self._eval_binop,
            ast.UnaryOp: self._eval_unaryop,
            ast.Compare: self._eval_compare,
            ast.IfExp: self._eval_ifexp,
            ast.Tuple: self._eval_tuple,
            ast.List: self._eval_tuple,
        }

    def _eval(self, node: ast.expr) -> Any:
        return self.nodes[type(node)](node)  # every node was checked when compiled

    def _eval_name(self, node: ast.Name) -> Any:
        value = self.names.get(node.id)
        if value is None:
            return _WORDS.get(node.id) if node.id not in self.names else None
        kind = type(value)
        if kind is Decimal or kind is float:
            return _figure(value)
        return value

    def _eval_call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)  # checked when compiled
        return self.functions[node.func.id](*[self._eval(argument) for argument in node.args])

    def _eval_tuple(self, node: ast.Tuple | ast.List) -> Any:
        return tuple(self._eval(element) for element in node.elts)

    def _eval_boolop(self, node: ast.BoolOp) -> Any:
        decided = isinstance(node.op, ast.Or)  # the value that settles it whatever the others are
        known = True
        for value in node.values:
            truth = self._eval(value)
            if truth is None:
                known = False
            elif bool(truth) is decided:
                return decided
        return (not decided) if known else None

    def _eval_compare(self, node: ast.Compare) -> Any:
        left, known = self._eval(node.left), True
        for operation, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._eval(comparator)
            truth = self.operators[type(operation)](left, right)
            if truth is None:
                known = False
            elif not truth:
                return False
            left = right
        return True if known else None

    def _eval_ifexp(self, node: ast.IfExp) -> Any:
        test = self._eval(node.test)
        if test is None:
            return None
        return self._eval(node.body if test else node.orelse)


def _figure(value: Decimal | float) -> int | float | None:
    """A Decimal as an int where it is whole, else as a float: so figures of all sources compare."""
    if not math.isfinite(value):
        return None
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.adjusted() < 40:
        return int(value)
    return float(value)


def _plain(value: object) -> Value:
    """The result as a cell of a row."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if isinstance(value, tuple) else value  # type: ignore[return-value]  # operators give cells


def _known(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A comparison or sum that is null where one side is."""

    def lifted(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        return function(left, right)

    return lifted


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) > LONGEST_TEXT:
        raise Limited
    return left + right


def _subtract(left: Any, right: Any) -> Any:
    difference = left - right
    return difference.total_seconds() if isinstance(difference, timedelta) else difference


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, (str, tuple)) or isinstance(right, (str, tuple)):
        raise Limited  # "ab" * 10**9
    return left * right


def _divide(left: Any, right: Any) -> Any:
    return None if right == 0 else left / right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        raise Limited  # text formatting
    return None if right == 0 else left % right


def _power(left: Any, right: Any) -> Any:
    if abs(left) > _LARGEST_BASE or abs(right) > _LARGEST_POWER:
        raise Limited
    return _real(left**right)


def _real(value: Any) -> Any:
    return None if isinstance(value, complex) else value


def _comparable(left: Any, right: Any) -> bool:
    """Whether two values are of one kind: figures, words, times, lists."""
    return _kind(left) is _kind(right)


def _kind(value: Any) -> type:
    return next((kind for kind in (str, date, tuple) if isinstance(value, kind)), float)


def _equal(left: Any, right: Any) -> Any:
    """Words are never a figure: whether ``"0"`` is 0 nobody knows."""
    return left == right if _comparable(left, right) else None


def _unequal(left: Any, right: Any) -> Any:
    return left != right if _comparable(left, right) else None


def _contains(left: Any, right: Any) -> Any:
    """``x in (…)`` and ``'word' in text``, as SQL's ``in``: unknown where a null might have been it."""
    if isinstance(right, tuple):
        if left in right:
            return True
        known = all(each is not None and _comparable(left, each) for each in right)
        return False if known else None
    return str(left) in right


def _lacks(left: Any, right: Any) -> Any:
    found = _contains(left, right)
    return None if found is None else not found


def _lifted(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else function(value)


_OPERATORS: Mapping[type, Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: _known(_add),
        ast.Sub: _known(_subtract),
        ast.Mult: _known(_multiply),
        ast.Div: _known(_divide),
        ast.FloorDiv: _known(lambda left, right: None if right == 0 else left // right),
        ast.Mod: _known(_remainder),
        ast.Pow: _known(_power),
        ast.Eq: _known(_equal),
        ast.NotEq: _known(_unequal),
        ast.Gt: _known(operator.gt),
        ast.Lt: _known(operator.lt),
        ast.GtE: _known(operator.ge),
        ast.LtE: _known(operator.le),
        ast.In: _known(_contains),
        ast.NotIn: _known(_lacks),
        ast.Is: operator.is_,
        ast.IsNot: operator.is_not,
        ast.Not: _lifted(operator.not_),
        ast.USub: _lifted(operator.neg),
        ast.UAdd: _lifted(operator.pos),
    }
)

_CALLS = {name: function.call for name, function in FUNCTIONS.items()}
