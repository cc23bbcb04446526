"""Keys typed faster than dialogs open, in the whole program: each reaches the dialog it was meant for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.program import program
from tests.live.test_key_presses import journal

OFF, DONE = "KAIT 보험 사전체크 SKIP ○ 꺼짐", "KAIT 보험 사전체크 SKIP: 완료"


@pytest.mark.parametrize("typed", ["ky", "k2eoqHy"])
async def test_hotkey_and_yes_may_come_at_once_and_what_lies_between_asks_for_nothing(
    tmp_path: Path, typed: str
) -> None:
    """``2`` would show another page, ``q`` leave, ``H`` hold all actions, ``e`` and ``o`` ask for others."""
    env = {"SITUATIONROOM_STATE": str(tmp_path)}
    async with program("demo", "launch-day", env=env) as terminal:
        await terminal.wait_for(OFF, 20)
        terminal.press(typed)
        await terminal.wait_for(DONE, 20)
        assert "이벤트" in terminal.text, "the first page still"
    assert {entry["action"] for entry in journal(env) if entry["person"] == "kim"} == {"kait-skip"}


async def test_what_is_typed_right_behind_a_hotkey_stands_in_the_dialogs_field_whole(tmp_path: Path) -> None:
    env = {"SITUATIONROOM_STATE": str(tmp_path)}
    async with program("demo", "launch-day", env=env) as terminal:
        await terminal.wait_for(OFF, 20)
        terminal.press("H회선 장애 점검 qk2")
        await terminal.wait_for("회선 장애 점검 qk2", 20)
