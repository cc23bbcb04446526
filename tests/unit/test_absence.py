"""What vanishes is not healthy, and what nobody can judge is not green."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from situationroom.engine.intake import figures_read
from situationroom.engine.rules import Rule
from situationroom.i18n import say
from situationroom.layout.models import RuleSpec
from situationroom.sources.base import Rows
from situationroom.values import Level
from tests.unit.fakes import MORNING, row
from tests.unit.test_rules import state

CRITICAL = {"when": "rate > 0.1"}


def rule(**spec: Any) -> Rule:
    return Rule("kait", RuleSpec.model_validate({"feed": "agencies", **spec}))


def after(each: Rule, seconds: float, *rows: Mapping[str, Any]) -> dict[str, tuple[Level, str]]:
    """What stands once these rows came so long after the morning began."""
    now = MORNING + timedelta(seconds=seconds)
    each.judge(state(now, *rows), now)
    return {
        " ".join(alert.key): (alert.level, say(alert.why, "en") if alert.why else "")
        for alert in each.alerts()
    }


KAIT, SGI = row(name="KAIT", rate=0.0), row(name="SGI", rate=0.0)
ILL = row(name="KAIT", rate=0.2)


def test_no_rows_at_all_are_bad_where_the_rule_says_so() -> None:
    each = rule(missing={})
    assert after(each, 0, KAIT) == {}
    assert after(each, 5) == {"": (Level.CRITICAL, "no rows at all")}
    assert after(each, 10, KAIT) == {}


@pytest.mark.parametrize(("rows", "said"), [(0, "no rows at all"), (1, "1 row only"), (2, "2 rows only")])
def test_too_few_rows_are_told_with_their_number(rows: int, said: str) -> None:
    each = rule(missing={"fewer_than": 3, "level": "warning"})
    level, why = after(each, 0, *[row(name=str(n), rate=0) for n in range(rows)])[""]
    assert level is Level.WARNING
    assert why.startswith(said)


def test_an_expected_key_that_is_gone_stands_by_its_name_after_its_time() -> None:
    each = rule(missing={"expect": ["SGI", "KAIT"], "for": "30s"})
    assert after(each, 0, SGI) == {}
    assert after(each, 29, SGI) == {}
    assert after(each, 30, SGI) == {"KAIT": (Level.CRITICAL, "not in the answer")}
    assert after(each, 35, SGI, KAIT) == {}
    assert after(each, 40, SGI) == {}, "its time begins anew"


def test_a_key_that_was_seen_is_missed_for_as_long_as_the_rule_says() -> None:
    each = rule(missing={"seen": "1m"})
    assert after(each, 0, SGI, KAIT) == {}
    assert after(each, 10, SGI) == {"KAIT": (Level.CRITICAL, "not in the answer")}
    assert after(each, 60, SGI) == {"KAIT": (Level.CRITICAL, "not in the answer")}
    assert after(each, 61, SGI) == {}


@pytest.mark.parametrize(
    ("on_gone", "clear_for", "stands_s"),
    [("clear", "5m", 0), ("clear_for", None, 0), ("clear_for", "1m", 60), ("hold", "1m", 10_000)],
)
def test_what_a_row_that_leaves_does_to_its_alert_is_the_rules_word(
    on_gone: str, clear_for: str | None, stands_s: float
) -> None:
    each = rule(on_gone=on_gone, critical={**CRITICAL, "clear_for": clear_for})
    assert "KAIT" in after(each, 0, ILL, SGI)
    for seconds in (5, 30, 64, 66, 9_000):
        stands = after(each, seconds, SGI).get("KAIT")
        assert (stands is not None) is (seconds - 5 < stands_s)
        if stands is not None:
            assert stands == (Level.CRITICAL, "gone from the answer")


def test_a_row_that_comes_back_is_judged_by_its_figures_again() -> None:
    each = rule(on_gone="hold", critical=CRITICAL)
    after(each, 0, ILL)
    assert after(each, 5, SGI) == {"KAIT": (Level.CRITICAL, "gone from the answer")}
    assert after(each, 10, SGI, ILL) == {"KAIT": (Level.CRITICAL, "")}
    assert after(each, 15, SGI, KAIT) == {}


@pytest.mark.parametrize(
    ("when", "rows", "why"),
    [
        ("up == 0", [{"name": "a", "up": "0"}], 'up is text: "0" == 0 can never hold'),
        ("up > 5 and name == 'a'", [{"name": "a", "up": "9"}], 'up is text: "9" > 5 can never hold'),
        ("count in (1, 2)", [{"name": "a", "count": "1"}], "count is text"),
        ("err > 1", [{"name": "a", "errors": 3}], "no column 'err' in the rows (there are: name, errors)"),
        ("qty >= 1", [{"name": "a", "qty": None}, {"name": "b", "qty": None}], "'qty' is empty in all of 2"),
        ("a / b > 1", [{"name": "a", "a": 1, "b": 0}], "known for no row: a / b > 1"),
    ],
)  # fmt: skip
def test_a_rule_that_can_be_judged_for_no_row_says_so_and_why(
    when: str, rows: list[dict[str, Any]], why: str
) -> None:
    each = rule(critical={"when": when})
    ((key, (level, said)),) = after(each, 0, *rows).items()
    assert (key, level) == ("", Level.WARNING)
    assert said.startswith("not judged: ")
    assert why in said
    (alert,) = each.alerts()
    assert alert.unjudged


def test_one_row_that_can_be_judged_is_enough_and_no_rows_are_not_unjudged() -> None:
    each = rule(critical=CRITICAL)
    assert after(each, 0, row(name="KAIT", rate=None), SGI) == {}
    assert after(each, 5) == {}


def test_it_is_judged_again_once_the_figures_are_there() -> None:
    each = rule(critical=CRITICAL)
    assert after(each, 0, row(name="KAIT", rate="0.2"))
    assert after(each, 5, ILL) == {"KAIT": (Level.CRITICAL, "")}


@pytest.mark.parametrize(
    ("separator", "text", "wanted"),
    [
        ("", "512", "512"), ("", "-0.5", "-0.5"), ("", "1e3", "1E+3"), ("", "1,234", "1,234"),
        ("", "n/a", "n/a"),
        (",", "1,234,567", "1234567"), (",", "1,234.50", "1234.50"), (",", "12,34", "12,34"),
        (",", "512", "512"),
        (".", "1.234,5", "1234.5"), (" ", "1 234", "1234"), ("", "9" * 30, "9" * 30), ("", "", ""),
    ],
)  # fmt: skip
def test_text_is_read_as_figures_where_the_feed_says_so(separator: str, text: str, wanted: str) -> None:
    read = figures_read(Rows(("n", "other"), ({"n": text, "other": text},)), {"n": separator}).rows[0]
    assert str(read["n"]) == wanted
    assert isinstance(read["n"], str) is (wanted == text and not text.lstrip("-").replace(".", "").isdigit())
    assert read["other"] == text
