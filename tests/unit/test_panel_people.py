"""What people read and act on: events, alerts, actions, the clock."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from situationroom.catalog import catalog
from situationroom.layout.load import load
from situationroom.paint.words import RoomWords
from situationroom.panel import View
from situationroom.values import ActionState, Alert, Level, Row, RunState, RunStatus
from tests.unit import panel_views as views


def events(**more: object) -> View:
    return views.view(views.launch_feeds()["events"], **more)


def test_events_stand_newest_first_in_the_rooms_time() -> None:
    assert [text[:8] for text in views.painted("events", events(), 80, 9)] == [
        "09:41:07",
        "09:40:54",
        "09:40:27",
    ]
    oldest = views.painted("events", events(), 80, 9, newest=False)
    assert [text[:8] for text in oldest] == ["09:40:27", "09:40:54", "09:41:07"]


def test_only_the_levels_asked_for_are_shown() -> None:
    assert len(views.painted("events", events(), 80, 9, levels=["critical"])) == 1
    assert len(views.painted("events", events(), 80, 9, levels=["warning", "critical"])) == 2


def test_a_limit_keeps_the_newest() -> None:
    assert views.painted("events", events(), 80, 9, limit=1)[0].startswith("09:41:07")


@pytest.mark.parametrize(
    ("word", "mark"),
    [
        ("error", "■"),
        ("CRITICAL", "■"),
        ("장애", "■"),
        ("warn", "▲"),
        ("주의", "▲"),
        ("info", "·"),
        ("", "·"),
        (None, "·"),
    ],
)
def test_the_words_of_the_trade_have_their_marks(word: str | None, mark: str) -> None:
    feed = views.feed("f", [{"at": views.NOW, "level": word, "text": "글"}])
    assert views.painted("events", views.view(feed), 40, 3)[0].split()[1] == mark


def test_an_event_of_another_day_shows_its_day() -> None:
    feed = views.feed("f", [{"at": views.NOW - timedelta(days=1), "level": "", "text": "글"}])
    assert views.painted("events", views.view(feed), 40, 3)[0].startswith("09-19 ")


def test_moments_come_as_text_and_as_seconds_too() -> None:
    rows: list[Row] = [
        {"at": views.NOW.isoformat(), "level": "", "text": "a"},
        {"at": views.NOW.timestamp() - 1, "level": "", "text": "b"},
    ]
    shown = views.painted("events", views.view(views.feed("f", rows)), 60, 3)
    assert [text[:8] for text in shown] == ["09:41:07", "09:41:06"]


def test_long_text_goes_on_below_itself_when_asked() -> None:
    lines = views.panel("events", wrap=True).paint(events(), 46, 9)
    of_kait = [line.text.plain for line in lines if "보험" in line.text.plain or "요청" in line.text.plain]
    assert of_kait
    assert len(lines) > 3
    assert all(text.startswith(("09:", "   ")) for text in (line.text.plain for line in lines))


def test_no_alert_is_a_calm_word() -> None:
    assert views.painted("alerts", views.view(alerts=()), 60, 5) == ["● 발생 중인 경보 없음"]


def test_an_alert_says_how_bad_since_when_what_for_whom_and_why() -> None:
    first = views.painted("alerts", views.view(), 100, 5)[0]
    for part in ("■", "3분 12초", "대외기관 오류율", "KAIT", "오류율 11.2 %", "요청 980"):
        assert part in first


def test_an_alert_nobody_can_check_is_not_shown_as_known() -> None:
    held = views.painted("alerts", views.view(), 100, 5)[1]
    assert held.startswith("◌")
    assert "확인 불가" in held
    assert "[red]\\x1b[31m" in held


def test_the_key_of_an_alert_names_its_rule_and_row() -> None:
    lines = views.panel("alerts").paint(views.view(), 46, 9)
    assert lines[0].key == lines[1].key == ("agency-errors", "KAIT")


def test_every_line_of_an_action_carries_its_id() -> None:
    lines = views.panel("actions").paint(views.view(), 60, 20)
    assert all(line.key in {("kait-skip",), ("batch",), ("outage",), ("release",)} for line in lines)


def test_an_action_one_may_not_fire_is_grey_and_says_why() -> None:
    lines = [line for line in views.panel("actions").paint(views.view(), 60, 20) if line.key == ("outage",)]
    assert views.styles(lines[0]) == {"muted"}
    assert lines[1].text.plain.strip() == "권한 없음: 팀장"


def test_a_toggle_shows_whether_it_is_on() -> None:
    def state(active: bool | None) -> str:
        return views.painted(
            "actions", views.view(actions=(ActionState("a", "가", "k", "toggle", active=active),)), 40, 3
        )[0]

    assert state(True).endswith("● 켜짐")
    assert state(False).endswith("○ 꺼짐")
    assert state(None).strip() == "k   가"


@pytest.mark.parametrize("width", [46, 60, 120])
def test_a_run_under_way_shows_how_far_and_how_long_yet(width: int) -> None:
    shown = "\n".join(views.painted("actions", views.view(), width, 20))
    for part in ("42 %", "5,230 / 12,430건", "실패 3건", "남은 시간 7초", "█", "░"):
        assert part in shown


def test_a_bar_is_never_longer_than_its_room_whatever_the_counts() -> None:
    for done, total in ((0, 0), (5, 0), (9, 3), (10**12, 10**13)):
        run = RunStatus("1", "a", RunState.RUNNING, views.KIM, views.NOW, done=done, total=total)
        seen = views.view(actions=(ActionState("a", "가", "k", "batch", run=run),))
        assert all(cell_len(text) <= 46 for text in views.painted("actions", seen, 46, 5))


def test_the_clock_counts_down_and_then_up() -> None:
    def small(offset: timedelta) -> str:
        seen = dataclasses.replace(views.view(), now=views.OPENS + offset)
        return views.painted("clock", seen, 60, 2, event="개통")[1].strip()

    assert small(-timedelta(minutes=18, seconds=53)) == "개통까지 -00:18:53"
    assert small(timedelta(hours=1)) == "개통 후 +01:00:00"
    assert small(-timedelta(days=2, seconds=1)) == "개통까지 -2일 00:00:01"


def test_the_clock_knows_the_day_in_both_languages() -> None:
    assert views.painted("clock", views.view(opens=None), 60, 2)[-1].strip() == "2024년 9월 20일 금요일"
    assert (
        views.painted("clock", views.view(opens=None, lang="en"), 60, 2)[-1].strip()
        == "Friday, 20 September 2024"
    )


def test_the_clock_without_an_opening_shows_the_time_alone() -> None:
    assert views.painted("clock", views.view(opens=None), 20, 1, date=False) == ["      09:41:07"]


@pytest.mark.parametrize("width", [24, 40, 90])
def test_whether_it_is_on_is_told_though_the_title_has_the_same_word(width: int) -> None:
    action = ActionState("a", "사전체크 꺼짐을 켜짐으로 바꾸기", "k", "toggle", active=True)
    shown = views.painted("actions", views.view(actions=(action,)), width, 5)
    assert sum(each.endswith("● 켜짐") for each in shown) == 1


def test_the_worst_of_an_event_and_its_rule_is_shown() -> None:
    feed = views.feed("f", [{"id": "1", "at": views.NOW, "level": "info", "text": "글"}], ("id",))
    seen = views.view(feed, levels={("f", ("1",)): Level.CRITICAL})
    assert "■" in views.painted("events", seen, 40, 3)[0]


def test_the_figures_of_an_alert_are_called_as_the_panels_of_its_feed_call_them(tmp_path: Path) -> None:
    file = tmp_path / "room.yaml"
    file.write_text("""\
