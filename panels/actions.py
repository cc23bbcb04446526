"""What may be done: every action's key, title and state, the run under way, why one may not be fired."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from situationroom.formats import fit
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
    RunStatus,
    View,
    Words,
    beside,
    clipped,
    flowed,
    line,
    printable,
    reverts_words,
    run_due,
    run_progress,
    run_said,
    run_state,
    spread,
)

_INDENT = 4


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
        """A line an action, within reason; more where something goes on or may not be fired."""
        return max(3, min(16, len(self._chosen(view))))

    def _chosen(self, view: View) -> list[ActionState]:
        actions = view.actions
        if self.options.only:
            by_id = {action.id: action for action in actions}
            actions = tuple(by_id[name] for name in self.options.only if name in by_id)
        return [
            each for each in actions if view.matches({"id": each.id, "title": each.title, "key": each.key})
        ]


def _action(view: View, action: ActionState, width: int) -> list[Line]:
    key, run = (action.id,), action.run
    quiet = "" if action.allowed else "muted"
    left: list[Run] = [
        (fit(printable(action.key), _INDENT - 1) + " ", "key" if action.allowed else "muted"),
        (printable(action.title or action.id), quiet),
    ]
    state = _state(view, action)
    painted = [Line(spread(left, state, width), key)]
    indent = (" " * _INDENT, "")
    if action.active is not None and not beside(left, state, width):  # that it is on must not be cut off
        painted.append(line(indent, *state, key=key))
    if run is not None and (not run.state.ended or run.unsettled):
        painted += _run(view, run, key, width)
    elif not action.allowed and action.why is not None:
        painted.append(line(indent, (_said(view, action.why), "muted"), key=key))
    elif run is not None and (due := run_due(run, view.lang)):
        painted.append(
            line(indent, run_state(run, view.lang), *((f"  {said}", tone) for said, tone in due), key=key)
        )
    return painted


def _state(view: View, action: ActionState) -> list[Run]:
    """What is true now: on or off with its mark, or the words of the action's kind; until when."""
    style = "" if action.allowed else "muted"
    until: list[Run] = []
    if action.reverts_left_s is not None:
        words, tone = reverts_words(action.reverts_left_s, view.lang)
        until = [(f"  {words}", tone)]
    if action.active is None:
        return [(printable(action.state), style), *until] if action.state else until
    mark = LEVEL_MARKS[Level.GOOD] if action.active else OFF
    words = printable(action.state) or view.say("panels.on" if action.active else "panels.off")
    on = "accent" if action.active and action.allowed else "muted"
    return [(f"{mark} ", on), (words, style), *until]


def _run(view: View, run: RunStatus, key: tuple[str, ...], width: int) -> list[Line]:
    """A run under way, or one that nobody knows the outcome of."""
    if run.state.ended or (run.total is None and not run.done):
        return [
            line((" " * _INDENT, ""), *runs, key=key) for runs in flowed(_ended(view, run), width - _INDENT)
        ]
    progress = run_progress(run, view.lang, width - _INDENT)
    if run.paused:
        state, style = run_state(run, view.lang)
        progress[-1].append((f"  {state}", style))
    return [line((" " * _INDENT, ""), *runs, key=key) for runs in progress]


def _ended(view: View, run: RunStatus) -> list[Run]:
    """How a run stands or ended, in words, and what is still to come of it."""
    runs = [run_state(run, view.lang)]
    for words, style in run_due(run, view.lang):
        runs.append((f"  {words}", style))
    if said := run_said(
        run, view.lang, view.title(run.action)
    ):  # what it was about, the line above leaves out
        runs.append((f"  {said}", "muted"))
    return runs


def _said(view: View, message: Message) -> str:
    return printable(view.say(message.id, **message.values))
