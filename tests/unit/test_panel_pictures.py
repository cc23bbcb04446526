"""What each panel looks like on a phone, in a grid cell and across a wall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.unit import panel_views as views

FEEDS: Mapping[str, tuple[str, ...]] = {
    "figures": ("activations",),
    "chart": ("activations", "agencies"),
    "board": ("agencies",),
    "table": ("agencies",),
    "queue": ("error_queue",),
    "plot": ("error_queue",),
    "events": ("events",),
}
CASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "figures": (
        "figures",
        {"value": "total", "unit": "건", "compare": {"column": "previous", "label": "전작 같은 시각 대비"}},
    ),
    "figures-by-kind": ("figures", {"value": "total", "by": "kind", "unit": "건"}),
    "chart": (
        "chart",
        {
            "series": [
                {"column": "total", "title": "분당 개통", "rate": "60s"},
                {"feed": "agencies", "column": "p95", "title": "p95", "axis": "right"},
            ],
            "unit": "건",
            "unit_right": "ms",
            "thresholds": [{"value": 4_000, "title": "목표 4,000"}],
        },
    ),
    "board": ("board", {"columns": ["agency", "requests", "error_rate", "p95"], "trend": "error_rate"}),
    "table": ("table", {"columns": ["agency", "requests", "error_rate"], "sort": "-error_rate"}),
    "queue": ("queue", {"by": "code", "oldest": "oldest", "incoming": "in", "outgoing": "out"}),
    "plot": ("plot", {"value": "count", "x": "code"}),
    "events": ("events", {"system": "system"}),
    "events-wrapped": ("events", {"system": "system", "wrap": True}),
    "alerts": ("alerts", {}),
    "actions": ("actions", {}),
    "clock": ("clock", {"event": "개통"}),
    "note": (
        "note",
        {"text": "# 절차\n1. **KAIT** 연락\n2. 상황방 공유\n\n| 기관 | 연락처 |\n|---|---|\n| SGI | 02 |"},
    ),
}


@pytest.mark.parametrize(("width", "height"), [(46, 8), (60, 8), (100, 14)])
@pytest.mark.parametrize("case", CASES)
def test_a_panel_looks_as_it_should(case: str, width: int, height: int, snapshot: SnapshotAssertion) -> None:
    name, options = CASES[case]
    launch = views.launch_feeds()
    feeds = [launch[feed] for feed in FEEDS.get(name, ())]
    seen = views.view(*feeds, levels=views.LEVELS)
    assert views.picture(name, seen, width, height, **options) == snapshot