room: 방
sources: {s: {type: http, url: "http://127.0.0.1:9"}}
feeds: {queue: {source: s}}
panels:
  q:
    type: table
    feed: queue
    columns: [{column: fresh, title: 분당 유입, unit: 건}, {column: on, title: 지금, values: {true: 켜짐}}]
""")
    layout = load(file, catalog(), {})
    facts: Row = {"fresh": 40, "on": True}
    alert = Alert("r", "유입", "queue", ("E1",), Level.WARNING, views.NOW, facts=facts)
    seen = views.view(alerts=(alert,), words=RoomWords(layout))
    assert "분당 유입 40건  지금 켜짐" in views.painted("alerts", seen, 90, 4)[0]


def test_a_person_in_the_data_is_shown_by_name_and_a_stranger_as_written(tmp_path: Path) -> None:
    file = tmp_path / "room.yaml"
    file.write_text("""\
room: 방
sources: {s: {type: http, url: "http://127.0.0.1:9"}}
feeds: {switches: {source: s}}
panels:
  t: {type: table, feed: switches, columns: [{column: changed_by, title: 바꾼 사람, figure: person}]}
people: {kim: {name: 김운영}}
""")
    words = RoomWords(load(file, catalog(), {}))
    rows: list[Row] = [{"changed_by": "kim"}, {"changed_by": "배포"}, {"changed_by": None}]
    seen = views.view(views.feed("switches", rows), words=words)
    shown = views.painted("table", seen, 40, 5, columns=[{"column": "changed_by", "figure": "person"}])
    assert [text.strip() for text in shown[1:]] == ["김운영", "배포", "–"]
    assert words.value("kim", words.heading("changed_by", ("switches",))) == "김운영"
