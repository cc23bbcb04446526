"""The history of runs: newest first, unknown ones on top in red, each with what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from situationroom.panel import View, run_key
from situationroom.values import ActionState, Message, Person, RunState, RunStatus, Settlement
from tests.unit import panel_views as views

LEE = Person("lee", "이당직")


def run(number: int, state: RunState, action: str = "batch", ago_s: float = 0.0, **more: Any) -> RunStatus:
    return RunStatus(f"r{number}", action, state, views.KIM, views.NOW - timedelta(seconds=ago_s), **more)


def seen(*runs: RunStatus, **more: Any) -> View:
    return views.view(runs=runs, **more)


def shown(*runs: RunStatus, width: int = 120, **options: Any) -> str:
    return "\n".join(views.painted("runs", seen(*runs), width, 20, **options))


def test_no_run_is_a_calm_word() -> None:
    assert shown() == "실행 이력 없음"


def test_runs_stand_newest_first_and_unknown_ones_on_top_in_red() -> None:
    runs = (
        run(3, RunState.DONE),
        run(2, RunState.UNKNOWN, "release", 60),
        run(1, RunState.FAILED, ago_s=120),
    )
    lines = views.panel("runs").paint(seen(*runs), 100, 20)
    keys = list(dict.fromkeys(line.key for line in lines))
    assert keys == [run_key(runs[1]), run_key(runs[0]), run_key(runs[2])]
    assert "critical" in views.styles(lines[0])
    assert lines[0].text.plain.startswith("■ 09:40:07  대기번호 해제  ")
    assert lines[0].text.plain.endswith("결과 불명")


def test_a_settled_run_is_no_longer_red_nor_on_top() -> None:
    settled = run(1, RunState.UNKNOWN, ago_s=60, settled=Settlement.HAPPENED)
    lines = views.panel("runs").paint(seen(run(2, RunState.DONE), settled), 100, 20)
    assert lines[-1].text.plain.endswith("실행된 것으로 확정")
    assert "critical" not in views.styles(lines[-1])


def test_who_when_outcome_and_approver_are_told() -> None:
    text = shown(run(1, RunState.DONE, approver=LEE, result=Message("E104 120건 처리")))
    assert "09:41:07  Error Queue 재처리" in text
    assert f"{views.KIM.name} (승인 이당직)" in text
    assert "완료" in text
    assert "E104 120건 처리" in text


def test_what_it_is_about_stands_behind_the_title_and_is_not_said_again() -> None:
    about = "E104 (주소 불일치)"
    result = Message(f"Error Queue 재처리 {about}: 120건 처리")
    text = shown(run(1, RunState.DONE, subject=about, result=result))
    assert f"Error Queue 재처리 {about}  {views.KIM.name}" in text
    assert "120건 처리" in text
    assert text.count(about) == 1


def test_what_it_is_about_can_be_searched_for() -> None:
    runs = (run(1, RunState.DONE, subject="E104"), run(2, RunState.DONE, subject="E107"))
    text = "\n".join(views.painted("runs", seen(*runs, filter="E107"), 100, 20))
    assert "E107" in text
    assert "E104" not in text


def test_a_run_of_another_day_shows_its_day() -> None:
    assert "09-19 09:41" in shown(run(1, RunState.DONE, ago_s=86_400))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"verified": True}, "검증됨"),
        ({"verified": False}, "검증 안 됨"),
        ({"verify_left_s": 34.0}, "검증 중 34초"),
        ({"undo_left_s": 1_740.0}, "되돌리기 가능 29분"),
        ({"reverts_left_s": 7_140.0}, "1시간 59분 뒤 자동 원복"),
        ({"reverts_left_s": 0.0}, "자동 원복 지연"),
        ({"undoes": "r0"}, "되돌리기 실행"),
        ({"errors": {"TIMEOUT": 3, "E104": 11}}, "E104 11  TIMEOUT 3"),
    ],
)
def test_what_came_of_it_and_what_is_still_to_come_is_told(more: dict[str, Any], words: str) -> None:
    assert words in shown(run(1, RunState.DONE, **more))


def test_what_the_live_figures_deny_is_red() -> None:
    lines = views.panel("runs").paint(seen(run(1, RunState.DONE, verified=False)), 100, 5)
    assert lines[0].text.plain.startswith("■")
    assert "critical" in views.styles(lines[0])


def test_a_waiting_run_tells_when_it_lapses() -> None:
    assert "승인 대기  승인 기한 4분 12초" in shown(run(1, RunState.AWAITING, approve_left_s=252.0))


@pytest.mark.parametrize("width", [44, 60, 120])
def test_a_batch_shows_its_bar_figures_and_errors(width: int) -> None:
    batch = run(
        1, RunState.RUNNING, done=5_230, total=12_430, failed=3, rate_per_s=990, left_s=7.2,
        limit_per_s=1_000, errors={"TIMEOUT": 3},
    )  # fmt: skip
    text = shown(batch, width=width)
    for part in ("42 %", "5,230 / 12,430건", "실패 3건", "█", "░", "TIMEOUT 3", "실행 중"):
        assert part in text
    if width == 120:
        assert "제한 1,000건/초" in text
    assert "일시정지" in shown(replace(batch, paused=True), width=width)


def test_a_batch_that_ended_early_shows_where_it_stands() -> None:
    text = shown(run(1, RunState.STOPPED, done=400, total=1_000, reason=Message("박팀장 님이 중지")))
    assert "400 / 1,000건" in text
    assert "박팀장 님이 중지" in text
    assert "남은 시간" not in text


def test_only_chosen_actions_and_so_many_runs() -> None:
    runs = [run(number, RunState.DONE, "batch" if number % 2 else "release") for number in range(10)]
    lines = views.panel("runs", only=["release"], limit=2).paint(seen(*runs), 100, 20)
    assert [line.key for line in lines] == [run_key(runs[0]), run_key(runs[2])]


def test_runs_are_filtered_by_title_person_and_state() -> None:
    runs = (run(1, RunState.DONE), run(2, RunState.FAILED, "release"))
    panel = views.panel("runs")
    assert {line.key for line in panel.paint(seen(*runs, filter="대기번호"), 90, 9)} == {run_key(runs[1])}
    assert {line.key for line in panel.paint(seen(*runs, filter="완료"), 90, 9)} == {run_key(runs[0])}
    assert "맞는 행 없음" in panel.paint(seen(*runs, filter="zzz"), 90, 9)[0].text.plain


def test_hostile_words_of_a_run_stay_words() -> None:
    evil = "[red]\x1b[31m\u202e"
    errors = {evil: 1}
    hostile = run(1, RunState.FAILED, evil, reason=Message(evil), errors=errors, approver=Person("x", evil))
    text = shown(hostile, width=200)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]\\x1b[31m" in text


def test_the_alerts_panel_has_unknown_runs_on_top_and_its_line_opens_their_card() -> None:
    unknown = run(1, RunState.UNKNOWN, "release", 65, reason=Message("연결이 끊어짐"), ended=views.NOW)
    lines = views.panel("alerts").paint(seen(run(2, RunState.DONE), unknown), 120, 9)
    assert lines[0].key == run_key(unknown)
    assert lines[0].text.plain.split() == [
        "■", "0초", "결과", "불명", "대기번호", "해제", *views.KIM.name.split(), "연결이", "끊어짐",
    ]  # fmt: skip
    assert "critical" in views.styles(lines[0])
    assert lines[1].key == ("agency-errors", "KAIT")


def test_an_unknown_run_alone_is_no_calm_word() -> None:
    unknown = run(1, RunState.UNKNOWN)
    lines = views.panel("alerts").paint(seen(unknown, alerts=()), 60, 5)
    assert len(lines) == 1
    assert "결과 불명" in lines[0].text.plain


def test_a_temporary_setting_counts_down_in_the_actions_panel() -> None:
    on = ActionState("a", "가", "k", "toggle", "켜짐", active=True, reverts_left_s=3_599.0)
    assert views.painted("actions", views.view(actions=(on,)), 60, 3)[0].endswith(
        "● 켜짐  59분 59초 뒤 자동 원복"
    )


def test_an_action_whose_last_run_is_unknown_says_so_though_it_may_not_be_fired() -> None:
    unknown = run(1, RunState.UNKNOWN, "a", reason=Message("연결이 끊어짐"))
    state = ActionState("a", "가", "k", "sql", allowed=False, why=Message("먼저 확정하세요"), run=unknown)
    assert "결과 불명" in views.painted("actions", views.view(actions=(state,)), 60, 3)[1]


@pytest.mark.parametrize("width", [30, 44])
def test_where_a_line_is_too_narrow_nothing_of_a_run_is_lost(width: int) -> None:
    batch = run(
        1, RunState.RUNNING, done=5_230, total=12_430, failed=3, rate_per_s=990, left_s=7.2, limit_per_s=1_000
    )
    done = run(2, RunState.DONE, verify_left_s=34.0, reverts_left_s=7_140.0, undo_left_s=1_740.0)
    text = shown(batch, done, width=width)
    for part in (
        "5,230 / 12,430건",
        "남은 시간 7초",
        "990건/초",
        "제한 1,000건/초",
        "검증 중 34초",
        "자동 원복",
        "29분",
    ):
        assert part in text
