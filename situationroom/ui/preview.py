"""A preview in words and figures: what a person reads before they confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from rich.text import Text

from situationroom.actions.asked import Approval, Asked
from situationroom.actions.base import Preview
from situationroom.formats import clock, duration, exact, fit, number, printable
from situationroom.formats import width as cells
from situationroom.i18n import say
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.theme import Theme
from situationroom.paint.words import Heading
from situationroom.values import Message, Row

ROWS_SHOWN = 8
WIDEST_COLUMN, NARROWEST_COLUMN = 32, 6


class Wording:
    """Says a preview in one language, with one theme, for one width; times of day in one zone."""

    def __init__(self, lang: str, theme: Theme, glyphs: Glyphs, width: int, zone: tzinfo | None) -> None:
        self.lang = lang
        self.zone = zone
        self._theme = theme
        self._glyphs = glyphs
        self.width = max(1, width)

    def preview(self, preview: Preview, title: str = "") -> Text:
        """The effect, before → after, how many, the warnings and the rows; not again what the title says."""
        return self._effect(preview, preview.before.text, title)

    def approval(self, approval: Approval, labels: Mapping[str, str]) -> Text:
        """The same preview as the asker saw it, and who asked, when, from where, with which values.

        ``labels`` are what the layout calls the inputs.
        """
        asked = say(
            "ui.asked_by",
            self.lang,
            person=approval.asker.name,
            at=self.clock(approval.asked),
            where=approval.where or "–",
        )
        lines = [self.line((asked, "title"))]
        lines += [
            self.line((f"{labels.get(name) or name}: ", "muted"), (exact(value, self.lang), ""))
            for name, value in approval.values.items()
        ]
        return Text("\n").join([*lines, Text(), self._effect(approval, approval.before)])

    def approve_left(self, approval: Approval, others: str, now: datetime) -> Text:
        """How long a second person may still say yes, and who that may be."""
        left_s = (approval.expires - now).total_seconds()
        if left_s <= 0:
            return self.line((say("ui.approval_over", self.lang), "warning"))
        words = say("ui.approval_left", self.lang, time=duration(left_s, self.lang), others=others)
        return self.line((words, "accent"))

    def expiry(self, asked: Asked, now: datetime) -> Text:
        """How long the preview may still be confirmed."""
        left = int((asked.expires - now).total_seconds())
        if left <= 0:
            return self.line((say("ui.expired", self.lang), "warning"))
        return self.line((say("ui.expires", self.lang, seconds=left), "muted"))

    def clock(self, moment: datetime) -> str:
        """The time of day of a moment."""
        return clock(moment.astimezone(self.zone))

    def plain(self, raw: str) -> str:
        """Safe text in marks this terminal can show."""
        return self._glyphs.translate(printable(raw))

    def line(self, *parts: tuple[str, str]) -> Text:
        """Pieces of text and the theme's names of their styles, as one line of safe text."""
        shown = Text()
        for raw, style in parts:
            shown.append(self.plain(raw), self._theme.style(style))
        return shown

    def _effect(self, shown: Preview | Approval, before: Message | None, title: str = "") -> Text:
        lines = self.lines(self._say(shown.what).removeprefix(f"{title}: "), "strong")
        told = shown.what.values
        counted = shown.count is not None and told.get("count") == shown.count
        repeated = before is not None and (
            (told.get("before") == before and told.get("after") == shown.after)
            or (counted and before == Message("actions.count", {"count": shown.count}))
        )
        if before is not None and not repeated:
            lines.append(self.change(before, shown.after))
        if shown.count is not None and not counted:
            lines.append(self.line((say("ui.count", self.lang, count=number(shown.count)), "")))
        if shown.brake is not None:
            lines.append(self.line((self._say(shown.brake), "")))
        lines += [self.line((f"▲ {self._say(warning)}", "warning")) for warning in shown.warnings]
        if shown.rows:
            headings = shown.headings or tuple(Heading(name, name) for name in shown.rows[0])
            lines += [Text(), *self._table(headings, shown.rows)]
            left = (shown.count or len(shown.rows)) - min(len(shown.rows), ROWS_SHOWN)
            if left > 0:
                lines.append(self.line((say("ui.more_rows", self.lang, count=number(left)), "muted")))
        return Text("\n").join(lines)

    def lines(self, raw: str, style: str) -> list[Text]:
        """A sentence of several lines; all but the first are set in, so that no value can pass for a line."""
        first, *rest = raw.splitlines() or [""]
        return [self.line((first, style)), *(self.line((f"  {part}", style)) for part in rest)]

    def change(self, before: Message, after: Message | None, now: str = "ui.now") -> Text:
        """What was or is true, and what will be: ``지금 꺼짐 → 켜짐``."""
        parts = [(f"{say(now, self.lang)} ", "muted"), (self._say(before), "")]
        if after is not None:
            parts += [(" → ", "muted"), (self._say(after), "accent")]
        return self.line(*parts)

    def _say(self, message: Message) -> str:
        return say(message, self.lang)

    def _table(self, headings: Sequence[Heading], rows: Sequence[Row]) -> list[Text]:
        """The first rows, each column as wide as its widest value, as many columns as there is room for."""
        columns = [one.title for one in headings]
        body = [[one.shown(row.get(one.column), self.lang) for one in headings] for row in rows[:ROWS_SHOWN]]
        widths = [
            min(WIDEST_COLUMN, max(cells(text) for text in (printable(name), *(line[i] for line in body))))
            for i, name in enumerate(columns)
        ]
        _shrink(widths, self.width - 2 * (len(widths) - 1))
        lines = [self._columns(columns, widths, "muted")]
        return lines + [self._columns(line, widths, "") for line in body]

    def _columns(self, values: Sequence[str], widths: Sequence[int], style: str) -> Text:
        shown = "  ".join(fit(printable(v), w) for v, w in zip(values, widths, strict=True))
        return self.line((fit(shown, min(self.width, cells(shown))), style))


def _shrink(widths: list[int], room: int) -> None:
    """Take from the widest columns until all have room: it is words that are cut, not figures."""
    while sum(widths) > room and max(widths) > NARROWEST_COLUMN:
        widest = max(widths)
        widths[widths.index(widest)] = widest - 1
