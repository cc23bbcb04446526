"""The KAIT incident lived through at the keyboard: few presses from the alert to the verified action."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from tests.live.program import SITUATIONROOM, program
from tests.terminal import Terminal
from tests.wall import boxes

SPEED = "20"
"""The incident begins three seconds in, and every minute of figures is over in three."""

MOST = 6


class Hands:
    """Press keys on a terminal, and count them."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.presses = 0

    def press(self, key: str) -> None:
        self._terminal.press(key)
        self.presses += 1


async def test_from_the_alert_to_the_verified_action_it_takes_few_key_presses(tmp_path: Path) -> None:
    env = {"SITUATIONROOM_STATE": str(tmp_path)}
    async with program("demo", "launch-day", "--speed", SPEED, size=(200, 50), env=env) as terminal:

        def panel(title: str) -> str:
            return next((each.text for each in boxes(terminal.cells()) if each.title == title), "")

        await terminal.wait_until(lambda: "● KAIT" in panel("대외기관"), 20, "a good start")
        await terminal.wait_until(lambda: "■ KAIT" in panel("대외기관"), 20, "KAIT in trouble")
        await terminal.wait_until(lambda: "KAIT" in panel("경보"), 20, "an alert that names it")
        hands = Hands(terminal)
        hands.press("k")
        await terminal.wait_until(
            lambda: "꺼짐" in terminal.text and "실행 (y)" in terminal.text, 5, "the preview"
        )
        hands.press("y")
        await terminal.wait_until(lambda: "● 켜짐" in panel("조치"), 5, "the reference is on")
        await terminal.wait_until(lambda: "검증됨" in terminal.text, 20, "the live figure says so")
        assert hands.presses <= MOST
        await terminal.wait_until(lambda: "● KAIT" in panel("대외기관"), 20, "KAIT well again")
        terminal.press("q")
        assert await terminal.ended(15) == 0
    by = {entry["kind"]: entry["person"] for entry in journal(env) if entry["action"] == "kait-skip"}
    assert {kind for kind, person in by.items() if person == "kim"} == {
        "asked", "previewed", "confirmed", "claimed", "done"
    }  # fmt: skip
    assert by["verified"] == "situationroom"


async def test_from_the_alert_itself_it_takes_two(tmp_path: Path) -> None:
    env = {"SITUATIONROOM_STATE": str(tmp_path)}
    async with program("demo", "launch-day", "--speed", SPEED, size=(120, 40), env=env) as terminal:

        def banner() -> str:
            return "".join(terminal.cells()[1])

        await terminal.wait_until(
            lambda: "■" in banner() and "KAIT" in banner(), 30, "the banner that names it"
        )
        assert re.search(r"■ .*KAIT.* \d.*(초|분).* · k KAIT 보험 사전체크 SKIP", banner()), banner()
        hands = Hands(terminal)
        hands.press("enter")
        await terminal.wait_until(lambda: "꺼짐 → 켜짐" in terminal.text, 5, "the preview")
        hands.press("y")
        await terminal.wait_until(lambda: "검증됨" in terminal.text, 30, "the live figure says so")
        assert hands.presses == 2
        terminal.press("q")
        assert await terminal.ended(15) == 0
    assert {entry["action"] for entry in journal(env) if entry["kind"] == "verified"} == {"kait-skip"}


def journal(env: dict[str, str]) -> list[dict[str, object]]:
    answer = subprocess.run(
        [*SITUATIONROOM, "journal", "launch-day", "--demo", "--format", "json"],
        check=True, capture_output=True, text=True, timeout=20, env={**os.environ, **env},
    )  # fmt: skip
    entries = json.loads(answer.stdout)
    assert isinstance(entries, list)
    return entries
