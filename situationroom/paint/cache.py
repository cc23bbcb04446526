"""Painted things kept by what they were painted from, so that many screens paint each panel once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class PaintCache:
    """The most recently used painted things, at most ``limit`` of them. For one thread."""

    def __init__(self, limit: int = 512) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key before, else what ``make`` gives. A key stands for one type."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("T", self._kept[key])
        made = make()
        self._kept[key] = made
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)
