"""What holds for every panel: it survives any size and any value, keeps to its width, and is pure."""

from __future__ import annotations

import ast
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.style import Style

from situationroom.layout.references import references
from situationroom.paint.theme import theme
from situationroom.panel import Line, View
from situationroom.values import ActionState, Row, RunState, RunStatus, Status
from tests.unit import panel_views as views

SIZES = [(1, 1), (2, 3), (7, 2), (12, 4), (20, 6), (46, 8), (60, 12), (99, 25), (200, 50), (400, 100)]
EVERY = [(name, place) for name, each in views.OPTIONS.items() for place in range(len(each))]
FILES = sorted(views.PANELS_FOLDER.glob("*.py"))


def paint(name: str, place: int, seen: View, width: int, height: int) -> list[Line]:
    return list(views.panel(name, **views.OPTIONS[name][place]).paint(seen, width, height))


def assert_sound(lines: list[Line], width: int) -> None:
    """Every line fits and holds nothing a terminal would obey."""
    for line in lines:
        assert cell_len(line.text.plain) <= width, line.text.plain
        for char in line.text.plain:
            assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), repr(char)
            assert char not in "\u202e\u2066\ufeff"


def test_every_shipped_panel_has_its_options_here() -> None:
    assert set(views.OPTIONS) == set(views.panel_types())


@pytest.mark.parametrize(("name", "place"), EVERY)
def test_any_value_at_any_size_is_painted_inside_the_width(
    name: str, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, (width, height) in enumerate(SIZES):
        seen = views.view(views.messy(seed), filter="x" if seed % 4 == 3 else "")
        lines = paint(name, place, seen, width, height)
        assert_sound(lines, width)
        assert lines, "a panel is never empty"
    assert capsys.readouterr() == ("", ""), "nothing but the panel reaches the terminal"


@pytest.mark.parametrize(("name", "place"), EVERY)
def test_the_same_view_and_size_give_the_same_lines(name: str, place: int) -> None:
    seen = views.view(views.messy(1))
    assert paint(name, place, seen, 60, 12) == paint(name, place, seen, 60, 12)


@pytest.mark.parametrize("name", sorted(views.OPTIONS))
def test_a_panel_without_figures_says_a_calm_word(name: str) -> None:
    empty = views.feed("empty", (), columns=("name", "count", "other", "at", "level", "text"))
    for feeds in ((), (views.waiting(),), (views.failed(),), (empty,)):
        for place in range(len(views.OPTIONS[name])):
            lines = paint(name, place, views.view(*feeds, actions=(), alerts=(), opens=None), 60, 8)
            assert_sound(lines, 60)
            assert lines


def test_an_empty_answer_and_a_missing_answer_are_told_apart() -> None:
    empty = views.feed("empty", ())
    assert empty.status(views.NOW) is Status.EMPTY
    assert views.painted("table", views.view(empty), 40, 5) == ["0건"]
    assert views.painted("table", views.view(views.waiting()), 40, 5) == ["받는 중…"]
    assert views.painted("table", views.view(views.failed()), 40, 5) == ["아직 받은 값 없음"]
    assert views.painted("table", views.view(), 40, 5) == ["연결된 피드 없음"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("figures", {"value": "gone"}),
        ("table", {"columns": ["name", "gone"]}),
        ("board", {"columns": ["name", "gone"]}),
        ("chart", {"column": "gone"}),
        ("plot", {"value": "gone"}),
        ("queue", {"count": "gone"}),
        ("events", {"text": "gone"}),
    ],
)
def test_a_column_that_is_not_in_the_reading_is_named(name: str, options: dict[str, Any]) -> None:
    seen = views.view(
        views.feed("some", [{"name": "a", "count": 1, "at": views.NOW, "level": ""}], ("name",))
    )
    assert any("gone" in text and "없는 열" in text for text in views.painted(name, seen, 60, 10, **options))


@pytest.mark.parametrize("name", sorted(views.OPTIONS))
def test_ten_thousand_rows_give_no_more_lines_than_a_person_scrolls_through(name: str) -> None:
    rows: list[Row] = [
        {"name": f"n{place}", "count": place, "other": 1.5, "at": views.NOW, "level": "info", "text": "글"}
        for place in range(10_000)
    ]
    seen = views.view(views.feed("many", rows, ("name",)), history=lambda *_: ())
    for place in range(len(views.OPTIONS[name])):
        lines = paint(name, place, seen, 100, 25)
        assert len(lines) <= 510
        assert_sound(lines, 100)


def test_only_names_of_the_theme_and_plain_attributes_are_used_as_styles() -> None:
    known = set(theme().styles)
    for name, place in EVERY:
        for line in paint(name, place, views.view(views.messy(2)), 100, 20):
            for span in line.text.spans:
                if isinstance(span.style, Style):
                    assert span.style.link is None
                else:
                    assert set(span.style.split()) - {"reverse"} <= known, (name, span.style)


@pytest.mark.parametrize("name", sorted(views.OPTIONS))
def test_a_panel_speaks_english_too(name: str) -> None:
    for feeds in ((), (views.messy(1),)):
        seen = views.view(*feeds, lang="en")
        for place in range(len(views.OPTIONS[name])):
            assert not any("panels." in line.text.plain for line in paint(name, place, seen, 100, 20))


@pytest.mark.parametrize("name", sorted(views.OPTIONS))
def test_every_option_of_a_panel_is_described_and_has_a_schema(name: str) -> None:
    schema = views.panel_types()[name].Options.model_json_schema()
    json.dumps(schema)
    for model in (schema, *schema.get("$defs", {}).values()):
        for option, described in model.get("properties", {}).items():
            assert described.get("description"), f"{name}.{option}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_panel_imports_only_the_public_seam(file: Path) -> None:
    allowed = {"situationroom.panel", "situationroom.values", "situationroom.formats"}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert not name.startswith("situationroom") or name in allowed, name


def test_every_state_of_a_run_has_its_words() -> None:
    for state in RunState:
        run = RunStatus("1", "a", state, views.KIM, views.NOW)
        seen = views.view(actions=(ActionState("a", "가", "k", "sql", run=run),))
        text = " ".join(views.painted("actions", seen, 60, 5))
        assert "panels." not in text
        assert (len(text.split()) > 2) == (not state.ended or state is RunState.UNKNOWN), state


def test_the_names_in_a_panels_options_are_found_for_check() -> None:
    def columns(name: str, **options: Any) -> set[tuple[str | None, str]]:
        found = references(views.panel(name, **options).options, "main")
        return {(each.feed, each.name) for each in found if each.what == "column"}

    assert columns("board", columns=["a", {"column": "b"}], trend="c") == {
        ("main", "a"),
        ("main", "b"),
        ("main", "c"),
    }
    item = {"value": "x", "where": {"kind": "신규"}, "compare": {"feed": "old", "column": "y"}}
    assert columns("figures", items=[item]) == {("main", "x"), ("main", "kind"), ("old", "y")}
    series = [{"column": "x"}, {"feed": "other", "column": "y"}]
    assert columns("chart", series=series, by="k") == {("main", "x"), ("other", "y"), ("main", "k")}
    assert columns("events") == {("main", "at"), ("main", "level"), ("main", "text")}
