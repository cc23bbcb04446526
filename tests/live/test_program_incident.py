"""The KAIT incident lived through at the keyboard, from the alert to the journal."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.live.program import SITUATIONROOM, program
from tests.wall import boxes

SPEED = "20"
"""The incident begins three seconds in, and every minute of figures is over in three."""


async def test_the_kait_incident_is_seen_ended_by_one_action_and_journalled(tmp_path: Path) -> None:
    env = {"SITUATIONROOM_STATE": str(tmp_path)}
    async with program("demo", "launch-day", "--speed", SPEED, size=(200, 50), env=env) as terminal:

        def panel(title: str) -> str:
            return next((each.text for each in boxes(terminal.cells()) if each.title == title), "")

        await terminal.wait_until(lambda: "● KAIT" in panel("대외기관"), 20, "a good start")
        await terminal.wait_until(lambda: "■ KAIT" in panel("대외기관"), 20, "KAIT in trouble")
        await terminal.wait_until(lambda: "KAIT" in panel("알림"), 5, "an alert that names it")
        terminal.press("k")
        await terminal.wait_for("실행 (y)", 5)
        terminal.press("y")
        await terminal.wait_until(lambda: "● 켜짐" in panel("조치"), 5, "the reference is on")
        await terminal.wait_until(lambda: "● KAIT" in panel("대외기관"), 20, "KAIT well again")
        terminal.press("q")
        assert await terminal.ended(15) == 0
    entries = journal(env)
    fired = [entry for entry in entries if entry["action"] == "kait-skip"]
    by = {entry["kind"]: entry["person"] for entry in fired}
    assert {kind for kind, person in by.items() if person == "kim"} == {
        "asked", "previewed", "confirmed", "claimed", "done"
    }  # fmt: skip
    assert by["verified"] == "situationroom"


def journal(env: dict[str, str]) -> list[dict[str, object]]:
    answer = subprocess.run(
        [*SITUATIONROOM, "journal", "launch-day", "--format", "json"],
        check=True, capture_output=True, text=True, timeout=20, env={**os.environ, **env},
    )  # fmt: skip
    entries = json.loads(answer.stdout)
    assert isinstance(entries, list)
    return entries
