"""What the documentation says is so: its examples load, its tables name what there is and nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from situationroom.actions.assembly import assembled
from situationroom.catalog import Catalog, catalog
from situationroom.cli import program
from situationroom.demo.scenarios import SCENARIOS
from situationroom.demo.worlds import WORLDS
from situationroom.formats import cell
from situationroom.i18n import say
from situationroom.journal import Entry, Kind
from situationroom.layout.entries import SECTIONS
from situationroom.layout.expression_functions import FUNCTIONS
from situationroom.layout.expressions import compile_expression
from situationroom.layout.keys import DEFAULT_KEYS, RESERVED
from situationroom.layout.load import load
from situationroom.layout.models import (
    ActionSpec,
    ChannelSpec,
    Condition,
    FeedSpec,
    InputSpec,
    Layout,
    Missing,
    PageSpec,
    PanelSpec,
    PersonSpec,
    RuleAction,
    RuleSpec,
    SourceSpec,
)
from situationroom.layout.options import DEEPEST, options_of
from situationroom.layout.yaml_nodes import Data, read
from situationroom.paint.page import build_panels
from situationroom.panel import WELL_KNOWN
from tests.markdown import PAGES, ROOT, Block, blocks, rows, sections, table
from tests.readme_command import command

README, LAYOUT = ROOT / "README.md", ROOT / "docs" / "layout.md"
JOURNAL, COMMANDS = ROOT / "docs" / "journal.md", ROOT / "docs" / "commands.md"

ENV = {
    "KOS_DSN": "postgresql://127.0.0.1/kos",
    "SGI_URL": "http://127.0.0.1:1",
    "SITUATION_CHAT_URL": "json://127.0.0.1",
    "CARD_PASSWORD": "x",
    "GATEWAY_PASSWORD": "x",
    "WEB_TOKEN": "x",
}

TYPES = catalog()

# ── examples ──────────────────────────────────────────────────────────────────

BLOCKS = [block for page in PAGES for block in blocks(page)]
YAML = [block for block in BLOCKS if block.lang == "yaml"]
PYTHON = [block for block in BLOCKS if block.lang == "python"]


@pytest.mark.parametrize("name", ["demo", "test"])
def test_each_of_the_readmes_two_commands_is_one_line_to_copy(name: str) -> None:
    assert len(command(name).splitlines()) == 1


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.place)
def test_every_example_of_a_layout_loads(block: Block, tmp_path: Path) -> None:
    """``<!-- layout -->`` is one by itself, ``<!-- part -->`` goes into the whole room of docs/layout.md."""
    kind, _, beside = block.mark.partition(": ")
    assert kind in ("layout", "part"), f"{block.place} is not marked as a layout or a part of one"
    if beside:
        _write(tmp_path / beside, next(each.text for each in PYTHON if each.mark == f"example: {beside}"))
    file = tmp_path / "room.yaml"
    data = _data(block) if kind == "layout" else _with(_data(_whole()), _data(block))
    _write(file, json.dumps(data, ensure_ascii=False))
    types = catalog(tmp_path)
    made = load(file, types, ENV, name=block.place)
    build_panels(made, types.panels)
    _build_actions(made, types)


def test_every_python_example_is_marked_with_what_it_is_for() -> None:
    assert [block.place for block in PYTHON if not block.mark.startswith("example: ")] == []


async def test_the_example_of_a_source_answers(tmp_path: Path) -> None:
    [block] = [block for block in PYTHON if block.mark == "example: sources/files.py"]
    _write(tmp_path / "sources" / "files.py", block.text)
    _write(tmp_path / "하나.dat", "123")
    files = catalog(tmp_path).sources["files"]
    source = files("statements", files.Options(folder=tmp_path))
    answer = await source.ask(files.Question(pattern="*.dat"), 1.0)
    assert answer.rows == ({"name": "하나.dat", "bytes": 3},)


def _whole() -> Block:
    return next(block for block in blocks(LAYOUT) if block.mark == "layout")


def _data(block: Block) -> dict[str, Data]:
    return read(block.text.encode(), block.place).data


def _with(base: dict[str, Data], part: Mapping[str, Data]) -> dict[str, Data]:
    """A room with a part of another: sections entry by entry, all else as a whole."""
    merged = dict(base)
    for name, value in part.items():
        below = merged.get(name)
        merged[name] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _build_actions(layout: Layout, types: Catalog) -> None:
    sources = {name: types.sources[spec.type](name, spec.options) for name, spec in layout.sources.items()}
    assembled(layout, types.actions, sources)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


# ── the tables of docs/layout.md ──────────────────────────────────────────────

DOCUMENTED: Mapping[str, tuple[type[BaseModel], frozenset[str]]] = {
    "room": (Layout, frozenset({"path", *SECTIONS})),
    "source": (SourceSpec, frozenset({"options"})),
    "feed": (FeedSpec, frozenset({"question"})),
    "panel": (PanelSpec, frozenset({"options"})),
    "page": (PageSpec, frozenset()),
    "rule": (RuleSpec, frozenset()),
    "rule-action": (RuleAction, frozenset()),
    "missing": (Missing, frozenset()),
    "action": (ActionSpec, frozenset({"options"})),
    "condition": (Condition, frozenset()),
    "input": (InputSpec, frozenset()),
    "channel": (ChannelSpec, frozenset()),
    "person": (PersonSpec, frozenset()),
    **{f"source {name}": (source.Options, frozenset()) for name, source in TYPES.sources.items()},
    **{f"question {name}": (source.Question, frozenset()) for name, source in TYPES.sources.items()},
    **{f"panel {name}": (panel.Options, frozenset()) for name, panel in TYPES.panels.items()},
    **{f"action {name}": (action.Options, frozenset()) for name, action in TYPES.actions.items()},
}
"""Each table of options by its mark: the model it must agree with, and which of its fields are no keys."""

TOLD_APART = frozenset({"room", "rule", "action"})
"""Models whose inner models have a table of their own."""


@pytest.mark.parametrize("mark", DOCUMENTED)
def test_a_table_names_every_option_with_its_type_and_default_and_no_other(mark: str) -> None:
    told = table(LAYOUT, f"options: {mark}")
    assert [row[:3] for row in told] == [list(option[:3]) for option in _options(mark)]
    docs = {name: doc for name, _, _, doc in _options(mark) if doc}
    assert {row[0]: row[3] for row in told if row[0] in docs} == docs, (
        "says other than `situationroom panels`"
    )
    assert [row[0] for row in told if not row[3]] == []


def test_no_table_is_about_something_that_does_not_exist() -> None:
    marks = re.findall(r"<!-- options: (.+?) -->", LAYOUT.read_text("utf-8"))
    assert sorted(marks) == sorted(DOCUMENTED)


def _options(mark: str) -> Iterator[tuple[str, str, str, str]]:
    model, without = DOCUMENTED[mark]
    for option in options_of(model, depth=DEEPEST if mark in TOLD_APART else 1):
        if option.name.partition(".")[0] not in without:
            default = "required" if option.required else f"`{option.default}`" if option.default else ""
            yield f"`{option.name}`", say(option.type, "en"), default, option.doc


def test_every_section_of_a_layout_has_a_heading() -> None:
    headings = {heading.casefold() for heading in sections(LAYOUT)}
    assert {*SECTIONS, "keys"} <= headings


def test_the_functions_of_expressions_are_told_with_their_arguments() -> None:
    known = {
        f"`{name}`": str(one.fewest) if one.fewest == one.most else f"{one.fewest}–{one.most}"
        for name, one in FUNCTIONS.items()
    }
    assert {row[0]: row[1] for row in table(LAYOUT, "functions")} == known


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("false and unknown", False),
        ("true and unknown", None),
        ("1 / 0", None),
        ("unknown > 3", None),
        ("'word' > 3", None),
        ("unknown is null", True),
        ("coalesce(unknown, 0)", 0),
        ("agency in ('KAIT', 'SGI')", True),
        ("'AI' in agency", True),
        ("'much' if total > 1 else 'little'", "much"),
        ("till - since", 60.0),
    ],
)
def test_expressions_are_as_told(expression: str, value: object) -> None:
    since = datetime(2024, 9, 20, 9, 0, tzinfo=UTC)
    row = {"unknown": None, "agency": "KAIT", "total": 2, "since": since, "till": since.replace(minute=1)}
    assert compile_expression(expression).evaluate(row) == value


def test_the_well_known_columns_are_told() -> None:
    told = LAYOUT.read_text("utf-8").partition("Column names of the trade\n(")[2].partition(")")[0]
    assert set(re.findall(r"`(.+?)`", told)) == set(WELL_KNOWN)


@pytest.mark.parametrize(
    ("figure", "value"),
    [("number", 12_430), ("big", 128_402), ("percent", 0.112), ("duration", 90), ("money", 12_500_000)],
)
def test_figures_are_written_as_told(figure: str, value: float) -> None:
    assert re.search(rf"`{figure}` [^·]*{re.escape(cell(value, figure))}", LAYOUT.read_text("utf-8"))


def test_the_programs_own_keys_are_told() -> None:
    told = {row[0]: row[1] for row in table(LAYOUT, "keys")}
    assert told.pop("`page_1` … `page_9`") == "`1` … `9`"
    plain = {name: key for name, key in DEFAULT_KEYS.items() if not name.startswith("page_")}
    assert told == {f"`{name}`": f"`{key}`" for name, key in plain.items()}
    reserved = LAYOUT.read_text("utf-8").partition("<!-- reserved -->")[2].partition(".\n")[0]
    assert set(re.findall(r"`(.+?)`", reserved)) == RESERVED


def test_the_names_that_kinds_give_to_statements_are_told() -> None:
    given = {
        f"`{name}`": {f"`{kind}`" for kind, action in TYPES.actions.items() if name in action.ARGUMENTS}
        for name in frozenset().union(*(action.ARGUMENTS for action in TYPES.actions.values()))
    }
    assert {row[0]: set(row[1].split(", ")) for row in table(LAYOUT, "arguments")} == given


# ── the journal ───────────────────────────────────────────────────────────────


def test_every_kind_and_field_of_the_journal_is_told() -> None:
    assert [row[0] for row in table(JOURNAL, "kinds")] == [f"`{kind}`" for kind in Kind]
    assert [row[0] for row in table(JOURNAL, "entry")] == [f"`{name}`" for name in Entry.__slots__]


# ── commands ──────────────────────────────────────────────────────────────────

CONTEXT = click.Context(program, info_name="situationroom")
NAMES = program.list_commands(CONTEXT)


def _command(name: str) -> click.Command:
    found = program.get_command(CONTEXT, name)
    assert found is not None, f"there is no command {name}"
    return found


def test_every_command_has_a_section_that_shows_how_it_is_called() -> None:
    headings = [heading for heading in sections(COMMANDS) if heading.startswith("situationroom ")]
    assert sorted(heading.split()[1] for heading in headings) == NAMES
    for heading in headings:
        _, name, *words = heading.split()
        _, *metavars = " ".join(_command(name).collect_usage_pieces(CONTEXT)).split()
        assert words == metavars


@pytest.mark.parametrize("name", NAMES)
def test_a_section_names_every_option_with_its_default_and_no_other(name: str) -> None:
    command = _command(name)
    text = next(text for heading, text in sections(COMMANDS).items() if heading.split()[1:2] == [name])
    start = text.find("| option |")
    told = {row[0]: row[1] for row in rows(text[start:])} if start >= 0 else {}
    assert told == dict(map(_told, _shown_options(command)))
    examples = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    assert any(line.startswith(f"situationroom {name}") for line in examples), "no example"


def test_the_programs_own_options_are_told() -> None:
    told = {row[0] for row in table(COMMANDS, "options: situationroom")}
    assert told == {name for name, _ in map(_told, _shown_options(program))} | {"`-h`, `--help`"}


@pytest.mark.parametrize("name", ["demo", "world"])
def test_every_scenario_and_world_is_told(name: str) -> None:
    text = next(text for heading, text in sections(COMMANDS).items() if heading.split()[1:2] == [name])
    assert all(f"`{known}`" in text for known in (*SCENARIOS, *WORLDS))


def test_every_call_of_the_program_in_the_docs_is_one_it_understands() -> None:
    calls = [
        (block.place, line.strip().split("situationroom ", 1)[1])
        for block in BLOCKS
        if block.lang == "sh"
        for line in block.text.splitlines()
        if "situationroom " in line
    ]
    calls += [
        (page.name, call)
        for page in PAGES
        for call in re.findall(r"`situationroom ((?:[\w.-]+ ?)+)`", page.read_text("utf-8"))
    ]
    assert len(calls) > len(NAMES)
    for place, call in calls:
        name, *words = shlex.split(re.split(r" [>&|]", call)[0])
        if name.startswith("-"):
            assert name in {opt for option in _shown_options(program) for opt in option.opts}, (
                f"{place}: {call}"
            )
            continue
        try:
            _command(name).make_context(name, words)
        except click.UsageError as error:
            pytest.fail(f"{place}: {call}: {error.format_message()}")


def test_the_readmes_list_of_commands_is_whole() -> None:
    told = rows(
        sections(README)["The commands"].partition("|")[1]
        + sections(README)["The commands"].partition("|")[2]
    )
    named: set[str] = set()
    for call, about in told:
        words = [word.removeprefix("situationroom ").split()[0] for word in re.findall(r"`(.+?)`", call)]
        named |= set(words)
        options = {opt for word in words for p in _shown_options(_command(word)) for opt in p.opts}
        assert set(re.findall(r"--?[a-z][a-z-]*(?=[ `)])", f"{call} {about}")) <= options
    assert sorted(named) == NAMES


def _shown_options(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def _told(option: click.Option) -> tuple[str, str]:
    default = f"`{option.default}`" if option.show_default else ""
    return ", ".join(f"`{name}`" for name in option.opts), default


# ── links ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    """Pictures aside: those are made by a command."""
    for path, _, anchor in re.findall(
        r"(?<!!)\[[^\]]*\]\((?!https?:)([^)#]*)(#?)([^)]*)\)", page.read_text("utf-8")
    ):
        target = page.parent / path if path else page
        assert target.exists(), path
        if anchor:
            titles = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).casefold().replace(" ", "-") for title in titles}
