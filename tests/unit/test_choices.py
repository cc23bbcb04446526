"""What a chooser offers: the values there are, what people call them, and what helps to choose."""

from __future__ import annotations

from pathlib import Path

from situationroom.actions.choices import Choice, choice_of, from_feed, labelled
from situationroom.catalog import catalog
from situationroom.layout.load import load
from situationroom.layout.models import Layout
from situationroom.paint.words import RoomWords
from situationroom.values import Duration, FeedState, Row
from tests.unit import panel_views as views

ROOM = """\
room: 방
sources: {s: {type: http, url: "http://127.0.0.1:9"}}
feeds: {queue: {source: s, key: code}, routes: {source: s, key: agency}, agencies: {source: s, key: agency}}
panels:
  q: {type: table, feed: queue, columns: [code, {column: count, title: 적체, figure: number, unit: 건}]}
  r: {type: table, feed: routes, columns: [agency, {column: spare, title: 경로, values: {true: 예비망}}]}
  a: {type: board, feed: agencies, columns: [agency, error_rate]}
actions:
  again:
    kind: http
    source: s
    path: /again
    inputs:
      code: {from: {feed: queue, column: code, label: text, also: [count]}}
  out:
    kind: http
    source: s
    path: /out
    inputs:
      agency:
        from: {feed: routes, column: agency, also: [{feed: agencies, column: error_rate}, spare]}
        labels: {SGI: 서울보증}
"""

QUEUE: tuple[Row, ...] = (
    {"code": "E1042", "text": "본인인증 시간 초과", "count": 1204},
    {"code": "E1042", "text": "다른 글", "count": 1},
    {"code": "E7", "text": None, "count": None},
)
ROUTES: tuple[Row, ...] = ({"agency": "SGI", "spare": False}, {"agency": "KAIT", "spare": True})
AGENCIES: tuple[Row, ...] = ({"agency": "KAIT", "error_rate": 0.427},)


def room(folder: Path) -> Layout:
    file = folder / "room.yaml"
    file.write_text(ROOM)
    return load(file, catalog(), {})


def state(feed: str) -> FeedState:
    if feed == "queue":
        return views.feed(feed, QUEUE, ("code",))
    return views.feed(feed, ROUTES if feed == "routes" else AGENCIES, ("agency",))


def offered(layout: Layout, action: str, name: str) -> tuple[Choice, ...]:
    wanted = layout.actions[action].inputs[name].from_
    assert wanted is not None
    return from_feed(wanted, state, views.NOW, RoomWords(layout))


def test_a_choice_is_told_with_its_label_and_with_what_its_panel_shows_of_it(tmp_path: Path) -> None:
    assert offered(room(tmp_path), "again", "code") == (
        Choice("E1042", "본인인증 시간 초과", beside="적체 1,204건"),
        Choice("E7"),
    )


def test_what_another_feed_knows_of_a_choice_is_told_where_it_has_such_a_row(tmp_path: Path) -> None:
    assert [each.beside for each in offered(room(tmp_path), "out", "agency")] == [
        "경로 아니오",
        "오류율 42.7 %, 경로 예비망",
    ]


def test_old_figures_of_another_feed_are_not_told(tmp_path: Path) -> None:
    layout = room(tmp_path)

    def aged(feed: str) -> FeedState:
        return views.waiting(feed) if feed == "agencies" else state(feed)

    wanted = layout.actions["out"].inputs["agency"].from_
    assert wanted is not None
    assert from_feed(wanted, aged, views.NOW, RoomWords(layout))[1].beside == "경로 예비망"


def test_the_layouts_own_words_for_a_value_are_its_label_in_a_run(tmp_path: Path) -> None:
    named = labelled(room(tmp_path).actions["out"], state, views.NOW)["agency"]
    assert next(each.title for each in named if each.value == "SGI") == "서울보증"


def test_a_query_tells_its_later_columns_beside_each_choice(tmp_path: Path) -> None:
    row: Row = {"agency": "KAIT", "name": None, "count": 3, "since": None}
    told = choice_of(row, tuple(row), RoomWords(room(tmp_path)))
    assert told == Choice("KAIT", beside="적체 3건")


def test_a_length_of_time_as_a_label_is_said_as_one() -> None:
    words = RoomWords(lang="ko")
    row: Row = {"code": "E1", "waits": Duration(90)}
    assert choice_of(row, ("code", "waits"), words).title == "1분 30초"


def test_each_choice_is_told_its_own_row_of_the_other_feed(tmp_path: Path) -> None:
    layout = room(tmp_path)
    rates: dict[str, FeedState] = {
        "agencies": views.feed(
            "agencies",
            [{"agency": "SGI", "error_rate": 0.1}, {"agency": "KAIT", "error_rate": 0.427}],
            ("agency",),
        )
    }
    wanted = layout.actions["out"].inputs["agency"].from_
    assert wanted is not None
    told = from_feed(wanted, lambda feed: rates.get(feed) or state(feed), views.NOW, RoomWords(layout))
    assert {one.value: "42.7" in one.beside for one in told} == {"SGI": False, "KAIT": True}
