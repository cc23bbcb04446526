"""The axis of time: whatever form a column's times have, what stands below a chart is when."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from situationroom.paint.moments import moment_of, times_of
from situationroom.paint.timescale import time_ticks
from situationroom.values import Row, Value
from tests.unit import panel_views as views

SEOUL = ZoneInfo("Asia/Seoul")
ZONES = [SEOUL, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), UTC]
START = datetime(2024, 9, 20, 9, 0, tzinfo=SEOUL)
MOMENTS = [START + timedelta(minutes=10 * place) for place in range(5)]

FORMS: dict[str, Callable[[datetime], Value]] = {
    "timestamptz": lambda at: at.astimezone(UTC),
    "zoneless": lambda at: at.replace(tzinfo=None),
    "iso": lambda at: at.isoformat(),
    "iso in utc": lambda at: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    "iso with a space": lambda at: f"{at:%Y-%m-%d %H:%M}",
    "slashes": lambda at: f"{at:%Y/%m/%d %H:%M:%S}",
    "points": lambda at: f"{at:%Y.%m.%d %H:%M}",
    "run together": lambda at: f"{at:%Y%m%d%H%M%S}",
    "run together to the minute": lambda at: f"{at:%Y%m%d%H%M}",
    "seconds": lambda at: int(at.timestamp()),
    "seconds with a fraction": lambda at: at.timestamp() + 0.25,
    "decimal seconds": lambda at: Decimal(int(at.timestamp())),
    "milliseconds": lambda at: int(at.timestamp() * 1e3),
    "microseconds": lambda at: int(at.timestamp() * 1e6),
    "nanoseconds": lambda at: int(at.timestamp()) * 10**9,
    "seconds as text": lambda at: f"{at.timestamp():.0f}",
    "milliseconds as text": lambda at: f"{at.timestamp() * 1e3:.0f}",
}


def axis(values: Sequence[Value], width: int = 66, **options: object) -> list[str]:
    """What stands below a chart of figures over these values."""
    rows: list[Row] = [{"x": value, "n": place} for place, value in enumerate(values)]
    last = views.painted("chart", views.view(views.feed("f", rows)), width, 8, column="n", x="x", **options)[
        -1
    ]
    return re.split(r"\s{2,}", last.strip())


@pytest.mark.parametrize("form", FORMS)
def test_a_time_in_any_form_is_a_time_on_the_axis_in_the_rooms_zone(form: str) -> None:
    ticks = axis([FORMS[form](at) for at in MOMENTS])
    assert ticks[-4:] == ["09:10", "09:20", "09:30", "09:40"]


@pytest.mark.parametrize("form", FORMS)
def test_times_stand_as_far_apart_as_they_are(form: str) -> None:
    uneven = [START + timedelta(minutes=minutes) for minutes in (0, 1, 50, 600)]
    places = times_of([FORMS[form](at) for at in uneven], SEOUL)
    assert places is not None
    assert places.at == pytest.approx([at.timestamp() for at in uneven], abs=0.5)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["09:00", "09:10", "09:40"], ["09:00", "09:10", "09:20", "09:30", "09:40"]),
        (["9:00:00", "9:00:30", "9:01:00"], ["09:00:00", "09:00:15", "09:00:30", "09:00:45", "09:01:00"]),
        (["22:00", "23:00", "00:00", "02:00"], ["22:00", "23:00", "00:00", "01:00", "02:00"]),
        (["00:10", "23:50", "23:40", "23:30"], ["23:30", "23:40", "23:50", "00:00", "00:10"]),
        (["00:00", "08:00", "16:00", "24:00"], ["00:00", "06:00", "12:00", "18:00", "00:00"]),
    ],
)
def test_times_of_day_stand_in_their_order_round_midnight(values: list[Value], shown: list[str]) -> None:
    assert axis(values) == shown


def test_times_of_day_of_several_groups_stay_one_day() -> None:
    day = [f"{hour:02}:00" for hour in (0, 1, 2, 3, 4, 17, 18, 19, 20, 21, 22, 23)]
    places = times_of(day * 2, SEOUL)
    assert places is not None
    assert list(places.at) == [int(word[:2]) * 3_600 for word in day * 2]


@pytest.mark.parametrize(
    "values",
    [[1, 2, 3], [10023, 10024], [0, 1_726_790_460], [-5, 3], [1_726_790_460, 1_726_790_460_000], [5e9, 6e9],
     [True, False], ["E101", "E102"], ["9", "12"], ["99:10", "12:75"], ["2024-13-40", "2024-00-00"],
     ["20249999", "12345678"], ["신규", "2024-09-20", "해지"], [None, ""], []],
)  # fmt: skip
def test_what_is_no_time_is_not_taken_for_one(values: list[Value]) -> None:
    assert times_of(values, SEOUL) is None


def test_a_row_without_a_time_is_left_out_and_the_others_stay_times() -> None:
    odd = [MOMENTS[0], None, "infinity", MOMENTS[1], datetime.max, "?"]
    places = times_of(odd, SEOUL)
    assert places is not None
    assert [at is not None for at in places.at] == [True, False, False, True, False, False]


def test_an_author_says_what_the_figures_of_an_x_are() -> None:
    won = [1_500_000_000, 2_500_000_000]
    assert axis(won, figure_x="number") == ["1,500,000,000", "2,500,000,000"]
    assert axis([0, 60, 120, 180], figure_x="time")[0].startswith("1970-01-01 09:00")


@pytest.mark.parametrize(
    ("start", "length", "shown"),
    [
        ("2024-09-20 09:00:00", {"minutes": 1}, ["09:00:00", "09:00:30", "09:01:00"]),
        ("2024-09-20 09:00", {"hours": 1}, ["09:00", "09:15", "09:30", "09:45", "10:00"]),
        ("2024-09-19 18:00", {"hours": 18}, ["18:00", "09-20", "06:00", "12:00"]),
        ("2024-09-18 12:00", {"days": 3}, ["09-19", "09-20", "09-21"]),
        ("2024-12-31 12:00", {"days": 1}, ["12:00", "18:00", "2025-01-01", "06:00", "12:00"]),
        ("2024-12-30 00:00", {"days": 4}, ["2024-12-30", "12-31", "2025-01-01", "01-02", "01-03"]),
        ("2024-08-20 00:00", {"days": 31}, ["08-26", "09-02", "09-09", "09-16"]),
        ("2024-05-15 00:00", {"days": 120}, ["2024-06", "2024-07", "2024-08", "2024-09"]),
        ("2022-05-15 00:00", {"days": 800}, ["2022-07", "2023-01", "2023-07", "2024-01", "2024-07"]),
        ("2004-09-20 00:00", {"days": 7_305}, ["2005", "2010", "2015", "2020"]),
        ("1900-06-01 00:00", {"days": 45_000}, ["1950", "2000"]),
    ],
)
def test_windows_from_a_minute_to_centuries_have_round_ticks(
    start: str, length: dict[str, int], shown: list[str]
) -> None:
    first = datetime.fromisoformat(start).replace(tzinfo=SEOUL)
    assert [words for _, words in time_ticks(first, first + timedelta(**length), 5)] == shown


def test_a_stretch_within_another_day_says_which_day() -> None:
    first = datetime(2024, 9, 18, 14, 0, tzinfo=SEOUL)
    ticks = time_ticks(first, first + timedelta(hours=2), 4, today=date(2024, 9, 20))
    assert [words for _, words in ticks] == ["09-18 14:00", "14:30", "15:00", "15:30", "16:00"]
    ticks = time_ticks(first, first + timedelta(hours=2), 2, today=date(2025, 9, 20))
    assert [words for _, words in ticks] == ["2024-09-18 14:00", "15:00", "16:00"]
    assert time_ticks(first, first, 4, today=date(2024, 9, 20)) == [(first.timestamp(), "09-18 14:00")]


@pytest.mark.parametrize("seed", range(40))
def test_any_window_has_ticks_within_it_that_say_their_own_time(seed: int) -> None:
    draw = random.Random(seed)
    zone = draw.choice(ZONES)
    start = datetime.fromtimestamp(draw.uniform(0, 4e9), zone)
    end = datetime.fromtimestamp(start.timestamp() + 60 * 10 ** draw.uniform(0, 6.5), zone)
    count = draw.randint(1, 12)
    ticks = time_ticks(start, end, count)
    places = [at for at, _ in ticks]
    assert 1 <= len(ticks) <= count + 1
    assert places == sorted(set(places))
    assert start.timestamp() <= places[0] <= places[-1] <= end.timestamp()
    for at, words in ticks:
        moment = datetime.fromtimestamp(at, zone)
        told = [f"{moment:{shape}}" for shape in ("%H:%M:%S", "%H:%M", "%m-%d", "%Y-%m-%d", "%Y-%m", "%Y")]
        assert words in told
        if ":" in words:
            assert moment.strftime("%H:%M:%S") != "00:00:00", "where the day changes stands its date"


def test_a_day_on_which_the_clocks_change_has_only_hours_that_were() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    ticks = time_ticks(
        datetime(2024, 3, 31, 0, 0, tzinfo=berlin), datetime(2024, 3, 31, 6, 0, tzinfo=berlin), 6
    )
    assert [words for _, words in ticks] == ["03-31", "01:00", "03:00", "04:00", "05:00", "06:00"]


@pytest.mark.parametrize("form", ["timestamptz", "iso", "milliseconds"])
def test_a_scatter_over_times_has_its_dots_and_its_times(form: str) -> None:
    rows: list[Row] = [{"x": FORMS[form](at), "n": place + 1} for place, at in enumerate(MOMENTS)]
    seen = views.view(views.feed("f", rows))
    shown = views.painted("plot", seen, 70, 12, kind="scatter", value="n", x="x")
    assert "09:20" in shown[-1]
    assert any(re.search("[\u2801-\u28ff]", line) for line in shown)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("20240920094107", "2024-09-20T09:41:07+09:00"), ("20240920", "2024-09-20T00:00:00+09:00"),
     ("2024.09.20 09:41", "2024-09-20T09:41:00+09:00"), ("2024/9/3", "2024-09-03T00:00:00+09:00"),
     ("2024-09-20T00:41:07.5Z", "2024-09-20T09:41:07.5+09:00"), (1_726_792_867, "2024-09-20T09:41:07+09:00"),
     (1_726_792_867_500, "2024-09-20T09:41:07.5+09:00"),
     (1_726_792_867_500_000, "2024-09-20T09:41:07.5+09:00")],
)  # fmt: skip
def test_moments_are_read_as_sources_write_them(written: Value, meant: str) -> None:
    assert moment_of(written, SEOUL) == datetime.fromisoformat(meant)
