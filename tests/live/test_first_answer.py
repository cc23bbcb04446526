"""Until a source has answered, its lamp says nothing: neither good nor bad."""

from __future__ import annotations

from pathlib import Path

from situationroom.commands._open import open_layout, open_room
from situationroom.values import Level
from tests.helpers import wait_until
from tests.live.program import room
from tests.partners import Partners

LAYOUT = """
room: 첫 답
journal: room.journal
sources:
  sgi: {{type: http, url: "{url}/stats/sgi"}}
feeds:
  sgi: {{source: sgi, every: 1s, rows: "agencies[*]"}}
panels:
  sgi: {{type: table, feed: sgi, title: SGI}}
pages:
  상황: sgi
"""


async def test_a_source_has_no_lamp_before_its_first_answer(tmp_path: Path) -> None:
    async with Partners() as partners:
        layout, types = open_layout(str(room(tmp_path, LAYOUT.format(url=partners.url))))
        async with open_room(layout, types, begin=False) as live:
            assert [lamp.level for lamp in live.sources()] == [None]
            live.begin()
            await wait_until(lambda: [lamp.level for lamp in live.sources()] == [Level.GOOD], 5, "a lamp")
