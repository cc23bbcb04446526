"""What may be done: every action's key, title and state, the run under way, why one may not be fired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pydantic import Field

from situationroom.formats import duration, fit, number, percent
from situationroom.panel import (
    LEVEL_MARKS,
    OFF,
    ActionState,
    Level,
    Line,
    Message,
    Panel,
    PanelOptions,
    Run,
    View,
    Words,
    clipped,
    line,
    printable,
    run_cells,
    spread,
)
from situationroom.values import RunState, RunStatus

_STATES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.ASKED: "panels.run_asked",
        RunState.DENIED: "panels.run_denied",
        RunState.PREVIEWED: "panels.run_previewed",
        RunState.AWAITING: "panels.run_awaiting",
        RunState.CONFIRMED: "panels.run_confirmed",
        RunState.CLAIMED: "panels.run_claimed",
        RunState.RUNNING: "panels.run_running",
        RunState.DONE: "panels.run_done",
        RunState.FAILED: "panels.run_failed",
        RunState.STOPPED: "panels.run_stopped",
        RunState.UNKNOWN: "panels.run_unknown",
        RunState.WITHDRAWN: "panels.run_withdrawn",
    }
)
_STYLES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.RUNNING: "accent",
        RunState.DONE: "good",
        RunState.FAILED: "critical",
        RunState.UNKNOWN: "critical",
        RunState.STOPPED: "warning",
    }
)
_INDENT = 4
_PERCENT_CELLS = 8
_BAR_CELLS = (8, 40)


class ActionsOptions(PanelOptions):
    """Which actions are shown."""

    only: Words = Field((), description="the ids of the actions shown, in this order; all by default")


class Actions(Panel[ActionsOptions]):
    """Every action as this person may fire it. A line's key is the action's id."""

    TYPE = "actions"
    Options = ActionsOptions
    UPDATES = "seconds"
    SELECTS = True
    NEEDS = frozenset({"actions"})

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A line an action; below it its run, or why it may not be fired."""
        del height
        painted: list[Line] = []
        for action in self._chosen(view):
            painted += _action(view, action, width)
        if not painted:
            said = "panels.no_match" if view.filter and view.actions else "panels.no_actions"
            painted = [line((view.say(said, filter=printable(view.filter)), "muted"))]
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """Two lines an action, within reason."""
        return max(3, min(16, 2 * len(self._chosen(view))))

    def _chosen(self, view: View) -> list[ActionState]:
        actions = view.actions
        if self.options.only:
            by_id = {action.id: action for action in actions}
            actions = tuple(by_id[name] for name in self.options.only if name in by_id)
        return [
            each for each in actions if view.matches({"id": each.id, "title": each.title, "key": each.key})
        ]


def _action(view: View, action: ActionState, width: int) -> list[Line]:
    key = (action.id,)
    quiet = "" if action.allowed else "muted"
    left: list[Run] = [
        (fit(printable(action.key), _INDENT - 1) + " ", "key" if action.allowed else "muted"),
        (printable(action.title or action.id), quiet),
    ]
    painted = [Line(spread(left, _state(view, action), width), key)]
    if action.run is not None and not action.run.state.ended:
        painted += _run(view, action.run, key, width)
    elif not action.allowed and action.why is not None:
        painted.append(line((" " * _INDENT + _said(view, action.why), "muted"), key=key))
    elif action.run is not None:
        painted.append(_ended(view, action.run, key))
    return painted


def _state(view: View, action: ActionState) -> list[Run]:
    """What is true now: on or off with its mark, or the words of the action's kind."""
    style = "" if action.allowed else "muted"
    if action.active is None:
        return [(printable(action.state), style)] if action.state else []
    mark = LEVEL_MARKS[Level.GOOD] if action.active else OFF
    words = printable(action.state) or view.say("panels.on" if action.active else "panels.off")
    return [(f"{mark} ", "accent" if action.active and action.allowed else "muted"), (words, style)]


def _run(view: View, run: RunStatus, key: tuple[str, ...], width: int) -> list[Line]:
    """A run under way: its bar, how far, how fast, how long yet; in two lines where one is too narrow."""
    words: list[Run] = []
    if run.total is None:
        words.append((view.say(_STATES[run.state]), "accent"))
        if run.done:
            words.append((f"  {view.say('panels.done_count', done=number(run.done))}", ""))
    else:
        counted = view.say("panels.of_total", done=number(run.done), total=number(run.total))
        words.append((counted, ""))
    if run.failed:
        words.append((f"  {view.say('panels.failed_count', failed=number(run.failed))}", "warning"))
    if run.left_s is not None:
        left = view.say("panels.left", time=duration(run.left_s, view.lang))
        words.append((f"  {left}", "muted"))
    if run.rate_per_s > 0:
        words.append((f"  {view.say('panels.per_second', figure=number(round(run.rate_per_s)))}", "muted"))
    indent = (" " * _INDENT, "")
    if run.total is None:
        return [line(indent, *words, key=key)]
    least, most = _BAR_CELLS
    room = width - _INDENT - run_cells(words) - _PERCENT_CELLS
    beside = room >= least
    bar = _bar(run.done / run.total if run.total else 1.0, min(most, room if beside else width - 12))
    if beside:
        return [line(indent, *bar, *words, key=key)]
    return [line(indent, *bar, key=key), line(indent, *words, key=key)]


def _bar(share: float, width: int) -> list[Run]:
    """How far a run is, drawn and in per cent."""
    share = min(1.0, max(0.0, share))
    full = round(share * width)
    shown = fit(percent(share, 0), _PERCENT_CELLS - 2, "right") + "  "
    return [("█" * full, "accent"), ("░" * (width - full), "muted"), (shown, "strong")]


def _ended(view: View, run: RunStatus, key: tuple[str, ...]) -> Line:
    """How the last run ended, in words."""
    style = _STYLES.get(run.state, "muted")
    message = run.result or run.reason
    words = f"  {_said(view, message)}" if message else ""
    return line((" " * _INDENT, ""), (view.say(_STATES[run.state]), style), (words, "muted"), key=key)


def _said(view: View, message: Message) -> str:
    return printable(view.say(message.id, **message.values))
