"""What an action says about second persons, undo and time has to be able to come true."""

from pathlib import Path

import pytest

from situationroom.catalog import catalog
from situationroom.errors import LayoutError
from situationroom.i18n import LANGUAGES
from situationroom.layout.load import load
from situationroom.layout.models import Layout, VerifySpec

ROOM = """
room: 방
sources:
  db: {type: postgres, dsn: "postgresql://u@h/d"}
feeds:
  agencies: {source: db, sql: "select 'KAIT' as agency, 0.1 as error_rate", key: agency}
people:
  kim: {name: 김운영, roles: [operator], login: [kim, kim.ops]}
  park: {name: 박승인, roles: [lead]}
actions:
  flag:
    kind: toggle
    source: db
    roles: operator
    state: {sql: "select true"}
    set: {sql: "update flag set yn = $1", args: [value]}
    MORE
  put:
    kind: sql
    source: db
    inputs: {agency: {}}
    preview: {sql: "select 1"}
    run: {sql: "delete from flag"}
    max_rows: 1
    ALSO
"""


def loaded(folder: Path, more: str = "", also: str = "", **changes: str) -> Layout:
    text = ROOM.replace("MORE", more).replace("ALSO", also)
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "room.yaml"
    path.write_text(text, "utf-8")
    return load(path, catalog(folder), {})


@pytest.mark.parametrize(
    ("more", "also", "where"),
    [
        ("confirm: two-person", "", "actions.flag.confirm"),
        ("approvers: leed", "", "actions.flag.approvers"),
        ("when: {feed: agenci, when: 'error_rate > 1'}", "", "actions.flag.when"),
        ("when: [{feed: agencies, when: 'error_rate >'}]", "", "actions.flag.when"),
        ("verify: {feed: nope, when: 'a > 1'}", "", "actions.flag.verify.feed"),
        ("undo: {action: putt}", "", "actions.flag.undo.action"),
        ("undo: {action: put, values: {agancy: KAIT}}", "", "actions.flag.undo.values.agancy"),
        ("undo: {action: put, values: {agency: $agency}}", "", "actions.flag.undo.values.agency"),
        ("", "undo: {within: 5m}", "actions.put.undo"),
        ("", "for: 2h", "actions.put.for"),
        ("", "cooldown: 60", "actions.put.cooldown"),
    ],
)
def test_what_could_never_come_true_is_said_at_its_place(
    tmp_path: Path, more: str, also: str, where: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, more, also)
    assert [problem.path for problem in caught.value.problems if problem.path.startswith(where)]
    assert len(caught.value.problems) == 1
    for lang in LANGUAGES:
        assert "layout." not in caught.value.problems[0].text(lang)


def test_nobody_is_called_as_the_room_itself(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, park="situationroom")
    assert "people.situationroom" in [problem.path for problem in caught.value.problems]


def test_all_of_it_together_is_read_as_it_is_written(tmp_path: Path) -> None:
    layout = loaded(
        tmp_path,
        "confirm: two-person\n    approvers: lead\n    for: 2h\n    undo: {within: 30m}\n"
        "    when: {feed: agencies, when: 'error_rate > 0.05'}\n    target: KAIT\n    cooldown: 60s\n"
        "    verify: {feed: agencies, when: 'error_rate < 0.03'}",
        "undo: {action: put, values: {agency: $agency}}",
    )
    flag = layout.actions["flag"]
    assert (flag.confirmation, flag.approving_roles, flag.for_) == ("two-person", ("lead",), 7_200.0)
    assert [condition.feed for condition in flag.when] == ["agencies"]
    assert flag.undo is not None
    assert flag.undo.within == 1_800.0
    assert isinstance(flag.verify, VerifySpec)
    assert flag.verify.within == 120.0
    assert layout.people["kim"].login == ("kim", "kim.ops")
