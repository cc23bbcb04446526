"""What is remembered of readings, and for how long."""

from datetime import datetime, timedelta

from situationroom.engine.history import MOST_KEYS, History
from situationroom.values import FeedState, Reading, Row
from tests.unit.fakes import MORNING, row


def add(history: History, at: datetime, *each: Row) -> None:
    """Take in a reading of the feed ``joins``, keyed by model."""
    reading = Reading("joins", 1, at, at, 0.1, tuple(each[0]), each)
    history.add(FeedState("joins", 5, 15, reading, key_columns=("model",)), reading)


def test_a_series_is_kept_for_each_key_and_for_the_sum() -> None:
    history = History(3_600, {"joins": {"count"}})
    for minute in range(3):
        at = MORNING + timedelta(minutes=minute)
        add(history, at, row(model="16", count=minute), row(model="16 Pro", count=10))
    now = MORNING + timedelta(minutes=2)
    assert [point.value for point in history.series("joins", "count", ("16",), 600, now)] == [0, 1, 2]
    assert [point.value for point in history.series("joins", "count", None, 600, now)] == [10, 11, 12]


def test_a_window_ends_at_the_moment_asked_for() -> None:
    history = History(3_600, {"joins": {"count"}})
    for minute in range(10):
        add(history, MORNING + timedelta(minutes=minute), row(model="16", count=minute))
    points = history.series("joins", "count", None, 120, MORNING + timedelta(minutes=5))
    assert [point.value for point in points] == [3, 4, 5]


def test_what_is_older_than_the_keeping_time_is_forgotten() -> None:
    history = History(60, {"joins": {"count"}})
    for second in range(1_000):
        add(history, MORNING + timedelta(seconds=second), row(model="16", count=second))
    points = history.series("joins", "count", None, 3_600, MORNING + timedelta(seconds=1_000))
    assert points[0].value == 939
    assert len(points) == 61


def test_text_and_unknown_figures_leave_a_gap() -> None:
    history = History(60, {"joins": {"count"}})
    for second, value in enumerate([1, None, "x", float("nan"), True, 2]):
        add(history, MORNING + timedelta(seconds=second), row(model="16", count=value))
    points = history.series("joins", "count", None, 60, MORNING + timedelta(seconds=9))
    assert [point.value for point in points] == [1, 2]


def test_of_very_many_rows_only_the_sum_is_kept() -> None:
    history = History(60, {"joins": {"count"}})
    add(history, MORNING, *(row(model=str(n), count=1) for n in range(MOST_KEYS + 1)))
    assert history.series("joins", "count", ("7",), 60, MORNING) == ()
    assert history.series("joins", "count", None, 60, MORNING)[0].value == MOST_KEYS + 1


def test_a_column_nobody_named_is_kept_from_the_first_time_it_is_asked_for() -> None:
    history = History(60, {})
    add(history, MORNING, row(model="16", count=1))
    assert history.series("joins", "count", None, 60, MORNING) == ()
    add(history, MORNING + timedelta(seconds=1), row(model="16", count=2))
    assert [p.value for p in history.series("joins", "count", None, 60, MORNING + timedelta(seconds=1))] == [
        2
    ]
