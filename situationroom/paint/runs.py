"""A run in words, the same on every screen: where it stands, what came of it, what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from situationroom.formats import duration, fit, number, percent, printable
from situationroom.i18n import say
from situationroom.paint.glyphs import CRITICAL, GOOD, NO_DATA, OFF, STALE, WARNING
from situationroom.paint.texts import Run, flowed, run_cells
from situationroom.values import Key, Message, RunState, RunStatus, Settlement, StepState

_STYLES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.AWAITING: "warning",
        RunState.CLAIMED: "accent",
        RunState.RUNNING: "accent",
        RunState.DONE: "good",
        RunState.FAILED: "critical",
        RunState.STOPPED: "warning",
        RunState.UNKNOWN: "critical",
    }
)
_MARKS: Mapping[str, str] = MappingProxyType(
    {"good": GOOD, "warning": WARNING, "critical": CRITICAL, "accent": GOOD}
)
_STEPS: Mapping[StepState, Run] = MappingProxyType(
    {
        StepState.WAITS: (OFF, "muted"),
        StepState.RUNNING: (GOOD, "accent"),
        StepState.DONE: (GOOD, "good"),
        StepState.FAILED: (CRITICAL, "critical"),
        StepState.UNKNOWN: (CRITICAL, "critical"),
        StepState.PASSED: (NO_DATA, "muted"),
        StepState.SKIPPED: (OFF, "muted"),
    }
)
_PERCENT_CELLS = 8
_BAR_CELLS = (8, 40)
_MOST_ERRORS = 6

RUN_KEY = "situationroom.run"
"""The first part of the key of a line that stands for a run; no rule may be called so."""


def run_key(run: RunStatus) -> Key:
    """The key of a panel's line that stands for a run: choosing it opens the run's card."""
    return (RUN_KEY, run.id)


def run_mark(run: RunStatus) -> Run:
    """One mark for how a run stands: red while nobody knows, or where the live figures deny it."""
    style = _style(run)
    return (_MARKS.get(style, STALE if run.state.ended else OFF), style or "muted")


def run_state(run: RunStatus, lang: str) -> Run:
    """Where a run stands, in one word, and its style: ``실행 중``, ``완료``, ``결과 불명``."""
    if run.settled is Settlement.HAPPENED:
        return say("paint.run_happened", lang), "good"
    if run.settled is not None:
        return say("paint.run_did_not", lang), "muted"
    if run.paused and not run.state.ended:
        return say("paint.run_paused", lang), "warning"
    return say(f"paint.run_{run.state.value}", lang), _STYLES.get(run.state, "muted")


def run_due(run: RunStatus, lang: str) -> list[Run]:
    """What came of a run besides its end, and what still will: verified, undo offered, time until it reverts.

    Each piece is separate; whoever paints them puts blanks between.
    """
    due: list[Run] = []
    if run.approve_left_s is not None and run.state is RunState.AWAITING:
        due.append((_timed("paint.approve_left", run.approve_left_s, lang), "warning"))
    if run.verified is True:
        due.append((say("paint.verified", lang), "good"))
    elif run.verified is False:
        due.append((say("paint.not_verified", lang), "critical"))
    elif run.verify_left_s is not None:
        due.append((_timed("paint.verifying", run.verify_left_s, lang), "accent"))
    if run.reverts_left_s is not None:
        due.append(reverts_words(run.reverts_left_s, lang))
    if run.undo_left_s is not None:
        due.append((_timed("paint.undo_left", run.undo_left_s, lang), "muted"))
    if run.undoes:
        due.append((say("paint.is_undo", lang), "muted"))
    return due


def reverts_words(left_s: float, lang: str) -> Run:
    """How long a temporary setting lasts yet; a warning where it should have gone back already."""
    if left_s <= 0:
        return say("paint.revert_overdue", lang), "warning"
    return _timed("paint.reverts_left", left_s, lang), "accent"


def run_said(run: RunStatus, lang: str, title: str = "") -> str:
    """What a run did or why it did not, as safe text; "" while there is nothing to say.

    A ``title`` that stands before it already is not said again.
    """
    message: Message | None = run.reason or run.result
    if run.state is RunState.DONE:
        message = run.result or run.reason
    return printable(say(message, lang).removeprefix(f"{title}: ")) if message is not None else ""


def run_errors(run: RunStatus, lang: str) -> list[Run]:
    """Items that did not succeed by reason, the most frequent first; none where all went well."""
    worst = sorted(run.errors.items(), key=lambda error: (-error[1], error[0]))
    shown: list[Run] = []
    for reason, count in worst[:_MOST_ERRORS]:
        shown += [(f"{printable(reason)} ", "muted"), (f"{number(count)}  ", "warning")]
    if len(worst) > _MOST_ERRORS:
        shown.append((say("paint.more_reasons", lang, count=len(worst) - _MOST_ERRORS), "muted"))
    return shown


def run_steps(run: RunStatus, lang: str) -> list[list[Run]]:
    """A line for each step of a run made of several: its mark, its title, and how it stands in a word."""
    return [
        [
            (f"{mark} ", style),
            (printable(step.title), "" if step.state is not StepState.SKIPPED else "muted"),
            (f"  {say(f'paint.step_{step.state.value}', lang)}", style),
        ]
        for step in run.steps
        for mark, style in (_STEPS[step.state],)
    ]


def run_progress(run: RunStatus, lang: str, width: int) -> list[list[Run]]:
    """How far a run is: bar, done of total, failed, time left, rate; more lines where one is too narrow."""
    words: list[Run] = []
    if run.total is None:
        words.append(run_state(run, lang))
        if run.done:
            words.append((f"  {say('paint.done_count', lang, done=number(run.done))}", ""))
    else:
        words.append((say("paint.of_total", lang, done=number(run.done), total=number(run.total)), ""))
    if run.failed:
        words.append((f"  {say('paint.failed_count', lang, failed=number(run.failed))}", "warning"))
    if run.left_s is not None and not run.state.ended:
        words.append((f"  {say('paint.left', lang, time=duration(run.left_s, lang))}", "muted"))
    if run.rate_per_s > 0:
        words.append((f"  {say('paint.per_second', lang, figure=number(round(run.rate_per_s)))}", "muted"))
    if run.limit_per_s is not None and not run.state.ended:
        words.append((f"  {say('paint.limit', lang, figure=number(run.limit_per_s))}", "muted"))
    if run.total is None:
        return flowed(words, width)
    least, most = _BAR_CELLS
    room = width - run_cells(words) - _PERCENT_CELLS
    beside = room >= least
    bar = _bar(
        run.done / run.total if run.total else 1.0, min(most, room if beside else width - _PERCENT_CELLS)
    )
    return [[*bar, *words]] if beside else [bar, *flowed(words, width)]


def _bar(share: float, width: int) -> list[Run]:
    """How far a run is, drawn and in per cent."""
    share = min(1.0, max(0.0, share))
    full = round(share * max(0, width))
    shown = fit(percent(share, 0), _PERCENT_CELLS - 2, "right") + "  "
    return [("█" * full, "accent"), ("░" * (width - full), "muted"), (shown, "strong")]


def _style(run: RunStatus) -> str:
    if run.verified is False and run.state is RunState.DONE:
        return "critical"
    if run.state is RunState.UNKNOWN and run.settled is not None:
        return "good" if run.settled is Settlement.HAPPENED else ""
    return "warning" if run.paused and not run.state.ended else _STYLES.get(run.state, "")


def _timed(identifier: str, seconds: float, lang: str) -> str:
    return say(identifier, lang, time=duration(max(0.0, seconds), lang))
