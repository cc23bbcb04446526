"""A user's own plug-in files: a broken one breaks nothing that does not use it, and says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from situationroom.catalog import catalog
from situationroom.commands.panels import command as panels
from situationroom.errors import LayoutError, PluginError
from situationroom.layout.load import load
from situationroom.layout.models import Layout
from situationroom.paths import bundled
from situationroom.plugins import discover

LAYOUT = """\
room: x
sources: {s: {type: SOURCE, dsn: "postgresql:///x"}}
feeds: {f: {source: s, sql: select 1}}
panels: {p: {type: PANEL, feed: f}}
actions: {}
"""

MISSING = "import no_such_package.parts\n"
BROKEN = {
    "a missing package": (MISSING, "no_such_package"),
    "a missing name": ("from pathlib import no_such_name\n", "no_such_name"),
    "a slip of syntax": ("class Panel(:\n", "SyntaxError"),
    "an error": ("raise RuntimeError('the vendor is out')\n", "the vendor is out"),
    "a program that leaves": ("import sys\nsys.exit(3)\n", "SystemExit"),
}


def loaded(folder: Path, source: str = "postgres", panel: str = "table") -> Layout:
    file = folder / "room.yaml"
    file.write_text(LAYOUT.replace("SOURCE", source).replace("PANEL", panel), "utf-8")
    return load(file, catalog(folder), {}, name="room.yaml")


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("place", ["panels", "sources", "actions"])
def test_a_file_that_nothing_uses_breaks_no_room(tmp_path: Path, place: str, kind: str) -> None:
    put(tmp_path, f"{place}/ranking.py", BROKEN[kind][0])
    assert loaded(tmp_path).room == "x"


@pytest.mark.parametrize("kind", BROKEN)
def test_whoever_uses_it_is_told_the_file_and_what_it_lacks(tmp_path: Path, kind: str) -> None:
    text, said = BROKEN[kind]
    file = put(tmp_path, "panels/ranking.py", text)
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, panel="ranking")
    (problem,) = str(caught.value).split("\n")
    assert problem.startswith("room.yaml:4:20: panels.p.type: ")
    assert str(file) in problem
    assert said in problem


def test_a_missing_package_is_named_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "sources/oracle.py", MISSING)
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, source="oracle")
    assert "파이썬 패키지 'no_such_package'가 없음" in str(caught.value)
    assert "pip install no_such_package" in str(caught.value)


@pytest.mark.parametrize("line", ['TYPE = "heat"', "TYPE: ClassVar[str] = 'heat'"])
def test_the_type_is_found_in_a_file_of_another_name(tmp_path: Path, line: str) -> None:
    put(tmp_path, "panels/a.py", "raise RuntimeError('first')\n")
    put(tmp_path, "panels/b.py", f"{MISSING}\n\nclass Heat:\n    {line}\n")
    with pytest.raises(LayoutError, match=r"b\.py.*no_such_package"):
        loaded(tmp_path, panel="heat")
    with pytest.raises(LayoutError, match="없는 종류"):
        loaded(tmp_path, panel="heap")


def test_the_list_of_panels_says_which_file_is_broken_and_lists_the_others(tmp_path: Path) -> None:
    put(tmp_path, "panels/ranking.py", MISSING)
    result = CliRunner().invoke(panels, ["--beside", str(tmp_path)])
    assert result.exit_code == 0
    assert "board" in result.stdout
    assert "no_such_package" in result.stderr


def test_a_shipped_file_that_cannot_be_loaded_raises(tmp_path: Path) -> None:
    put(tmp_path, "panels/ranking.py", MISSING)
    with pytest.raises(PluginError):
        discover(object, [tmp_path / "panels"])


def test_two_files_of_one_type_are_refused_by_name(tmp_path: Path) -> None:
    text = (bundled("panels") / "note.py").read_text("utf-8")
    put(tmp_path, "panels/other.py", text)
    with pytest.raises(PluginError, match=r"other\.py"):
        loaded(tmp_path)
