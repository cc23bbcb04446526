"""The keys of a screen: the program's own after the layout's ``keys:``, and one for each action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textual.keys import format_key

from situationroom.i18n import say
from situationroom.layout.keys import bindings, key_name
from situationroom.layout.models import Layout
from situationroom.paint.actionbar import Hint
from situationroom.ui.hangul import JAMO

FUNCTIONS = {
    "quit": "leave",
    "panel_next": "focus_next",
    "panel_previous": "focus_previous",
    "enlarge": "enter_panel",
    "palette": "find",
    "help": "help",
    "share": "share",
    "filter": "filter",
    "stop": "stop_run",
    "back": "step_back",
}
"""The app's action behind each of the program's own keys; ``page_N`` is ``page(N)``."""

HINTS = ("share", "filter", "palette", "help", "quit")
"""The keys the foot tells about, in this order."""


_NAMED = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "space": "Space"}


class KeyUse(NamedTuple):
    """One key: what it does for the app, and what it is called for people.

    Attributes:
        keys: the key and its stand-in under a Korean input method, comma separated, as Textual reads them.
        action: the app's action, ``fire('kait-skip')``.
        title: in the room's language.
        group: ``keys``, ``pages`` or ``actions``.

    """

    keys: str
    action: str
    title: str
    group: str

    @property
    def shown(self) -> str:
        """The key as people read it: ``s``, ``?``, ``Ctrl+P``, ``Esc``."""
        *modifiers, last = self.keys.split(",", 1)[0].split("+")
        name = _NAMED.get(last, format_key(last))
        return "+".join([*(m.capitalize() for m in modifiers), name.upper() if modifiers else name])


def key_uses(layout: Layout) -> Iterator[KeyUse]:
    """Every key of a room's screens: functions, pages that exist, actions that have one."""
    lang, own = layout.lang, bindings(layout.keys)
    for function, action in FUNCTIONS.items():
        yield KeyUse(_with_jamo(own[function]), action, say(f"ui.key_{function}", lang), "keys")
    for number, page in enumerate(list(layout.pages)[:9], 1):
        yield KeyUse(own[f"page_{number}"], f"page({number})", page, "pages")
    for name, spec in layout.actions.items():
        if spec.key:
            yield KeyUse(_with_jamo(key_name(spec.key)), f"fire({name!r})", spec.title or name, "actions")


def hints(layout: Layout) -> list[Hint]:
    """What the foot says of the program's own keys; a tap on one means its function."""
    uses = {use.action: use for use in key_uses(layout)}
    shown = [(name, uses[FUNCTIONS[name]]) for name in HINTS]
    return [Hint(use.shown, use.title, name) for name, use in shown]


def _with_jamo(key: str) -> str:
    return f"{key},{JAMO[key]}" if key in JAMO else key
