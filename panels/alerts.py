"""Standing alerts: how bad, since when, which rule, for whom; above them runs with an unknown outcome."""

from __future__ import annotations

from collections.abc import Sequence

from situationroom.formats import duration, fit, key_text
from situationroom.panel import (
    LEVEL_MARKS,
    STALE,
    Alert,
    Line,
    Panel,
    PanelOptions,
    Run,
    RunStatus,
    View,
    clipped,
    grouped,
    level_style,
    line,
    printable,
    run_cells,
    run_key,
    run_mark,
    run_said,
    run_state,
)

_MOST = 200
_GAP, _INDENTS_FROM = 2, 40
_AGE_CELLS = 8


class AlertsOptions(PanelOptions):
    """Nothing to configure."""


class Alerts(Panel[AlertsOptions]):
    """What is wrong now, the worst first; a calm word when nothing is.

    Runs with an unknown outcome stand on top: a line's key opens their card.
    """

    TYPE = "alerts"
    Options = AlertsOptions
    UPDATES = "seconds"
    SELECTS = True
    NEEDS = frozenset({"alerts", "actions", "runs"})

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        """A line an alert; where its figures do not fit beside it, they stand below."""
        del height
        unknown = [run for run in view.runs if run.unsettled]
        if not view.alerts and not unknown:
            return [Line(clipped(line(("● ", "good"), (view.say("panels.calm"), "muted")).text, width))]
        painted = [line(*_unknown(view, run), key=run_key(run)) for run in unknown if _names(view, run)]
        for alert in [each for each in view.alerts if _matches(view, each)][:_MOST]:
            painted += _alert(view, alert, width)
        if not painted:
            painted = [line((view.say("panels.no_match", filter=printable(view.filter)), "muted"))]
        return [Line(clipped(each.text, width), each.key) for each in painted]

    def lines_wanted(self, view: View) -> int:
        """Two lines an alert, within reason."""
        return max(2, min(12, 2 * len(view.alerts) + sum(run.unsettled for run in view.runs)))


def _matches(view: View, alert: Alert) -> bool:
    return view.matches({"rule": alert.rule, "title": alert.title, "key": " ".join(alert.key)})


def _names(view: View, run: RunStatus) -> bool:
    title = view.title(run.action, run.subject)
    return view.matches({"action": run.action, "title": title, "person": run.person.name})


def _unknown(view: View, run: RunStatus) -> list[Run]:
    """A run that may or may not have had its effect: what, who, and why nobody knows."""
    since = (view.now - (run.ended or run.started)).total_seconds()
    mark, style = run_mark(run)
    title = view.title(run.action, run.subject)
    return [
        (f"{mark} ", style),
        (fit(duration(since, view.lang), _AGE_CELLS), "muted"),
        (f" {run_state(run, view.lang)[0]}", style),
        (f"  {printable(title)}", "strong"),
        (f"  {printable(run.person.name)}", "muted"),
        (f"  {run_said(run, view.lang, title)}", ""),
    ]


def _alert(view: View, alert: Alert, width: int) -> list[Line]:
    style = "stale" if alert.held else level_style(alert.level)
    key = (alert.rule, *alert.key)
    since = (view.now - alert.since).total_seconds()
    runs: list[Run] = [
        ((STALE if alert.held else LEVEL_MARKS[alert.level]) + " ", style),
        (fit(duration(since, view.lang), _AGE_CELLS), "muted"),
        (" ", ""),
    ]
    if alert.key:
        runs += [(key_text(alert.key), "strong"), (" " * _GAP, "")]
    title: Run = (printable(alert.title or alert.rule), style)
    indent: Run = (" " * (_AGE_CELLS + 3 if width >= _INDENTS_FROM else 2), "")
    facts = _facts(view, alert)
    if alert.why is not None:
        facts.insert(0, [(view.say(alert.why.id, **alert.why.values), "warning" if alert.unjudged else "")])
    if alert.held:
        facts.insert(0, [(view.say("panels.held"), "stale")])
    if alert.key and run_cells([*runs, title]) > width:
        facts.insert(0, [title])  # whom it is about comes first: that is never cut for what it is
    else:
        runs.append(title)
    whole = grouped([runs, *facts], width, _GAP)
    if len(whole) == 1:
        return [line(*whole[0], key=key)]
    rest = grouped(facts, width - run_cells([indent]), _GAP)
    return [line(*runs, key=key), *(line(indent, *part, key=key) for part in rest)]


def _facts(view: View, alert: Alert) -> list[list[Run]]:
    """The figures that met the condition, named and written as in every panel."""
    parts: list[list[Run]] = []
    for name, value in list(alert.facts.items())[:8]:
        heading = view.heading(name, alert.feed)
        parts.append([(f"{printable(heading.title)} ", "muted"), (view.shown(value, heading), "")])
    return parts
