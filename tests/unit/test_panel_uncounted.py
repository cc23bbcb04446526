"""What is no figure where figures are added up or drawn is named, not left out in silence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from situationroom.values import Value
from tests.unit import panel_views as views
from tests.unit.fakes import row

PANELS: dict[str, dict[str, Any]] = {
    "figures": {"value": "n"},
    "queue": {"count": "n", "by": "k"},
    "plot": {"kind": "bars", "value": "n", "x": "k"},
    "chart": {"column": "n", "x": "at"},
}


def painted(panel: str, *values: Value) -> str:
    rows = [row(k=f"K{place}", at=place, n=value) for place, value in enumerate(values)]
    seen = views.view(views.feed("f", rows))
    return "\n".join(views.painted(panel, seen, 90, 16, **PANELS[panel]))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(
    "odd",
    [
        "1,204",
        "n/a",
        "",
        pytest.param(10**310, id="300 digits"),
        pytest.param(-(10**310), id="below zero"),
        pytest.param(10**5000, id="5,000 digits"),
        Decimal("1e400"),
        float("inf"),
    ],
)
def test_what_cannot_be_counted_is_named_with_how_many_rows_hold_it(panel: str, odd: Value) -> None:
    text = painted(panel, 3, odd, 5, odd)
    assert "'n': 2행은 셀 수 있는 숫자가 아니라 뺐음" in text


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("gap", [None, float("nan"), Decimal("NaN"), Decimal("sNaN")])
def test_nothing_and_nan_are_gaps_and_no_faults(panel: str, gap: Value) -> None:
    assert "뺐음" not in painted(panel, 3, gap, 5)
