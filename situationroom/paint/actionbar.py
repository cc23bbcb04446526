"""The row of keys at the foot: every action with its state, the program's own keys, and the message line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from situationroom.i18n import say
from situationroom.paint.bars import GAP, Chrome, Item, bar, fitting
from situationroom.paint.glyphs import GOOD, OFF, Glyphs
from situationroom.paint.rows import Row, paint_pieces
from situationroom.paint.runs import reverts_words, run_due, run_state
from situationroom.paint.theme import Theme
from situationroom.values import ActionState, RunState


class Hint(NamedTuple):
    """A key of the program itself: ``s 상황공유``. ``id`` is what a tap on it means.

    ``pinned`` ones are never left out.
    """

    key: str
    title: str
    id: str
    pinned: bool = False


def action_bar(
    actions: Sequence[ActionState],
    hints: Sequence[Hint],
    width: int,
    theme: Theme,
    glyphs: Glyphs,
    *,
    lang: str = "ko",
    rows: int = 1,
) -> Chrome:
    """``rows`` rows of actions, then hints; what does not fit is counted at the end (``+3개 더``).

    Actions without a key come last: they are found by tapping the count, where they have no room.

    Taps: ``action:ID``, a hint's own id, ``more`` on the count. The reason why an action is not allowed is
    shown where all of them still fit. A pinned hint stands at the right end of the last row, whatever else
    has to go.
    """
    pinned = [_hint(hint) for hint in hints if hint.pinned]
    keys = [_hint(hint) for hint in hints if not hint.pinned]
    beside = sum(item.width + GAP for item in pinned)
    keyed, others = [one for one in actions if one.key], [one for one in actions if not one.key]
    items = _items(keyed, keys, others, lang, reasons=True)
    lines, left_over = _lines(items, width, rows, lang, beside)
    if left_over:
        items = _items(keyed, keys, others, lang, reasons=False)
        lines, _ = _lines(items, width, rows, lang, beside)
    last = len(lines) - 1
    painted = [
        bar(line, pinned if index == last else [], width, theme, glyphs, row=index)
        for index, line in enumerate(lines)
    ]
    return Chrome(tuple(row for row, _ in painted), tuple(tap for _, taps in painted for tap in taps))


def message_line(words: str, style: str, width: int, theme: Theme, glyphs: Glyphs) -> Row:
    """One row for the last thing worth saying; blank where there is none."""
    return paint_pieces([(" ", ""), (words, style)], width, theme, None, glyphs)


def action_state_words(action: ActionState, lang: str) -> tuple[str, str]:
    """What is true of an action now in a few words (``● 켜짐``, ``실행 중 37 %``), and their style."""
    run = action.run
    if run is not None and run.unsettled:
        return run_state(run, lang)
    if run is not None and run.state in (RunState.CLAIMED, RunState.RUNNING) and not run.paused:
        if run.total:
            percent = min(100, 100 * run.done // run.total)
            return say("paint.running_of", lang, percent=percent), "accent"
        return say("paint.running", lang, done=run.done), "accent"
    if run is not None and not run.state.ended and run.state is not RunState.PREVIEWED:
        return run_state(run, lang)
    if run is not None and run.verify_left_s is not None and run.verified is None:
        return next(iter(run_due(run, lang)))
    if action.active is None:
        words, style = action.state, "strong"
    else:
        mark, style = (GOOD, "accent") if action.active else (OFF, "muted")
        words = f"{mark} {action.state}".rstrip()
    if action.reverts_left_s is not None:
        until, style = reverts_words(action.reverts_left_s, lang)
        words = f"{words} {until}".lstrip()
    return words, style


def _items(
    keyed: Sequence[ActionState],
    keys: Sequence[Item],
    others: Sequence[ActionState],
    lang: str,
    *,
    reasons: bool,
) -> list[Item]:
    first, last = ([_action(one, lang, reasons=reasons) for one in some] for some in (keyed, others))
    return [*first, *keys, *last]


def _hint(hint: Hint) -> Item:
    return Item(((f"{hint.key} ", "key"), (hint.title, "title")), hint.id)


def _action(action: ActionState, lang: str, *, reasons: bool) -> Item:
    """Key, title and state; all grey, with the reason, where it may not be fired."""
    words, style = action_state_words(action, lang)
    label = f"{action.key} " if action.key else ""
    state = f" {words}" if words else ""
    if action.allowed:
        return Item(((label, "key"), (action.title, ""), (state, style)), f"action:{action.id}")
    why = f" ({say(action.why, lang)})" if reasons and action.why is not None else ""
    return Item(((f"{label}{action.title}{state}{why}", "muted"),), f"action:{action.id}")


def _lines(
    items: Sequence[Item], width: int, rows: int, lang: str, beside: int
) -> tuple[list[list[Item]], int]:
    """The items by row, and how many were left over: those are counted at the end of the last row.

    ``beside`` are the cells at the end of the last row that are taken.
    """
    lines: list[list[Item]] = []
    left = list(items)
    for row in range(rows):
        count = fitting(left, width - (beside if row == rows - 1 else 0))
        lines.append(left[:count])
        left = left[count:]
    if left:
        last = lines[-1]
        while last and fitting([*last, _rest(len(left), lang)], width - beside) <= len(last):
            left.insert(0, last.pop())
        last.append(_rest(len(left), lang))
    return lines, len(left)


def _rest(count: int, lang: str) -> Item:
    return Item(((say("paint.more", lang, count=count), "key"),), "more")
