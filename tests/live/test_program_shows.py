"""What the program shows: nasty text as text, every size without harm, a user's own panel at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.live.program import program, room
from tests.partners import Partners
from tests.wall import boxes

ROOT = Path(__file__).parents[2]

NASTY = [
    {"name": "markup", "said": "[red]빨강[/red] [/] [bold"},
    {"name": "title", "said": "\x1b]0;x\x07뒤"},
    {"name": "clear", "said": "앞\x1b[2J\x1b[H\x9b2J뒤"},
    {"name": "nul", "said": "앞\x00뒤"},
    {"name": "lines", "said": "하나\r\n둘\t셋\x0b"},
    {"name": "wide", "said": "한국어 ｗｉｄｅ 漢字 👩‍👩‍👧 🇰🇷"},
    {"name": "combining", "said": "e\u0301 각 a\u0300\u0301\u0302\u200d\u200b\ufeff\u202e"},
    {"name": "long", "said": "가" * 350_000},
    {"name": "\x1b[31m", "said": "key"},
]

SHOWN = (
    "[red]빨강[/red] [/] [bold",
    r"\x1b]0;x\x07뒤",
    r"앞\x1b[2J\x1b[H\x9b2J뒤",
    r"앞\x00뒤",
    r"하나\r\n둘\t셋\x0b",
    "한국어 ｗｉｄｅ 漢字",
    "가가가가",
    r"\x1b[31m",
)

NASTY_LAYOUT = """
room: "시험 [red] 상황실"
sources:
  web: {type: http, url: "${PARTNERS}/stats/nasty"}
  ota: {type: websocket, url: "${EVENTS}"}
feeds:
  nasty: {source: web, every: 1s, rows: "agencies[*]", key: name}
  ota: {source: ota, every: 1s}
panels:
  table: {type: table, feed: nasty, title: "글 [b]"}
  events: {type: events, feed: ota, title: 이벤트}
  more: {type: table, feed: nasty, title: 오른쪽, columns: [said, name]}
pages:
  상황: |
    table more
    events more
"""


async def test_nasty_text_is_shown_as_text_and_breaks_nothing(tmp_path: Path) -> None:
    async with Partners(every_s=0.3, text="[red]\x1b]0;x\x07\x00" + "폭" * 2_000) as partners:
        partners.rows["nasty"] = [dict(row) for row in NASTY]
        env = {"PARTNERS": partners.url, "EVENTS": partners.events_url}
        async with program("run", room(tmp_path, NASTY_LAYOUT), env=env) as terminal:
            for shown in (*SHOWN, re.compile(r"이벤트 ── \d+s")):
                await terminal.wait_for(shown, 15)
            panels = boxes(terminal.cells())
            assert [panel.title for panel in panels] == ["글 [b]", "오른쪽", "이벤트"], terminal.text
            assert all(panel.aligned for panel in panels), terminal.text
            assert "시험 [red] 상황실" in terminal.screen()[0]
            assert terminal.title in ("", "시험 [red] 상황실")
            assert "Traceback" not in terminal.text
            terminal.press("q")
            assert await terminal.ended(10) == 0


SIZES = [(80, 24), (400, 100), (46, 90), (80, 24), (20, 5), (200, 50), (46, 90), (400, 100), (1, 1), (80, 24)]

STORM_LAYOUT = """
room: 크기 상황실
panels:
  clock: {type: clock, title: 시계}
  note: {type: note, title: 메모, text: "- 하나\\n- 둘"}
  alerts: {type: alerts, title: 경보}
  actions: {type: actions, title: 조치}
pages:
  상황: |
    clock  note
    alerts actions
"""


async def test_a_storm_of_sizes_harms_nothing(tmp_path: Path) -> None:
    async with program("run", room(tmp_path, STORM_LAYOUT), size=(80, 24)) as terminal:
        await terminal.wait_for("메모", 15)
        for size in SIZES * 3:
            terminal.resize(*size)
        for size in ((400, 100), (46, 90), (80, 24)):
            terminal.resize(*size)

            def whole() -> bool:
                panels = boxes(terminal.cells())
                return {"시계", "메모", "경보", "조치"} <= {p.title for p in panels if p.aligned}

            await terminal.wait_until(whole, 10, f"every panel at {size}")
        terminal.press("q")
        assert await terminal.ended(10) == 0


OWN_LAYOUT = """
room: 내 상황실
sources:
  web: {type: http, url: "${PARTNERS}/stats/own"}
feeds:
  agencies: {source: web, every: 1s, rows: "agencies[*]", key: agency}
panels:
  own: {type: %s, feed: agencies, column: p95, title: 내 패널}
pages:
  상황: own
"""


async def test_the_readmes_own_panel_works_beside_a_layout_with_no_other_step(tmp_path: Path) -> None:
    source = own_panel()
    assert len(source.splitlines()) < 20
    [kind] = re.findall(r'TYPE = "([^"]+)"', source)
    panels = tmp_path / "panels"
    panels.mkdir()
    (panels / f"{kind}.py").write_text(source, "utf-8")
    async with Partners() as partners:
        layout = room(tmp_path, OWN_LAYOUT % kind)
        async with program("run", layout, env={"PARTNERS": partners.url}) as terminal:
            await terminal.wait_until(
                lambda: any(p.title == "내 패널" and p.live and p.state for p in boxes(terminal.cells())),
                15,
                "the panel with figures",
            )
            [panel] = boxes(terminal.cells())
            assert panel.text.strip()
            assert "오류" not in panel.text, panel.text


def own_panel() -> str:
    """The example of the README, as a user would copy it."""
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- example: own panel -->\s*```python\n(.*?)```", readme, re.DOTALL)
    if found is None:
        pytest.fail("the README shows no own panel")
    return found[1]
