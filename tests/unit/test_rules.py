"""When a rule raises an alert, for which key, and what becomes of it when its feed falls silent."""

from datetime import datetime, timedelta

import pytest

from situationroom.engine.rules import Rule
from situationroom.layout.models import RuleSpec
from situationroom.values import Alert, Failure, FeedState, Level, Message, Reading, Row
from tests.unit.fakes import MORNING, row


def rule(**spec: object) -> Rule:
    """A rule on the feed ``agencies``."""
    plain = {"warning": {"when": "rate > 0.03"}, "critical": {"when": "rate > 0.10"}}
    return Rule("errors", RuleSpec.model_validate({"feed": "agencies", **(spec or plain)}))


def state(now: datetime, *each: Row, failed: bool = False) -> FeedState:
    """The feed's state right after it gave these rows (or failed)."""
    columns = tuple(each[0]) if each else ()
    reading = Reading("agencies", 1, now, now, 0.1, columns, each)
    failure = Failure("agencies", now, Message("engine.timeout", {"after_s": 3})) if failed else None
    return FeedState("agencies", 5, 15, reading, failure, key_columns=("name",))


def judged(each: Rule, now: datetime, *rows: Row) -> dict[str, Level]:
    """Levels by agency after these rows."""
    each.judge(state(now, *rows), now)
    return levels(each.alerts())


def levels(alerts: tuple[Alert, ...]) -> dict[str, Level]:
    """Levels by agency."""
    return {alert.key[0] if alert.key else "": alert.level for alert in alerts}


def test_each_key_has_its_own_alert_at_its_worst_level() -> None:
    found = judged(
        rule(), MORNING, row(name="SGI", rate=0.01), row(name="KAIT", rate=0.2), row(name="M", rate=0.05)
    )
    assert found == {"KAIT": Level.CRITICAL, "M": Level.WARNING}


def test_an_alert_names_the_figures_its_condition_read_and_since_when() -> None:
    each = rule()
    judged(each, MORNING, row(name="KAIT", rate=0.2, p95=900))
    judged(each, MORNING + timedelta(seconds=5), row(name="KAIT", rate=0.3, p95=900))
    (alert,) = each.alerts()
    assert alert.facts == {"rate": 0.3}
    assert alert.since == MORNING


def test_an_alert_clears_when_its_condition_no_longer_holds() -> None:
    each = rule()
    judged(each, MORNING, row(name="KAIT", rate=0.2))
    assert judged(each, MORNING + timedelta(seconds=5), row(name="KAIT", rate=0.05)) == {
        "KAIT": Level.WARNING
    }
    assert judged(each, MORNING + timedelta(seconds=10), row(name="KAIT", rate=0.01)) == {}


def test_a_figure_nobody_knows_neither_raises_nor_clears() -> None:
    each = rule()
    sgi = row(name="SGI", rate=0.0)
    assert judged(each, MORNING, row(name="KAIT", rate=None), sgi) == {}
    judged(each, MORNING, row(name="KAIT", rate=0.2), sgi)
    assert judged(each, MORNING, row(name="KAIT", rate=None), sgi) == {"KAIT": Level.CRITICAL}


def test_an_alert_of_a_silent_feed_is_held_and_never_cleared() -> None:
    each = rule()
    judged(each, MORNING, row(name="KAIT", rate=0.2))
    each.judge(state(MORNING, row(name="KAIT", rate=0.0), failed=True), MORNING)
    (alert,) = each.alerts()
    assert alert.held
    assert judged(each, MORNING, row(name="KAIT", rate=0.2)) == {"KAIT": Level.CRITICAL}
    assert not each.alerts()[0].held


@pytest.mark.parametrize("silent", ["failed", "stale"])
def test_a_rule_that_says_so_raises_when_its_feed_falls_silent(silent: str) -> None:
    each = rule(critical={"when": "rate > 0.1"}, on_stale="raise")
    judged(each, MORNING, row(name="KAIT", rate=0.0))
    now = MORNING + timedelta(seconds=60)
    each.judge(state(now if silent == "failed" else MORNING, failed=silent == "failed"), now)
    assert levels(each.alerts()) == {"": Level.CRITICAL}
    assert judged(each, now, row(name="KAIT", rate=0.0)) == {}


def test_a_condition_must_hold_for_its_time_before_it_raises() -> None:
    each = rule(warning={"when": "rate > 0.03", "for": "30s"})
    bad = row(name="KAIT", rate=0.05)
    assert judged(each, MORNING, bad) == {}
    assert judged(each, MORNING + timedelta(seconds=15), bad) == {}
    assert judged(each, MORNING + timedelta(seconds=20), row(name="KAIT", rate=0.01)) == {}
    assert judged(each, MORNING + timedelta(seconds=31), bad) == {}
    assert judged(each, MORNING + timedelta(seconds=61), bad) == {"KAIT": Level.WARNING}


def test_an_alert_clears_only_below_its_clear_mark_and_after_its_time() -> None:
    each = rule(warning={"when": "rate > 0.03", "clear": "rate < 0.02", "clear_for": "60s"})
    judged(each, MORNING, row(name="KAIT", rate=0.05))
    assert judged(each, MORNING + timedelta(seconds=5), row(name="KAIT", rate=0.025)) == {
        "KAIT": Level.WARNING
    }
    good = row(name="KAIT", rate=0.01)
    assert judged(each, MORNING + timedelta(seconds=10), good) == {"KAIT": Level.WARNING}
    assert judged(each, MORNING + timedelta(seconds=69), good) == {"KAIT": Level.WARNING}
    assert judged(each, MORNING + timedelta(seconds=70), good) == {}


def test_a_key_that_left_a_fresh_answer_takes_its_alert_with_it() -> None:
    each = rule()
    judged(each, MORNING, row(name="KAIT", rate=0.2), row(name="SGI", rate=0.2))
    assert judged(each, MORNING + timedelta(seconds=5), row(name="SGI", rate=0.2)) == {"SGI": Level.CRITICAL}


def test_a_feed_that_has_yet_to_answer_is_not_silent() -> None:
    each = rule(critical={"when": "rate > 0.10"}, on_stale="raise")
    each.judge(FeedState("agencies", 5, 15), MORNING)
    assert each.alerts() == ()
