"""The pages of a layout: grid text → rows of panel names, each panel one rectangle."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from situationroom.layout.models import PageSpec
from situationroom.layout.report import Report, nearest
from situationroom.layout.validation import check
from situationroom.layout.yaml_nodes import Data, DataPath
from situationroom.values import Message

EMPTY = "."


def page(data: Data, path: DataPath, panels: Collection[str], report: Report) -> PageSpec | None:
    """One page, written as its grid text or as a mapping with ``grid``, ``columns``, ``rows``, ``phone``.

    ``panels`` are the names a cell may hold.
    """
    if isinstance(data, str):
        data, grid_path = {"grid": data}, path
    elif isinstance(data, dict):
        grid_path = (*path, "grid")
    else:
        report.add(path, Message("layout.want_page"))
        return None
    text = data.get("grid")
    ready: dict[str, object] = {**data}
    if isinstance(text, str):
        ready["grid"] = _grid(text, grid_path, panels, report)
    elif "grid" in data:
        report.add(grid_path, Message("layout.want_text"))
        return None
    spec = check(PageSpec, ready, path, report)
    if spec:
        _tracks(spec, path, report)
        for i, name in enumerate(spec.phone):
            if name not in panels:
                hint = nearest(name, panels)
                report.add((*path, "phone", i), Message("layout.unknown_panel", {"name": name, "hint": hint}))
    return spec


def _grid(text: str, path: DataPath, panels: Collection[str], report: Report) -> tuple[tuple[str, ...], ...]:
    """The cells of a grid text; rows that are blank are passed over."""
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines()) if line.strip()]
    if not lines:
        report.add(path, Message("layout.grid_empty"))
    cells: dict[str, list[tuple[int, int]]] = {}
    first_line: dict[str, int] = {}
    for row, (number, names) in enumerate(lines):
        if len(names) != len(lines[0][1]):
            counts = {"row": row + 1, "cells": len(names), "first": len(lines[0][1])}
            report.add_in_block(path, number, names[0], Message("layout.grid_ragged", counts))
        for column, name in enumerate(names):
            if name == EMPTY:
                continue
            if name not in panels and name not in cells:
                what = Message("layout.unknown_panel", {"name": name, "hint": nearest(name, panels)})
                report.add_in_block(path, number, name, what)
            cells.setdefault(name, []).append((row, column))
            first_line.setdefault(name, number)
    for name, places in cells.items():
        if not _rectangle(places):
            report.add_in_block(path, first_line[name], name, Message("layout.grid_shape", {"name": name}))
    return tuple(tuple(names) for _, names in lines)


def _rectangle(places: list[tuple[int, int]]) -> bool:
    rows, columns = [row for row, _ in places], [column for _, column in places]
    return len(places) == (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _tracks(spec: PageSpec, path: DataPath, report: Report) -> None:
    """``columns`` and ``rows`` weigh exactly the tracks the grid has."""
    have: Mapping[str, int] = {"columns": len(spec.grid[0]) if spec.grid else 0, "rows": len(spec.grid)}
    for name, weights in (("columns", spec.columns), ("rows", spec.rows)):
        if weights and len(weights) != have[name]:
            counts = {"given": len(weights), "tracks": have[name]}
            report.add((*path, name), Message("layout.grid_weights", counts))
        elif any(weight <= 0 for weight in weights):
            report.add((*path, name), Message("layout.grid_weight_zero"))
