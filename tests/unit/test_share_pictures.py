"""Text, Markdown, SVG and JSON of a room: true to what is painted, and safe for any text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from situationroom.errors import UsageError
from situationroom.formats import cell
from situationroom.layout.models import ActionSpec, FeedSpec, Layout, PageSpec, PanelSpec, SourceSpec
from situationroom.paint.glyphs import Glyphs
from situationroom.paint.page import Panels, build_panels, paint_page
from situationroom.paint.rows import Row, paint_text, plain
from situationroom.paint.theme import theme
from situationroom.panel import Line, Panel, PanelOptions, View
from situationroom.share.document import document
from situationroom.share.markdown import fenced
from situationroom.share.snapshot import snapshot
from situationroom.share.svg import CELL_WIDTH, svg
from situationroom.share.text import chat_text
from situationroom.values import GUEST, Level, Value
from tests.ui.fakeroom import FakeRoom

DARK = theme("dark")
SVG = "{http://www.w3.org/2000/svg}"
NASTY = "[red]</text><script>&\"'\x1b]0;x\x07\x00 ``` ```` | * \ufffe 가나e\u0301"


class Names(Panel[PanelOptions]):
    TYPE = "names"
    Options = PanelOptions

    def paint(self, view: View, width: int, height: int) -> Sequence[Line]:
        return [Line(Text(cell(row["name"])), view.key(row)) for row in view.rows()]


def room(
    rows: Sequence[Mapping[str, Value]] = ({"name": "SGI"}, {"name": "KAIT"}),
) -> tuple[FakeRoom, Panels]:
    layout = Layout(
        path=Path("launch.yaml"),
        room="출시 상황실",
        sources={"kos": SourceSpec(type="postgres")},
        feeds={
            "agencies": FeedSpec(source="kos", key=("name",)),
            "late": FeedSpec(source="kos", every=1.0),
            "dead": FeedSpec(source="kos"),
            "silent": FeedSpec(source="kos"),
        },
        panels={
            "agencies": PanelSpec(type="names", feed="agencies", title="대외기관"),
            "dead": PanelSpec(type="names", feed="dead", title="오류"),
        },
        pages={"상황": PageSpec(grid=(("agencies", "dead"),)), "상세": PageSpec(grid=(("dead",),))},
        actions={"kait-skip": ActionSpec(kind="toggle", title="KAIT SKIP", key="k")},
    )
    made = FakeRoom(layout)
    made.read("late", [{"name": "x"}])
    made.move(9)
    made.read("agencies", list(rows))
    made.fail("dead", "연결 거부됨")
    made.raise_alert("agencies", ("KAIT",), Level.CRITICAL)
    made.move(2)
    return made, build_panels(layout, {"names": Names})


def test_the_text_is_the_painted_page_without_trailing_blanks() -> None:
    shown, panels = room()
    rows = paint_page(shown, panels, "상황", 100, 12, GUEST, DARK)
    text = snapshot(shown, panels, "상황", ".txt", 100, 12, GUEST)
    assert text.splitlines() == [plain(row).rstrip() for row in rows]
    assert not re.search(r" $", text, re.MULTILINE)


def test_the_document_has_the_shape_that_other_programs_rely_on() -> None:
    shown, panels = room()
    made = json.loads(snapshot(shown, panels, None, ".json", 100, 12, GUEST))
    assert set(made) == {"room", "at", "feeds", "alerts", "actions", "panels"}
    assert made["room"] == "출시 상황실"
    assert datetime.fromisoformat(made["at"]) == shown.now()
    assert made["feeds"]["agencies"] == {
        "state": "live", "age_s": 2.0, "reason": None, "rows": [{"name": "SGI"}, {"name": "KAIT"}],
    }  # fmt: skip
    assert made["feeds"]["dead"] == {"state": "failed", "age_s": None, "reason": "연결 거부됨", "rows": []}
    assert made["feeds"]["late"]["state"] == "stale"
    assert made["feeds"]["silent"] == {"state": "waiting", "age_s": None, "reason": None, "rows": []}
    (alert,) = made["alerts"]
    assert (alert["rule"], alert["key"], alert["level"]) == ("rule", ["KAIT"], "critical")
    assert datetime.fromisoformat(alert["since"]).tzinfo is not None
    assert made["actions"]["kait-skip"] == {"title": "KAIT SKIP", "state": None, "allowed": True, "why": None}
    assert [set(panel) for panel in made["panels"]] == [{"id", "type", "title", "text"}] * 2
    assert made["panels"][0]["text"].split() == ["SGI", "KAIT"]
    assert "연결 거부됨" in made["panels"][1]["text"]


def test_the_document_of_one_page_has_that_pages_panels() -> None:
    shown, panels = room()
    made = json.loads(snapshot(shown, panels, "상세", ".json", 100, 12, GUEST))
    assert [panel["id"] for panel in made["panels"]] == ["dead"]


def test_every_value_has_a_place_in_json() -> None:
    at = datetime(2024, 9, 20, 9, tzinfo=ZoneInfo("Asia/Seoul"))
    row: dict[str, Value] = {
        "name": "a",
        "d": Decimal(12),
        "f": Decimal("1.5"),
        "n": float("nan"),
        "t": at,
        "b": True,
        "x": None,
    }
    shown, panels = room([row])
    feeds = document(shown, panels, ["agencies"], GUEST)["feeds"]
    assert isinstance(feeds, dict)
    agencies = feeds["agencies"]
    assert isinstance(agencies, dict)
    assert agencies["rows"] == [
        {"name": "a", "d": 12, "f": 1.5, "n": None, "t": at.isoformat(), "b": True, "x": None}
    ]


@pytest.mark.parametrize(
    "text",
    ["\x1b[31m", "\x7f", "\x85\x9b5m", "\u202e\u2066", "\u2028", "\ud83d", "\U000e0041", "한글 😀\n\t"],
    ids=ascii,
)
def test_json_escapes_what_is_not_seen_and_keeps_it(text: str) -> None:
    shown, panels = room([{"name": text, text: 1}])
    written = snapshot(shown, panels, None, ".json", 100, 12, GUEST)
    assert all(char.isprintable() or char == "\n" for char in written)
    written.encode()
    assert json.loads(written)["feeds"]["agencies"]["rows"] == [{"name": text, text: 1}]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param(10**400, 10**400, id="long"),
        pytest.param(-(10**5000), "-1" + "0" * 5000, id="longer than Python reads"),
        (Decimal("1e400"), 10**400),
        (Decimal("1e999999"), "1E+999999"),
        (Decimal("1.5e5000"), "1.5E+5000"),
        (Decimal(123456789012345678901234567890), 123456789012345678901234567890),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        (Decimal("-Infinity"), None),
        (float("inf"), None),
        (b"\xff", "b'\\xff'"),
        (object, "<class 'object'>"),
        ([{1: {2}}], "[{1: {2}}]"),
    ],
)
def test_no_value_keeps_json_from_being_written(value: object, wanted: object) -> None:
    shown, panels = room([{"name": "a"}])
    shown.read("dead", [{"odd": value}])  # type: ignore[dict-item]  # a source of somebody's own gives anything
    made = json.loads(snapshot(shown, panels, None, ".json", 100, 12, GUEST))
    assert made["feeds"]["dead"]["rows"] == [{"odd": wanted}]


def test_markdown_tells_alerts_and_ages_before_the_panels() -> None:
    shown, panels = room()
    text = snapshot(shown, panels, "상황", ".md", 100, 12, GUEST)
    places = [
        text.index(words)
        for words in ("# 출시 상황실", "■ 오류율 높음 · KAIT", "| agencies |", "## 대외기관")
    ]
    assert places == sorted(places)
    assert "| dead | ■ 실패 | – | 연결 거부됨 |" in text


def test_nothing_from_outside_leaves_its_block_in_markdown() -> None:
    shown, panels = room([{"name": NASTY}])
    text = snapshot(shown, panels, "상황", ".md", 100, 12, GUEST)
    fence = re.search(r"^(`{3,})text\n([^\0]*?)\n\1$", text, re.MULTILINE)
    assert fence is not None
    assert "</text><script>" in fence[2]
    assert "<script>" not in text.replace(fence[2], "")


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced("a ```` b").startswith("`````text\n")


def test_the_chat_text_begins_with_the_alerts_and_fits_a_phone() -> None:
    shown, panels = room()
    title, text = chat_text(shown, panels, "상황", GUEST)
    assert title.startswith("출시 상황실 · 상황 · ")
    assert title.endswith("■1")
    assert text.startswith("■ 오류율 높음 · KAIT (09:41:16부터)\n\n")
    assert "대외기관" in text


def test_a_page_that_is_not_there_is_a_wrong_use() -> None:
    shown, panels = room()
    with pytest.raises(UsageError, match="상황, 상세"):
        snapshot(shown, panels, "없음", ".svg", 100, 12, GUEST)


def rows_of(*texts: str, width: int = 40) -> list[Row]:
    return [paint_text(Text(text), width, DARK, None, Glyphs.NARROW) for text in texts]


def words(picture: str) -> list[tuple[str, float, float]]:
    """Text, left edge and length of every run, in cells."""
    return [
        (node.text or "", float(node.get("x", 0)) / CELL_WIDTH, float(node.get("textLength", 0)) / CELL_WIDTH)
        for node in ET.fromstring(picture).iter(f"{SVG}text")
    ]


def test_every_run_of_the_picture_stands_at_its_cells() -> None:
    found = words(svg(rows_of("KAIT 보험 4,820ms"), DARK))
    assert [(text, round(x, 2), round(length, 2)) for text, x, length in found] == [
        ("KAIT", 0, 4),
        ("보험", 5, 4),
        ("4,820ms", 10, 7),
    ]


@pytest.mark.parametrize("text", [NASTY, "]]>", "\ud800", "\x00\x08\x0b\uffff", "<!--", "&amp;"])
def test_the_picture_is_well_formed_for_any_text(text: str) -> None:
    picture = svg(rows_of(text), DARK, title=text)
    root = ET.fromstring(picture.encode("utf-8", "surrogatepass") if "\ud800" in picture else picture)
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script"))


def test_marks_lines_blocks_and_dots_need_no_font() -> None:
    picture = svg(rows_of("╭─┃╮█▄▁⡷▖●▲■◌○…·–"), DARK)
    assert words(picture) == []
    assert picture.count("<path") == 1
    assert len(re.findall(r"M[\d.]+ ", picture)) == 17


def test_each_braille_dot_is_drawn_once() -> None:
    def dots(char: str) -> int:
        return svg(rows_of(char), DARK).count("zm")

    assert [dots("⠁"), dots("⠃"), dots("⣿")] == [1, 2, 8]


def test_dim_reverse_and_background_are_in_the_picture() -> None:
    row: Row = (
        Segment("a", Style(color="#ff0000", bgcolor="#0000ff", reverse=True)),
        Segment("b", Style(color="#ffffff", bgcolor="#000000", dim=True)),
        Segment("c", Style(bold=True, underline=True)),
    )
    root = ET.fromstring(svg([row], DARK))
    texts = {node.text: node for node in root.iter(f"{SVG}text")}
    papers = [node.get("fill") for node in root.iter(f"{SVG}rect")]
    assert texts["a"].get("fill") == "#0000ff"
    assert "#ff0000" in papers
    assert texts["b"].get("fill") == "#8c8c8c"
    assert texts["c"].get("font-weight") == "bold"
    assert texts["c"].get("text-decoration") == "underline"


def test_a_real_page_is_a_well_formed_picture_of_its_size() -> None:
    shown, panels = room([{"name": NASTY}])
    root = ET.fromstring(snapshot(shown, panels, "상황", ".svg", 120, 20, GUEST))
    assert root.get("width") == f"{120 * CELL_WIDTH + 16:g}"
