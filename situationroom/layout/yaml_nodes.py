"""YAML text → plain data and the place of every piece of it, with YAML's traps closed.

Only ``true`` and ``false`` are truth values, only plain decimal figures without a leading zero are
numbers; ``12:30``, ``010``, ``2024-09-20``, ``yes`` and ``off`` stay text. A key given twice is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from situationroom.errors import LayoutError, Problem
from situationroom.values import Message

Data = str | int | float | bool | None | list["Data"] | dict[str, "Data"]
"""What a layout file holds, once read."""

DataPath = tuple[str | int, ...]
"""Where in the data: keys and list positions from the top."""

MOST_NODES = 50_000
"""Pieces of one layout, aliases written out: a file of a few lines can ask for billions."""

DEEPEST = 60
"""Levels of nesting; a layout needs about eight."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value and its key begin, 1-based; ``block`` when the value is a ``|`` or ``>`` text."""

    line: int
    column: int
    key_line: int
    key_column: int
    block: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that YAML took and we do not: a key given twice, a tag.

    Where the value itself is ``lost``, nothing else can be said about it.
    """

    line: int
    column: int
    path: DataPath
    what: Message
    lost: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data, the place of each piece by its path, and the lines it was read from.

    ``slips`` are what is wrong with it that hides nothing else. ``bare`` has the keys within ``{…}`` without
    a colon, most often the rest of a text that held a comma, and the key of that text.
    """

    data: dict[str, Data]
    places: Mapping[DataPath, Place]
    lines: tuple[str, ...]
    slips: tuple[Slip, ...] = ()
    bare: Mapping[DataPath, str] = field(default_factory=dict)

    def position(self, path: DataPath, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at ``path`` (or its key, or the nearest thing above that exists)."""
        at, exact = path, True
        while at and at not in self.places:
            at, exact = at[:-1], False
        place = self.places.get(at)
        if place is None:
            return 0, 0
        on_key = key or not exact
        return (place.key_line, place.key_column) if on_key else (place.line, place.column)


def read(raw: bytes, file: str) -> Document:
    """Read one layout file.

    Raises:
        LayoutError: it is not UTF-8, not YAML, not one mapping, or far too large.

    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        raise _refused(file, before.count(b"\n") + 1, column, Message("layout.not_utf8")) from error
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise _refused(file, line, column, Message("layout.unprintable", {"code": f"U+{ord(found[0]):04X}"}))
    root = _compose(text, file)
    reader = _Reader(file)
    data: Data = {} if root is None else reader.plain(root, (), root)
    if not isinstance(data, dict):
        at = (root.start_mark.line + 1, root.start_mark.column + 1) if root else (0, 0)
        raise _refused(file, *at, Message("layout.not_a_mapping"))
    if reader.too_large is not None:
        raise LayoutError([reader.too_large])
    lines = tuple(text.splitlines())
    return Document(data, reader.places, lines, tuple(reader.slips), reader.bare)


_FAST_DEPTH = 3_000


class _Loader(yaml.SafeLoader):
    """PyYAML's composer with our own idea of what a plain word means."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own protocol


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # where libyaml was built in
    """The same in a tenth of the time. It says less well what is wrong, and dies of what nests too deeply."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


_DIGITS = list("-+0123456789")

for _kind, _pattern, _first in (
    ("null", r"~|null|", [*"~n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,24})", _DIGITS),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)", _DIGITS),
    ("merge", r"<<", ["<"]),
):  # fmt: skip
    _Loader.add_implicit_resolver(_TAG + _kind, re.compile(f"(?:{_pattern})\\Z"), _first)


def _compose(text: str, file: str) -> yaml.Node | None:
    """The one document's node tree, or None for an empty file."""
    if _surely_shallow(text):
        fast = _FastLoader(text)
        try:
            node: yaml.Node | None = fast.get_single_node()
            return node
        except yaml.YAMLError:
            pass  # the other loader says better what is wrong
        finally:
            fast.dispose()
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        detail = error.problem or error.context or ""
        raise _refused(file, line, column, _syntax(detail, text, line)) from error
    except RecursionError as error:
        raise _refused(file, 0, 0, Message("layout.too_deep", {"most": DEEPEST})) from error
    finally:
        loader.dispose()


def _surely_shallow(text: str) -> bool:
    """Whether nothing in it can nest deeper than libyaml's composer, which knows no limit, can bear."""
    longest = max((len(line) for line in text.splitlines()), default=0)
    return text.count("[") + text.count("{") + longest < _FAST_DEPTH


_SLIPS = (
    ("but found another document", "layout.one_document"),
    ("could not find expected ':'", "layout.no_colon"),
    ("found unexpected end of stream", "layout.unclosed"),
    ("expected ',' or", "layout.unclosed"),
    ("expected <block end>", "layout.indentation"),
    ("found undefined alias", "layout.no_anchor"),
)
"""How the parser's words for a common slip begin, and ours."""


def _syntax(detail: str, text: str, line: int) -> Message:
    """What to do about the slips that everybody makes; else the parser's own words."""
    if "'\\t'" in detail:
        return Message("layout.tab")
    if detail.startswith("mapping values are not allowed"):
        return Message("layout.list_item" if _in_list_item(text.splitlines(), line) else "layout.colon")
    for begin, identifier in _SLIPS:
        if detail.startswith(begin):
            return Message(identifier, {"name": detail.partition("'")[2].rstrip("'")})
    return Message("layout.syntax", {"detail": detail})


def _in_list_item(lines: list[str], line: int) -> bool:
    """Whether a line goes on with a ``- name`` before it, as if that were the name of an entry."""
    before = [one for one in lines[: line - 1] if one.strip() and not one.lstrip().startswith("#")]
    return bool(before) and re.match(r"\s*- +[^:{\[]+$", before[-1]) is not None


def _refused(file: str, line: int, column: int, what: Message) -> LayoutError:
    return LayoutError([Problem(file, line, column, "", what)])


class _Reader:
    """Turns nodes into plain data, noting places and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[DataPath, Place] = {}
        self.slips: list[Slip] = []
        self.bare: dict[DataPath, str] = {}
        self.too_large: Problem | None = None
        self._nodes = 0
        self._open: list[yaml.Node] = []

    def problem(self, node: yaml.Node, path: DataPath, what: Message, *, lost: bool = True) -> None:
        mark = node.start_mark
        self.slips.append(Slip(mark.line + 1, mark.column + 1, path, what, lost))

    def plain(self, node: yaml.Node, path: DataPath, key: yaml.Node) -> Data:
        """The data of ``node``, whose key (or itself) is ``key``."""
        self._nodes += 1
        if self._nodes >= MOST_NODES:
            if self.too_large is None:
                mark, what = node.start_mark, Message("layout.too_large", {"most": MOST_NODES})
                self.too_large = Problem(self.file, mark.line + 1, mark.column + 1, written(path), what)
            return None
        if any(node is parent for parent in self._open):
            self.problem(node, path, Message("layout.loop"))
            return None
        if len(self._open) >= DEEPEST:
            self.problem(node, path, Message("layout.too_deep", {"most": DEEPEST}))
            return None
        start, key_start = node.start_mark, key.start_mark
        self.places[path] = Place(
            start.line + 1, start.column + 1, key_start.line + 1, key_start.column + 1,
            isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"),
        )  # fmt: skip
        self._open.append(node)
        try:
            return self._data(node, path)
        finally:
            self._open.pop()

    def _data(self, node: yaml.Node, path: DataPath) -> Data:
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.plain(item, (*path, i), item) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag.startswith(_TAG):
            kind = node.tag.removeprefix(_TAG)
            if kind in _SCALARS:
                return _scalar(kind, node.value)
        self.problem(node, path, Message("layout.tag", {"tag": node.tag.replace(_TAG, "!!")}))
        return None

    def _mapping(self, node: yaml.MappingNode, path: DataPath) -> dict[str, Data]:
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        with_colon = ""  # the last key that had one
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problem(key, path, Message("layout.key_not_a_word"), lost=False)
            elif key.tag == _TAG + "merge":
                for name, pair in self._merged(value, path):
                    merged.setdefault(name, pair)
            elif key.value in own:
                first = own[key.value][0].start_mark.line + 1
                what = Message("layout.twice", {"name": key.value, "line": first})
                self.problem(key, (*path, key.value), what, lost=False)
            else:
                own[key.value] = (key, value)
                if not node.flow_style or value.start_mark.index > key.end_mark.index:
                    with_colon = key.value
                elif with_colon:
                    self.bare[*path, key.value] = with_colon
        pairs = {**merged, **own}
        return {name: self.plain(value, (*path, name), key) for name, (key, value) in pairs.items()}

    def _merged(self, node: yaml.Node, path: DataPath) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
        """The pairs that ``<<: *anchor`` (or a list of anchors) brings in, the nearest first."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            self._nodes += 1
            if self._nodes >= MOST_NODES:
                return
            if not isinstance(source, yaml.MappingNode) or any(source is parent for parent in self._open):
                self.problem(node, path, Message("layout.merge"), lost=False)
                return
            self._open.append(source)
            for key, value in reversed(source.value):
                if isinstance(key, yaml.ScalarNode) and key.tag != _TAG + "merge":
                    yield key.value, (key, value)
            for key, value in source.value:
                if isinstance(key, yaml.ScalarNode) and key.tag == _TAG + "merge":
                    yield from self._merged(value, path)
            self._open.pop()


def written(path: DataPath) -> str:
    """A path as an author reads it: ``rules.agency-errors.notify[0]``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


_SCALARS = frozenset({"null", "bool", "int", "float", "str"})


def _scalar(kind: str, text: str) -> Data:
    """The value of a scalar; what an explicit tag promises wrongly stays text, for the models to refuse."""
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return {"true": True, "false": False}.get(text, text)
            case "int":
                return int(text)
            case "float":
                figure = float(text)
                return figure if math.isfinite(figure) else text
    except ValueError:
        return text
    return text
