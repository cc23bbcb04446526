"""Views to paint from: a launch morning's readings, a made-up history, every kind of nasty value."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from situationroom.catalog import catalog
from situationroom.layout.models import PanelSpec
from situationroom.panel import Line, Panel, Point, View
from situationroom.values import (
    ActionState,
    Alert,
    Failure,
    FeedState,
    Key,
    Level,
    Message,
    Person,
    Reading,
    Row,
    RunState,
    RunStatus,
    Value,
)

NOW = datetime(2024, 9, 20, 9, 41, 7, tzinfo=ZoneInfo("Asia/Seoul"))
OPENS = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))
KIM = Person("kim", "김운영", frozenset({"operator"}))

NASTY: tuple[Value, ...] = (
    None, "", 0, -1, 1.5, True, math.nan, math.inf, -math.inf, 1e308, 10**30, 10**400, -(10**400),
    Decimal("NaN"), Decimal("sNaN"), Decimal("1e400"), Decimal("12.5"), "text", "[red]x[/red]",
    "\x1b]0;x\x07\x1b[31m", "nul\x00", "a\nb\tc\r", "한글 라벨 아주 긴 것" * 5, "e\u0301" * 9,
    "\u202eabc", "👩\u200d👩\u200d👧\ufe0f", "\ud800", "a" * 1_000_000, "가" * 1_000_000,
    NOW, NOW.astimezone(UTC), datetime(2024, 1, 1), datetime.max, datetime.min, date(2024, 1, 1),
)  # fmt: skip

OPTIONS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "figures": (
        {"value": "count", "unit": "건", "compare": {"column": "other", "label": "전작 대비"}},
        {"value": "count", "by": "name", "figure": "percent"},
        {"items": [{"value": "count", "label": "가", "total": "max"}, {"value": "other", "total": "avg"}]},
        {},
    ),
    "table": ({}, {"columns": ["name", {"column": "count", "figure": "percent"}], "sort": "-count"}),
    "chart": (
        {"column": "count"},
        {"column": "count", "by": "name", "rate": "60s", "thresholds": [{"value": 3000, "title": "목표"}]},
        {"series": [{"column": "count"}, {"column": "other", "axis": "right", "title": "둘째"}]},
        {"column": "count", "x": "at"},
        {"column": "count", "x": "name"},
        {"column": "count", "x": "other"},
    ),
    "plot": tuple(
        {"kind": kind, "value": "count", "x": "other" if kind == "scatter" else "name", **more}
        for kind in ("bars", "histogram", "box", "scatter")
        for more in ({}, {"by": "name"})
    ),
    "board": ({}, {"columns": ["name", "count", "other"], "trend": "count", "worst_first": True}),
    "queue": ({}, {"by": "name", "oldest": "at", "incoming": "other", "outgoing": "count"}),
    "events": ({}, {"system": "name", "wrap": True, "levels": ["critical"]}, {"at": None, "level": None}),
    "alerts": ({},),
    "actions": ({}, {"only": ["batch", "none"]}),
    "runs": ({}, {"only": ["batch", "none"], "limit": 1}),
    "note": (
        {"text": "# 절차\n\n1. **하나**\n\n| 가 | 나 |\n|---|---|\n| [red] | \x1b[31m |\n"},
        {"text": ""},
    ),
    "clock": ({"event": "개통"}, {"show": "event", "seconds": False}),
}
"""Options to paint every panel with; the columns are those of :func:`messy`."""


@cache
def panel_types() -> Mapping[str, type[Panel[Any]]]:
    """The shipped panels, found as a room finds them."""
    return catalog().panels


def panel(type_name: str, **options: Any) -> Panel[Any]:
    """A panel with options as they stand in YAML."""
    kind = panel_types()[type_name]
    return kind(PanelSpec(type=type_name), kind.Options.model_validate(options))


def feed(
    name: str, rows: Sequence[Row], key: tuple[str, ...] = (), columns: tuple[str, ...] | None = None
) -> FeedState:
    """A live feed with one reading."""
    names = columns if columns is not None else tuple(rows[0]) if rows else ()
    reading = Reading(name, 1, NOW, NOW, 0.1, names, tuple(rows))
    return FeedState(name, 5, 15, reading=reading, key_columns=key)


def waiting(name: str = "waiting") -> FeedState:
    """A feed that was asked and has not answered."""
    return FeedState(name, 5, 15, asking=True)


def failed(name: str = "failed") -> FeedState:
    """A feed that never gave a reading."""
    return FeedState(name, 5, 15, failure=Failure(name, NOW, Message("no route")))


def history(feed_name: str, column: str, key: Key | None, window_s: float, now: datetime) -> Sequence[Point]:
    """A wave for every column, a growing counter for ``total``; a point every 5 s."""
    count = int(min(window_s, 7_200) // 5)
    start = now.timestamp() - count * 5
    phase = sum(map(ord, feed_name + column + "".join(key or ()))) if len("".join(key or ())) < 50 else 0
    if column == "total":
        return [Point(start + place * 5, 100_000.0 + place * 260) for place in range(count + 1)]
    return [
        Point(start + place * 5, 3_000 + 800 * math.sin(place / 40 + phase)) for place in range(count + 1)
    ]


def view(*feeds: FeedState, **more: Any) -> View:
    """A view of some feeds at 09:41:07 of the launch day."""
    return View(
        feeds={each.name: each for each in feeds},
        now=NOW,
        **{"opens": OPENS, "history": history, "actions": ACTIONS, "alerts": ALERTS, **more},
    )


def messy(seed: int, count: int = 24) -> FeedState:
    """Rows of nasty values under every column the options name, now and then without a column."""
    chance = random.Random(seed)
    rows = [
        {name: chance.choice(NASTY) for name in ("name", "count", "other", "at", "level", "text")}
        for _ in range(count)
    ]
    if seed % 3 == 0:
        rows = [{name: value for name, value in row.items() if name != "other"} for row in rows]
    return feed("messy", rows, ("name",))


def painted(type_name: str, seen: View, width: int, height: int, **options: Any) -> list[str]:
    """The panel's lines as plain text."""
    return [line.text.plain for line in panel(type_name, **options).paint(seen, width, height)]


