"""``rate(column)``: how fast a counter grows per second, whatever happens between two answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from situationroom.engine.rates import Rates, counters
from situationroom.errors import ExpressionError
from situationroom.layout.expressions import compile_expression
from situationroom.layout.models import FeedSpec, RuleSpec
from situationroom.sources.base import Rows
from situationroom.values import Value
from tests.ui.samples import small_layout
from tests.unit.fakes import MORNING


class Counting:
    """A feed's answers, each so long after the morning began."""

    def __init__(self) -> None:
        self.rates = Rates(["total"])

    def __call__(self, seconds: float, **totals: Value) -> dict[str, Value]:
        rows = Rows(("agency", "total"), tuple({"agency": n, "total": v} for n, v in totals.items()))
        read = self.rates.added(rows, MORNING + timedelta(seconds=seconds), lambda row: (str(row["agency"]),))
        assert read.columns == ("agency", "total", "rate(total)")
        return {str(row["agency"]): row["rate(total)"] for row in read.rows}


def test_it_is_per_second_and_per_key_and_unknown_at_first() -> None:
    counted = Counting()
    assert counted(0, KAIT=100, SGI=7) == {"KAIT": None, "SGI": None}
    assert counted(5, KAIT=150, SGI=7) == {"KAIT": 10.0, "SGI": 0.0}
    assert counted(15, KAIT=250, SGI=12, KTOA=3) == {"KAIT": 10.0, "SGI": 0.5, "KTOA": None}


def test_a_reset_is_no_loss() -> None:
    counted = Counting()
    counted(0, KAIT=1_000_000)
    assert counted(10, KAIT=50) == {"KAIT": 5.0}


def test_over_failures_it_is_measured_over_the_time_it_took() -> None:
    counted = Counting()
    counted(0, KAIT=0)
    assert counted(60, KAIT=600) == {"KAIT": 10.0}


@pytest.mark.parametrize("value", [None, "n/a", float("nan"), 10**310])
def test_what_is_no_figure_has_no_rate_and_breaks_none(value: Value) -> None:
    counted = Counting()
    counted(0, KAIT=100, SGI=100)
    assert counted(5, KAIT=value, SGI=105) == {"KAIT": None, "SGI": 1.0}
    assert counted(10, KAIT=120, SGI=110) == {"KAIT": None, "SGI": 1.0}


@pytest.mark.parametrize("seconds", [0, -3])
def test_an_answer_of_no_later_moment_has_no_rate(seconds: float) -> None:
    counted = Counting()
    counted(0, KAIT=100)
    assert counted(seconds, KAIT=200) == {"KAIT": None}
    assert counted(10, KAIT=300) == {"KAIT": 20.0}


def test_derived_columns_and_rules_say_which_counters_are_followed() -> None:
    layout = small_layout(
        feeds={
            "agencies": FeedSpec(source="sgi", key=("agency",), derive={"tps": "rate(requests) + 0"}),
            "activations": FeedSpec(source="kos", key=("model",)),
        },
        rules={"slow": RuleSpec.model_validate({"feed": "agencies", "warning": {"when": "rate(done) < 1"}})},
    )
    assert counters(layout, "agencies") == ("done", "requests")
    assert counters(layout, "activations") == ()


def test_to_an_expression_it_is_a_column() -> None:
    tps = compile_expression("rate(total) * 60")
    assert tps.names == {"rate(total)"}
    assert tps.evaluate({"rate(total)": 2.5}) == 150
    assert tps.evaluate({"rate(total)": None}) is None


@pytest.mark.parametrize(
    "text", ["rate()", "rate(a, b)", "rate(a + b)", "rate('a')", "rate(1)", "rate(rate(a))"]
)  # fmt: skip
def test_it_takes_one_column_and_says_so(text: str) -> None:
    with pytest.raises(ExpressionError, match="rate"):
        compile_expression(text)
