"""Actions as an author writes them: what the loader says of them."""

from pathlib import Path

import pytest

from situationroom.catalog import catalog
from situationroom.errors import LayoutError
from situationroom.i18n import say
from situationroom.layout.load import load, load_head
from situationroom.layout.models import Layout

ROOM = """
room: 방
lang: en
timezone: Europe/Berlin
opens: ${WHEN}
journal: here.journal
sources:
  db: {type: postgres, dsn: "postgresql://u@h/d"}
actions:
"""

TOGGLE = """
  flag:
    kind: toggle
    source: db
    inputs: {code: {}}
    state: {sql: "select yn from flag where code = $1", args: [code]}
    set: {sql: "update flag set yn = $1, who = $2, run = $3 where code = $4", args: [value, actor, run, code]}
"""


def loaded(folder: Path, actions: str) -> Layout:
    path = folder / "room.yaml"
    path.write_text(ROOM + actions, "utf-8")
    return load(path, catalog(folder), {"WHEN": "2024-09-20 09:00"})


@pytest.mark.parametrize("place", ["from: {feed: f, column: c}", "query: {source: db, sql: 'select 1'}"])
def test_an_input_has_its_choices_from_one_place(tmp_path: Path, place: str) -> None:
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, TOGGLE.replace("inputs: {code: {}}", f"inputs: {{code: {{choices: [A], {place}}}}}"))
    said = [say(problem.what, "en") for problem in caught.value.problems]
    assert "give one of choices, from and query" in said


def test_a_statement_may_use_inputs_and_what_its_kind_gives(tmp_path: Path) -> None:
    assert loaded(tmp_path, TOGGLE).actions["flag"].confirmation == "press"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("args: [code]", "args: [kode]", "actions.flag.state.args"),
        ("args: [code]", "args: [actor]", "actions.flag.state"),
        ("args: [code]", "args: []", "actions.flag.state"),
        ("actor, run, code]", "actor, batch, code]", "actions.flag.set.args"),
        ("inputs: {code: {}}", "inputs: {code: {}, value: {}}", "actions.flag.inputs.value"),
        ('{sql: "select yn from flag where code = $1", args: [code]}', '{sql: ""}', "actions.flag.state.sql"),
    ],
)
def test_what_is_wrong_with_a_statement_is_said_at_its_place(
    tmp_path: Path, old: str, new: str, where: str
) -> None:
    assert old in TOGGLE
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, TOGGLE.replace(old, new, 1))
    assert len(caught.value.problems) == 1
    (problem,) = caught.value.problems
    assert problem.path.startswith(where)
    assert problem.line > 9


def test_the_head_of_a_layout_is_read_whatever_the_rest_is(tmp_path: Path) -> None:
    path = tmp_path / "room.yaml"
    path.write_text(ROOM + "  broken: {kind: nonsense}\n", "utf-8")
    head = load_head(path, {})
    assert (head.room, head.lang, head.timezone, head.journal) == (
        "방",
        "en",
        "Europe/Berlin",
        Path("here.journal"),
    )
