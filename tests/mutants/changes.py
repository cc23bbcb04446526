"""Every small wrong change that could be made to a module, found in its syntax tree."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SILENT = {"__repr__", "__init_subclass__"}


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of source replaced by another.

    Attributes:
        file: of the module, from the root of the tree, with ``/``.
        inside: the function or class it is in, dotted; "" at the module's level.
        line: where it begins, from 1.
        start, end: the piece, in bytes of the file.
        before, after: the piece, and what comes in its place.
        nth: which of the equal changes inside the same function it is, from 0.

    """

    file: str
    inside: str
    line: int
    start: int
    end: int
    before: str
    after: str
    nth: int = 0

    @property
    def name(self) -> str:
        """What stays the same while other lines of the file change: the key of an explanation."""
        again = f" #{self.nth + 1}" if self.nth else ""
        return f"{self.file}::{self.inside}: {_one_line(self.before)} → {_one_line(self.after)}{again}"

    def order(self, seed: int) -> bytes:
        """A number that looks drawn, and stays as it is when code elsewhere changes."""
        return hashlib.sha256(f"{seed} {self.name}".encode()).digest()

    def made(self, source: bytes) -> bytes:
        """The file with this change in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def changes(root: Path, file: Path) -> list[Change]:
    """Every change of one file that still parses."""
    source = file.read_bytes()
    name = file.relative_to(root).as_posix()
    seen: dict[str, int] = {}
    found: list[Change] = []
    for inside, node, after in _Finder(ast.parse(source)).found:
        start, end = _span(source, node)
        change = Change(name, inside, node.lineno, start, end, source[start:end].decode(), after)
        if change.before == change.after or not _parses(change.made(source)):
            continue
        nth = seen.get(change.name, 0)
        seen[change.name] = nth + 1
        found.append(replace(change, nth=nth))
    return found


Node = ast.expr | ast.stmt


class _Finder(ast.NodeVisitor):
    def __init__(self, tree: ast.Module) -> None:
        self.found: list[tuple[str, Node, str]] = []
        self._inside: list[str] = []
        self.visit(tree)

    def _add(self, node: Node, after: str) -> None:
        self.found.append((".".join(self._inside), node, after))

    def _within(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if node.name in _SILENT or any("overload" in ast.unparse(each) for each in node.decorator_list):
            return
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases):
            return
        self._inside.append(node.name)
        if not isinstance(node, ast.ClassDef):
            for default in [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self._inside.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _within  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:  # types are no code
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
            self._add(node, f"{left} {_COMPARISONS[type(node.ops[0])]} {right}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left_out in range(len(node.values)):  # what one side adds must matter to somebody
            kept = [value for at, value in enumerate(node.values) if at != left_out]
            self._add(node, f"({ast.unparse(ast.BoolOp(node.op, kept) if len(kept) > 1 else kept[0])})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, f"bool({ast.unparse(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = any(isinstance(side, (ast.JoinedStr, ast.List, ast.Tuple)) for side in (node.left, node.right))
        if type(node.op) in _ARITHMETIC and not text:
            self._add(
                node, f"({ast.unparse(node.left)} {_ARITHMETIC[type(node.op)]} {ast.unparse(node.right)})"
            )
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._add(node, repr(node.value + 1))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Formats of texts have no place of their own before Python 3.12."""

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            self._add(node.func, _CALLS[node.func.id])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        self._either(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._either(node.test)
        self.generic_visit(node)

    def _either(self, test: ast.expr) -> None:
        if not isinstance(test, ast.NamedExpr) and not any(
            isinstance(e, ast.NamedExpr) for e in ast.walk(test)
        ):
            self._add(test, "True")
            self._add(test, "False")

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            if not any(isinstance(each, ast.NamedExpr) for each in ast.walk(test)):
                self._add(test, "True")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._add(node, "return None")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "continue")

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, "pass")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):  # a docstring
            return
        if isinstance(node.value, (ast.Call, ast.Await)):
            self._add(node, "pass")
        self.generic_visit(node)


def _span(source: bytes, node: Node) -> tuple[int, int]:
    """Where a node lies, in bytes."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _one_line(text: str) -> str:
    return " ".join(text.split())


def all_changes(root: Path, folders: tuple[str, ...]) -> Iterator[Change]:
    """Every change of every module below the folders."""
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            yield from changes(root, file)
