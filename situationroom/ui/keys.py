"""The keys of a screen: the program's own after the layout's ``keys:``, and one for each action."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from situationroom.hangul import JAMO
from situationroom.i18n import say
from situationroom.layout.keys import bindings, key_name, shown_key
from situationroom.layout.models import Layout
from situationroom.paint.actionbar import Hint

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
    "pause": "pause_run",
    "undo": "undo_run",
    "runs": "runs",
    "approve": "approve",
    "hold": "hold",
    "sign_in": "sign_in",
    "worst_first": "worst_first",
    "back": "step_back",
}
"""The app's action behind each of the program's own keys; ``page_N`` is ``page(N)``."""

HINTS = ("share", "runs", "hold", "filter", "palette", "quit", "help")
"""The keys the foot tells about, in this order."""

PINNED = frozenset({"help"})
"""What the foot never leaves out."""

SHEET = ("approve", "undo", "pause", "stop", "worst_first", "sign_in")
"""What only a phone's sheet tells about besides: there are no keys to press there."""


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
        return shown_key(self.keys.split(",", 1)[0])


def key_uses(layout: Layout) -> Iterator[KeyUse]:
    """Every key of a room's screens: functions, pages that exist, actions that have one."""
    lang, own = layout.lang, bindings(layout.keys)
    taken = {*own.values(), *(key_name(spec.key) for spec in layout.actions.values() if spec.key)}
    for function, action in FUNCTIONS.items():
        yield KeyUse(_with_jamo(own[function], taken), action, say(f"ui.key_{function}", lang), "keys")
    for number, page in enumerate(list(layout.pages)[:9], 1):
        yield KeyUse(own[f"page_{number}"], f"page({number})", layout.page_title(page), "pages")
    for name, spec in layout.actions.items():
        if spec.key:
            keys = _with_jamo(key_name(spec.key), taken)
            yield KeyUse(keys, f"fire({name!r})", layout.action_title(name), "actions")


def hints(layout: Layout) -> list[Hint]:
    """What the foot says of the program's own keys; a tap on one means its function."""
    return _hints(layout, HINTS)


def sheet_hints(layout: Layout) -> list[Hint]:
    """The same for a phone's sheet, which has room for more."""
    return _hints(layout, (*SHEET, *HINTS))


def _hints(layout: Layout, functions: Sequence[str]) -> list[Hint]:
    uses = {use.action: use for use in key_uses(layout)}
    shown = [(name, uses[FUNCTIONS[name]]) for name in functions]
    return [Hint(use.shown, use.title, name, pinned=name in PINNED) for name, use in shown]


def _with_jamo(key: str, taken: Collection[str]) -> str:
    """The key, and what it gives with the keyboard left in Hangul.

    With Shift most keys give the jamo they give without it: a capital takes that where nothing else does.
    """
    if key in JAMO:
        return f"{key},{JAMO[key]}"
    if len(key) == 1 and key.isupper() and (small := key.lower()) in JAMO and small not in taken:
        return f"{key},{JAMO[small]}"
    return key