def picture(type_name: str, seen: View, width: int, height: int, **options: Any) -> str:
    """The panel as it stands on a screen, each line ended by a bar at the width."""
    lines = painted(type_name, seen, width, height, **options)[:height]
    return "\n".join(text + " " * (width - cell_len(text)) + "|" for text in lines) + "\n"


def styles(line: Line) -> set[str]:
    """The names of the styles in a line."""
    return {str(span.style) for span in line.text.spans}


def launch_feeds() -> dict[str, FeedState]:
    """The feeds of a launch room in short."""
    return {
        "activations": feed(
            "activations",
            [
                {"model": "아이폰16", "kind": "신규", "total": 48_210, "previous": 40_850},
                {"model": "아이폰16", "kind": "번호이동", "total": 31_002, "previous": 26_250},
                {"model": "아이폰16", "kind": "기기변경", "total": 20_190, "previous": 17_100},
                {"model": "아이폰16 Pro", "kind": "신규", "total": 29_000, "previous": 24_600},
            ],
            ("model", "kind"),
        ),
        "agencies": feed(
            "agencies",
            [
                {"agency": "SGI", "requests": 1_204, "error_rate": 0.004, "p95": 210},
                {"agency": "KAIT", "requests": 980, "error_rate": 0.112, "p95": 4_820},
                {"agency": "MOBINS", "requests": 7_120, "error_rate": 0.031, "p95": 610},
            ],
            ("agency",),
        ),
        "error_queue": feed(
            "error_queue",
            [
                {
                    "code": "E104",
                    "count": 8_120,
                    "oldest": NOW - timedelta(seconds=860),
                    "in": 120,
                    "out": 900,
                },
                {"code": "KAIT-TIMEOUT", "count": 3_900, "oldest": NOW, "in": 20, "out": 100},
            ],
            ("code",),
        ),
        "events": feed(
            "events",
            [
                {
                    "at": NOW - timedelta(seconds=40),
                    "level": "warn",
                    "system": "MOBINS",
                    "text": "지연 610ms",
                },
                {"at": NOW, "level": "info", "system": "KOS", "text": "개통 접수 재개"},
                {
                    "at": (NOW - timedelta(seconds=13)).astimezone(UTC),
                    "level": "error",
                    "system": "KAIT",
                    "text": "보험 사전체크 응답 없음 (timeout 3s) — 980건 중 110건 실패, 재시도 대기",
                },
            ],
        ),
    }


LEVELS: Mapping[tuple[str, Key], Level] = {
    ("agencies", ("KAIT",)): Level.CRITICAL,
    ("agencies", ("MOBINS",)): Level.WARNING,
    ("error_queue", ("E104",)): Level.WARNING,
}
ALERTS = (
    Alert(
        "agency-errors", "대외기관 오류율", "agencies", ("KAIT",), Level.CRITICAL,
        NOW - timedelta(seconds=192), facts={"error_rate": 0.112, "requests": 980},
    ),
    Alert(
        "queue", "Error Queue 적체", "error_queue", ("E104",), Level.WARNING, NOW - timedelta(seconds=40),
        held=True, facts={"count": "[red]\x1b[31m"},
    ),
)  # fmt: skip
ACTIONS = (
    ActionState("kait-skip", "KAIT 보험 사전체크 SKIP", "k", "toggle", active=False),
    ActionState(
        "batch", "Error Queue 재처리", "e", "batch", state="12,430건",
        run=RunStatus(
            "1", "batch", RunState.RUNNING, KIM, NOW, done=5_230, total=12_430, failed=3, rate_per_s=1_000,
            left_s=7.2,
        ),
    ),
    ActionState("outage", "기관 장애등록", "o", "sql", allowed=False, why=Message("권한 없음: 팀장")),
    ActionState(
        "release", "대기번호 해제", "w", "sql",
        run=RunStatus("2", "release", RunState.DONE, KIM, NOW, result=Message("120건 해제")),
    ),
)  # fmt: skip

PANELS_FOLDER = Path(__file__).parents[2] / "panels"
