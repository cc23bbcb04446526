"""Figures, times and units as they are: no digit lost, nothing written as nothing that is something."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from situationroom.formats import cell, duration, exact, figured
from situationroom.paint.words import Heading, RoomWords
from situationroom.panel import View
from situationroom.values import Duration, Value

BIG = 5_000_000_000_000_000_001


@pytest.mark.parametrize("figure", [None, "number"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (BIG, "5,000,000,000,000,000,001"),
        (-(2**63), "-9,223,372,036,854,775,808"),
        (2**53 + 1, "9,007,199,254,740,993"),
        (Decimal(12345678901234567890123456), "12,345,678,901,234,567,890,123,456"),
        (Decimal("0.0001"), "0.0001"), (0.000123, "0.00012"), (1234.5, "1,234"), (0.5, "0.50"),
        (12.34, "12.3"),
        (Decimal("12.00"), "12"), (0, "0"), (-0.0, "0"), (float("nan"), "–"), (10**310, "–"), (True, "예"),
    ],
)  # fmt: skip
def test_a_figure_keeps_what_it_says(value: Value, figure: str | None, shown: str) -> None:
    assert cell(value, figure) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(BIG, "5,000,000조"), (2 * 10**8 + 3 * 10**4, "2억 3만"), (123_456, "12만 3,456"), (999, "999")],
)
def test_a_large_figure_is_read_from_its_own_digits(value: int, shown: str) -> None:
    assert cell(value, "big") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10_023, "10023"), (Decimal(10023), "10023"), (BIG, str(BIG)), (1.5, "1.5"), ("0044", "0044"),
        (20_240_920.0, "20240920"), (None, "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_text_is_shown_as_it_is(value: Value, shown: str) -> None:
    assert cell(value, "text") == shown


@pytest.mark.parametrize(
    ("seconds", "ko", "en"),
    [
        (8.5e-7, "850 ns", "850 ns"), (0.00085, "850 µs", "850 µs"), (0.0123, "12.3 ms", "12.3 ms"),
        (0.35, "350 ms", "350 ms"), (4.2, "4.2초", "4.2 s"), (4, "4초", "4 s"), (0, "0초", "0 s"),
        (12.3, "12초", "12 s"), (59.4, "59초", "59 s"),
        (200, "3분 20초", "3m 20s"), (7_500, "2시간 5분", "2h 5m"),
        (3 * 86_400 + 4 * 3_600, "3일 4시간", "3d 4h"),
        (2 * 365.25 * 86_400 + 34 * 86_400, "2년 34일", "2y 34d"), (0.9996, "1초", "1 s"),
        (0.00099961, "1 ms", "1 ms"), (4 * 365.25 * 86_400, "4년", "4y"), (-0.35, "-350 ms", "-350 ms"),
        (float("inf"), "–", "–"),
    ],
)  # fmt: skip
def test_a_measured_time_is_written_from_nanoseconds_to_years(seconds: float, ko: str, en: str) -> None:
    assert cell(seconds, "duration", "ko") == ko
    assert cell(seconds, "duration", "en") == en
    assert cell(seconds * 1_000, "ms", "ko") == ko


def test_what_counts_down_stays_in_whole_seconds() -> None:
    assert duration(29.6) == "30초"
    assert duration(0.4) == "0초"


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (0.1124, "11.2 %"), (0.0004, "0.04 %"), (0.00001, "0.001 %"), (1e-9, "< 0.001 %"), (0, "0.0 %"),
        (Decimal("0.427"), "42.7 %"), (-0.0004, "-0.04 %"),
    ],
)  # fmt: skip
def test_a_share_that_is_not_nothing_is_not_written_as_nothing(ratio: Value, shown: str) -> None:
    assert cell(ratio, "percent") == shown


@pytest.mark.parametrize(
    ("value", "figure", "shown"),
    [
        (512, "bytes", "512 B"), (1_536, "bytes", "1.5 KiB"), (5 * 1024**3, "bytes", "5 GiB"),
        (1024**6, "bytes", "1,024 PiB"), (12.34, "per_second", "12.3/초"), (1_200, "per_second", "1,200/초"),
        ("n/a", "bytes", "n/a"), (None, "ms", "–"),
    ],
)  # fmt: skip
def test_sizes_and_rates_have_their_units(value: Value, figure: str, shown: str) -> None:
    assert cell(value, figure) == shown


@pytest.mark.parametrize(
    "value",
    [
        "2024-09-20T00:00:00Z", "2024-09-20T09:00:00+09:00", datetime(2024, 9, 20, tzinfo=UTC),
        1_726_790_400, 1_726_790_400_000,
    ],
)  # fmt: skip
def test_a_time_is_the_time_of_day_in_the_rooms_zone_however_it_is_written(value: Value) -> None:
    view = View({}, datetime(2024, 9, 20, 10, tzinfo=ZoneInfo("Asia/Seoul")))
    assert view.cell(value, "time") == "09:00:00"
    assert view.cell("soon", "time") == "soon"


LENGTHS = [
    (0.000001, "1 µs", "1 µs", "1 µs"), (0.00085, "850 µs", "850 µs", "850 µs"),
    (0.012345, "12.3 ms", "12.345 ms", "12.345 ms"), (4.2, "4.2초", "4.2초", "4.2 s"),
    (0, "0초", "0초", "0 s"), (75, "1분 15초", "1분 15초", "1m 15s"),
    (3_600, "1시간", "1시간", "1h"), (3_725.25, "1시간 2분", "1시간 2분 5.25초", "1h 2m 5.25s"),
    (266_405, "3일 2시간", "3일 2시간 5초", "3d 2h 5s"), (-90, "-1분 30초", "-1분 30초", "-1m 30s"),
    (3 * 31_557_600 + 86_400, "3년 1일", "3년 1일", "3y 1d"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "shown", "exactly", "english"), LENGTHS)
def test_a_length_of_time_is_shown_as_one_by_itself(
    seconds: float, shown: str, exactly: str, english: str
) -> None:
    value = Duration(seconds)
    assert cell(value) == cell(value, "duration") == cell(value, "big") == figured(value, unit="건") == shown
    assert (exact(value), exact(value, "en")) == (exactly, english)
    heading = Heading("x", "x")
    assert heading.shown(value, "ko") == RoomWords(lang="ko").value(value, heading) == shown
    assert RoomWords(lang="en").value(value) == english, "what somebody may set keeps all it has"


def test_an_author_may_have_a_length_of_time_as_a_figure() -> None:
    assert figured(Duration(3_600), "number", "초") == "3,600초"
    assert figured(Duration(4.82), "number", "ms") == "4,820ms", "the unit that the trade gives p95"
    assert cell(Duration(3_600), "text") == "3600"


@pytest.mark.parametrize("other", [1, 2.5, Duration(7)])
def test_what_is_reckoned_with_lengths_of_time_is_one(other: float) -> None:
    one = Duration(30)
    for made in (
        one + other,
        other + one,
        one - other,
        one * other,
        other * one,
        -one,
        abs(one),
        sum([one, one]),
    ):
        assert isinstance(made, Duration)
    assert isinstance(one / 2, Duration)
    assert not isinstance(one / Duration(2), Duration)
    assert one / Duration(2) == 15
    with pytest.raises(TypeError):
        one + "1"  # type: ignore[operator]
