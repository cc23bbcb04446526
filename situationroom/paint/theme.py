"""Names of styles, and what they look like on a wall, on paper and without colour.

Panels and frames speak in names (``critical``, ``muted``, ``series3``); a theme turns them into rich
styles. ``dark`` is calm when all is well: dim frames, one accent; only trouble is loud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from rich.errors import StyleSyntaxError
from rich.style import Style


@dataclass(frozen=True)
class Theme:
    """A set of named styles.

    Attributes:
        name: ``dark``, ``light`` or ``mono``.
        foreground, background: the colours of plain text and of the page, ``#rrggbb``.
        styles: rich styles by name.

    """

    name: str
    foreground: str
    background: str
    styles: Mapping[str, Style] = field(repr=False, hash=False, compare=False)

    def style(self, name: str | Style) -> Style:
        """The style of a name, of several (``bold critical``), or of any rich style; plain where none fits.

        A style may change how text looks, not what a click on it does: links and actions are taken off.
        """
        if isinstance(name, Style):
            return name.clear_meta_and_links() if name.link or name.meta else name
        found = self.styles.get(name)
        return found if found is not None else _combined(self, name)


@lru_cache(maxsize=1_024)
def _combined(theme: Theme, definition: str) -> Style:
    """Names of the theme and words of rich in one string, the later over the earlier."""
    words = definition.split()
    named = [theme.styles[word] for word in words if word in theme.styles]
    rest = " ".join(word for word in words if word not in theme.styles)
    try:
        own = Style.parse(rest)
    except StyleSyntaxError:
        own = Style.null()
    return Style.combine([*named, own]).clear_meta_and_links()


def theme(name: str = "dark") -> Theme:
    """A theme by its name; ``dark`` for a name that is none."""
    return _THEMES.get(name, _THEMES["dark"])


def _theme(name: str, foreground: str, background: str, styles: Mapping[str, str]) -> Theme:
    parsed = {style: Style.parse(definition) for style, definition in styles.items()}
    return Theme(name, foreground, background, MappingProxyType(parsed))


_DARK = {
    "": "",
    "base": "#c6d0d8 on #0d1418",
    "good": "#7fae8f",
    "warning": "bold #f2b33d",
    "critical": "bold #ff6b62",
    "stale": "#a49a83",
    "muted": "#909ca5",
    "strong": "bold #f2f6f8",
    "accent": "#5fb7d4",
    "title": "#a9b8c2",
    "frame": "#2f3d46",
    "frame.focus": "#5fb7d4",
    "unit": "#8f9ca4",
    "key": "bold #5fb7d4",
    "bar": "#c6d0d8 on #162128",
    "banner": "bold #10171b on #f2b33d",
    "alarm": "bold #ffffff on #b3201a",
    "selected": "on #1d3541",
    "dimmed": "dim",
    "threshold": "#ce8d2c",
    "axis": "#53626c",
    "series1": "#5fb7d4",
    "series2": "#e0a458",
    "series3": "#8fbf7f",
    "series4": "#c792d9",
    "series5": "#e6d36f",
    "series6": "#e5809a",
    "series7": "#7f9be0",
    "series8": "#9ccfc4",
}

_LIGHT = {
    **_DARK,
    "base": "#22303a on #fbfcfc",
    "good": "#2c7449",
    "warning": "bold #995900",
    "critical": "bold #c2190f",
    "stale": "#796638",
    "muted": "#5f6a71",
    "strong": "bold #0b141a",
    "accent": "#0b6f94",
    "title": "#3c4d58",
    "frame": "#c3ccd2",
    "frame.focus": "#0b6f94",
    "unit": "#5c6a73",
    "key": "bold #0b6f94",
    "bar": "#22303a on #e6ecef",
    "banner": "bold #ffffff on #a35f00",
    "alarm": "bold #ffffff on #b3201a",
    "selected": "on #d9ecf5",
    "threshold": "#945c08",
    "axis": "#9aa7af",
    "series1": "#0b6f94",
    "series2": "#9e5509",
    "series3": "#36742f",
    "series4": "#8a3fa6",
    "series5": "#7a6600",
    "series6": "#b5305a",
    "series7": "#3a55b5",
    "series8": "#1d7367",
}

_MONO = {
    **dict.fromkeys(_DARK, ""),
    "warning": "bold",
    "critical": "bold reverse",
    "stale": "dim",
    "muted": "dim",
    "strong": "bold",
    "accent": "bold",
    "frame": "dim",
    "frame.focus": "bold",
    "unit": "dim",
    "key": "bold",
    "bar": "reverse",
    "banner": "bold reverse",
    "alarm": "bold reverse",
    "selected": "reverse",
    "dimmed": "dim",
    "axis": "dim",
}

_THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "dark": _theme("dark", "#c6d0d8", "#0d1418", _DARK),
        "light": _theme("light", "#22303a", "#fbfcfc", _LIGHT),
        "mono": _theme("mono", "#1a1a1a", "#ffffff", _MONO),
    }
)
