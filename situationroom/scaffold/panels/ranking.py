"""Rows by one column, the largest first, each with a bar: a panel of your own."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from situationroom.formats import fit
from situationroom.panel import Column, Line, Panel, PanelOptions, View, cell, figure_of


class RankingOptions(PanelOptions):
    """What the layout may write beside ``type: ranking``; `check` finds a misspelt column."""

    column: Column


class Ranking(Panel[RankingOptions]):
    """Rows by one column, the largest first."""

    TYPE = "ranking"
    Options = RankingOptions

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A line per row: its key, its figure, its bar."""
        del height
        column = self.options.column
        figures = sorted(
            ((figure_of(row.get(column)) or 0.0, row) for row in view.rows()), key=_figure, reverse=True
        )
        most = max((figure for figure, _ in figures), default=0.0)
        room = max(0, width - 28)
        lines = []
        for figure, row in figures:
            bar = "▇" * round(room * figure / most) if most > 0 else ""
            name, shown = fit(" ".join(view.key(row)), 16), fit(cell(row.get(column)), 9, "right")
            lines.append(
                Line(Text.assemble(name, " ", (shown, "strong"), "  ", (bar, "accent")), view.key(row))
            )
        return lines


def _figure(pair: tuple[float, object]) -> float:
    return pair[0]
