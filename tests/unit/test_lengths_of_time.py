"""A column of lengths of time, such as an ``interval``, is shown as one wherever it is shown."""

from __future__ import annotations

import pytest

from situationroom.actions.choices import choice_of, from_feed
from situationroom.layout.models import FromFeed
from situationroom.paint.words import RoomWords
from situationroom.panel import Point
from situationroom.values import Alert, Duration, Level, Row
from tests.unit import panel_views as views

LENGTHS = [
    (0.00085, "850 µs"), (0.35, "350 ms"), (4.2, "4.2초"), (200, "3분 20초"), (3_600, "1시간"),
    (97_200, "1일 3시간"), (2 * 31_557_600, "2년"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "shown"), LENGTHS)
def test_a_length_of_time_is_written_alike_by_every_panel(seconds: float, shown: str) -> None:
    rows: list[Row] = [{"k": "KAIT", "took": Duration(seconds)}]
    now = views.NOW.timestamp()
    points = [Point(now - 60, seconds), Point(now, seconds)]
    facts = {"took": Duration(seconds)}
    alert = Alert("slow", "느림", "f", ("KAIT",), Level.WARNING, views.NOW, facts=facts)
    seen = views.view(views.feed("f", rows, ("k",)), history=lambda *_: points, alerts=(alert,))
    assert shown in views.painted("table", seen, 40, 3)[1]
    assert shown in views.painted("board", seen, 40, 3)[1]
    assert views.painted("figures", seen, 40, 1, value="took", delta=False) == [shown]
    assert views.painted("chart", seen, 60, 8, column="took")[0].rstrip().endswith(shown)
    assert f"KAIT {shown}" in "\n".join(views.painted("plot", seen, 60, 8, value="took", horizontal=True))
    assert f"took {shown}" in "\n".join(views.painted("alerts", seen, 60, 3))


@pytest.mark.parametrize(("seconds", "shown"), LENGTHS)
def test_a_length_of_time_is_written_alike_in_a_chooser(seconds: float, shown: str) -> None:
    words, value = RoomWords(lang="ko"), Duration(seconds)
    choice = choice_of({"v": value, "t": None, "took": value}, ("v", "t", "took"), words)
    assert (choice.value, choice.title, choice.beside) == (str(value), shown, f"took {shown}")
    state = views.feed("f", [{"k": "KAIT", "took": value}], ("k",))
    wanted = FromFeed.model_validate({"feed": "f", "column": "took", "also": ["took"]})
    (offered,) = from_feed(wanted, lambda _: state, views.NOW, words)
    assert (offered.value, offered.title, offered.beside) == (str(value), shown, f"took {shown}")


def test_a_column_of_the_trade_that_is_a_length_of_time_keeps_its_size() -> None:
    rows: list[Row] = [{"agency": "KAIT", "p95": Duration(4.82)}]
    seen = views.view(views.feed("f", rows, ("agency",)))
    assert "4,820ms" in views.painted("board", seen, 60, 3)[1]


def test_an_author_may_want_the_seconds() -> None:
    rows: list[Row] = [{"k": "KAIT", "took": Duration(3_600)}]
    column = {"column": "took", "figure": "number", "unit": "초"}
    shown = views.painted("table", views.view(views.feed("f", rows)), 40, 3, columns=["k", column])
    assert "3,600초" in shown[1]
