"""Rules that panels name: they exist, or the place and the nearest known name are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from situationroom.catalog import catalog
from situationroom.errors import LayoutError
from situationroom.layout.load import load

ROOM = """\
room: 방
sources: {db: {type: postgres, dsn: "postgresql://u@h/d"}}
feeds: {act: {source: db, sql: select 1 as a, key: a}}
panels: {board: {type: board, feed: act, title: 대외기관, also: ALSO}}
pages: {p: board}
rules: {out: {feed: act, banner: true, warning: {when: "a > 1"}}}
"""


def written(folder: Path, also: str) -> Path:
    path = folder / "room.yaml"
    path.write_text(ROOM.replace("ALSO", also), "utf-8")
    return path


@pytest.mark.parametrize("also", ["[out]", "[]", "[out, out]"])
def test_a_board_may_name_rules_that_exist(tmp_path: Path, also: str) -> None:
    layout = load(written(tmp_path, also), catalog(tmp_path), {})
    assert layout.rules["out"].banner


@pytest.mark.parametrize(
    ("also", "where", "said"),
    [
        ("[outt]", "4:62: panels.board.also[0]", "'outt' — did you mean 'out'?"),
        ("[out, absent]", "4:67: panels.board.also[1]", "'absent'"),
        ("[act]", "4:62: panels.board.also[0]", "'act'"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused_with_its_place(
    tmp_path: Path, also: str, where: str, said: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        load(written(tmp_path, also), catalog(tmp_path), {})
    words = "\n".join(problem.text("en") for problem in caught.value.problems)
    assert where in words
    assert f"no rule {said}" in words
