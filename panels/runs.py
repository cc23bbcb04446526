"""What was done: runs of every screen, newest first, on top those whose outcome nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from situationroom.formats import clock
from situationroom.panel import (
    Key,
    Line,
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
    run_due,
    run_errors,
    run_key,
    run_mark,
    run_progress,
    run_said,
    run_state,
    spread,
)

_INDENT = 2


class RunsOptions(PanelOptions):
    """Which runs are shown."""

    only: Words = Field((), description="the ids of the actions whose runs are shown; all by default")
    limit: int = Field(100, ge=1, le=500, description="how many, the newest first")


class Runs(Panel[RunsOptions]):
    """Runs with who, when, how far, what came of it and what is to come; choosing one opens its card."""

    TYPE = "runs"
    Options = RunsOptions
    UPDATES = "seconds"
    SELECTS = True
    NEEDS = frozenset({"actions", "runs"})

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A line a run; below it its bar, or what it did and why it ended."""
        del height
        chosen = self._chosen(view)
        painted = [each for run in chosen for each in _run(view, run, width)]
        if not painted:
            said = "panels.no_match" if view.filter and view.runs else "panels.no_runs"
            painted = [line((view.say(said, filter=printable(view.filter)), "muted"))]
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """Two lines a run, within reason."""
        return max(2, min(16, 2 * len(self._chosen(view))))

    def _chosen(self, view: View) -> list[RunStatus]:
        only = self.options.only
        runs = [run for run in view.runs if (not only or run.action in only) and _matches(view, run)]
        runs.sort(key=lambda run: not run.unsettled)  # the rest keeps its order, newest first
        return runs[: self.options.limit]


def _matches(view: View, run: RunStatus) -> bool:
    state, _ = run_state(run, view.lang)
    title = view.title(run.action, run.subject)
    hay = {"action": run.action, "title": title, "person": run.person.name, "state": state}
    return view.matches(hay)


def _run(view: View, run: RunStatus, width: int) -> list[Line]:
    key = run_key(run)
    mark, style = run_mark(run)
    left: list[Run] = [
        (f"{mark} ", style),
        (f"{_moment(run.started, view.now)}  ", "muted"),
        (printable(view.title(run.action, run.subject)), "critical" if run.unsettled else "strong"),
        (f"  {_people(view, run)}", "muted"),
    ]
    right = [run_state(run, view.lang)]
    for words, tone in run_due(run, view.lang):
        right.append((f"  {words}", tone))
    both = [Line(spread(left, right, width), key)]
    if not beside(left, right, width):  # too narrow for one line: how it stands is the half that counts
        both += [line((" " * _INDENT, ""), *runs, key=key) for runs in flowed(right, width - _INDENT)]
    return both + _details(view, run, key, width)


def _details(view: View, run: RunStatus, key: Key, width: int) -> list[Line]:
    """How far it is or was, what it did or why it ended, and what went wrong in it by reason."""
    indent = (" " * _INDENT, "")
    below: list[list[Run]] = []
    unfinished = run.total is not None and run.done < run.total
    if (not run.state.ended and (run.done or run.total)) or unfinished:
        below += run_progress(run, view.lang, width - _INDENT)
    if said := run_said(run, view.lang, view.title(run.action, run.subject)):
        below.append([(said, "critical" if run.unsettled else "muted")])
    if errors := run_errors(run, view.lang):
        below.append(errors)
    return [line(indent, *runs, key=key) for runs in below]


def _people(view: View, run: RunStatus) -> str:
    """Who asked, and who approved it."""
    asker = printable(run.person.name)
    if run.approver is None:
        return asker
    return view.say("panels.run_people", asker=asker, approver=printable(run.approver.name))


def _moment(started: datetime, now: datetime) -> str:
    """The time of day, with the day where it is another one."""
    local = started.astimezone(now.tzinfo)
    return clock(local) if local.date() == now.date() else f"{local:%m-%d} {clock(local, seconds=False)}"
