"""Whole rooms of the documentation, copied by a stranger, answer on the demo world."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from situationroom.commands.check import command
from situationroom.demo.world import World
from tests.markdown import PAGES, blocks

ROOMS = [block for page in PAGES for block in blocks(page) if block.mark == "layout"]


async def test_every_whole_room_of_the_docs_answers_on_the_demo_world(tmp_path: Path) -> None:
    assert {room.place.partition(":")[0] for room in ROOMS} == {"README.md", "layout.md"}
    async with World("launch-day", scenario="calm") as world:
        env = {**world.env, "SITUATION_CHAT_URL": "json://127.0.0.1"}
        for room in ROOMS:
            file = tmp_path / "room.yaml"
            file.write_text(room.text, "utf-8")
            result = await asyncio.to_thread(CliRunner().invoke, command, [str(file)], env=env)
            if result.exit_code != 0:
                pytest.fail(f"{room.place}\n{result.output}\n{result.exception!r}")
