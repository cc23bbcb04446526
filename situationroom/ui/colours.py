"""Textual's theme made from ours, so that dialogs and panels are of one piece."""

from __future__ import annotations

from textual.theme import Theme as TextualTheme

from situationroom.paint.theme import Theme


def textual_theme(theme: Theme) -> TextualTheme:
    """The colours of dialogs, fields and buttons."""

    def colour(style: str, fallback: str) -> str:
        found = theme.style(style).color
        return found.get_truecolor().hex if found is not None else fallback

    raised = theme.style("bar").bgcolor
    surface = raised.get_truecolor().hex if raised is not None else theme.background
    accent = colour("accent", theme.foreground)
    return TextualTheme(
        name=theme.name,
        primary=accent,
        accent=accent,
        foreground=theme.foreground,
        background=theme.background,
        surface=surface,
        panel=surface,
        success=colour("good", theme.foreground),
        warning=colour("warning", theme.foreground),
        error=colour("critical", theme.foreground),
        dark=theme.name == "dark",
    )
