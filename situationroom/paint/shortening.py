"""Names cut to fewer cells so that different ones stay different: which agency it is is never a guess."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rich.cells import set_cell_size

from situationroom.formats import fit
from situationroom.formats import width as cells

_ELLIPSIS = "…"


def shortened(names: Sequence[str], width: int) -> list[str]:
    """Each name in at most ``width`` cells; different names stay different.

    A name is cut at its end. Those that this makes the same are cut in their middle, then so that what they
    differ in shows; where even that is too narrow, a number tells them apart.
    """
    short, left = _cut(names, width)
    taken = set(short.values())
    for name in left:
        number = next(
            n for n in range(1, len(left) + len(taken) + 2) if _numbered(name, n, width) not in taken
        )
        short[name] = _numbered(name, number, width)
        taken.add(short[name])
    return [short[name] for name in names]


def least_cells(names: Sequence[str], floor: int) -> int:
    """The fewest cells, ``floor`` at least, that tell the names apart by their own letters."""
    widest = max(map(cells, names), default=0)
    return next((width for width in range(floor, widest) if not _cut(names, width)[1]), max(floor, widest))


def _cut(names: Sequence[str], width: int) -> tuple[dict[str, str], Sequence[str]]:
    """The short forms, in ``width`` cells, of names that can be told apart; and the names that cannot."""
    short = {name: name for name in dict.fromkeys(names) if cells(name) <= width}
    left: Sequence[str] = [name for name in dict.fromkeys(names) if name not in short]
    for way in (_at_the_end, _in_the_middle, _where_they_differ):
        tried = way(left, width)
        seen = Counter([*short.values(), *tried.values()])
        short |= {name: text for name, text in tried.items() if seen[text] == 1}
        left = [name for name in left if name not in short]
    return short, left


def _at_the_end(names: Sequence[str], width: int) -> Mapping[str, str]:
    return {name: fit(name, width).rstrip() for name in names}


def _in_the_middle(names: Sequence[str], width: int) -> Mapping[str, str]:
    head = width // 2
    return {name: _head(name, head) + _ELLIPSIS + _tail(name, width - 1 - head) for name in names}


def _where_they_differ(names: Sequence[str], width: int) -> Mapping[str, str]:
    """A little of the beginning, then from where names that begin alike part."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[_head(name, width - 1)].append(name)
    head = width // 3
    cut = {}
    for begin, group in alike.items():
        parts_at = _parts_at(group) if len(group) > 1 else len(begin)
        for name in group:
            cut[name] = (
                _head(name, head) + _ELLIPSIS + fit(name[parts_at:], max(1, width - 1 - head)).rstrip()
            )
    return cut


def _parts_at(names: Sequence[str]) -> int:
    """How many characters at their beginning all names have in common."""
    alike = (len(set(chars)) == 1 for chars in zip(*names, strict=False))
    return next((place for place, same in enumerate(alike) if not same), min(map(len, names)))


def _numbered(name: str, number: int, width: int) -> str:
    """``INS…2``; of a column too narrow for that, the number alone."""
    mark = f"{_ELLIPSIS}{number}"
    return _head(name, width - cells(mark)) + mark


def _head(name: str, width: int) -> str:
    return set_cell_size(name, max(0, width)).rstrip() if cells(name) > width else name


def _tail(name: str, width: int) -> str:
    """The end of a name, in at most ``width`` cells."""
    start = len(name)
    while start and cells(name[start - 1 :]) <= width:
        start -= 1
    return name[start:].lstrip()
