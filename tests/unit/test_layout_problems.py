"""What is said of a broken layout: everything, in file order, for people, and soon."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from situationroom.catalog import catalog
from situationroom.errors import LayoutError
from situationroom.layout.load import load, load_head
from situationroom.layout.report import MOST_PROBLEMS

TYPES = catalog()
NOTHING: Mapping[str, str] = {}

HEAD = """\
room: 상황실
sources: {kos: {type: postgres, dsn: "postgresql:///kos"}}
feeds:
  queue: {source: kos, sql: select 1 as a}
"""


def refused(folder: Path, text: str) -> LayoutError:
    file = folder / "room.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(LayoutError) as caught:
        load(file, TYPES, NOTHING, name="room.yaml")
    return caught.value


def lines(folder: Path, text: str) -> list[str]:
    return str(refused(folder, text)).split("\n")


def test_a_key_given_twice_is_one_problem_among_the_others(tmp_path: Path) -> None:
    said = lines(
        tmp_path,
        HEAD
        + "panels:\n  a: {type: tabel, feed: queue}\n  a: {type: table, feed: queu}\n"
        + "  b: {type: table, feed: queu}\n"
        + "room: 또\nrules: {r: !odd 3}\nwrong: 1\n",
    )
    assert [line.partition(" ")[0] for line in said] == [
        "room.yaml:6:13:", "room.yaml:7:3:", "room.yaml:8:26:", "room.yaml:9:1:", "room.yaml:10:12:",
        "room.yaml:11:1:",
    ]  # fmt: skip
    assert "'a' 키가 두 번 나옴 (처음은 6행)" in said[1]
    assert "'room' 키가 두 번 나옴 (처음은 1행)" in said[3]
    assert said[4].endswith("!odd 태그는 쓸 수 없음") or "!odd" in said[4]


def test_a_slip_elsewhere_does_not_hide_the_room_itself(tmp_path: Path) -> None:
    file = tmp_path / "room.yaml"
    file.write_text(HEAD + "feeds: {}\n", "utf-8")
    assert load_head(file, NOTHING).room == "상황실"
    file.write_text(HEAD + "room: 또\n", "utf-8")
    with pytest.raises(LayoutError):
        load_head(file, NOTHING)


MANY = {
    "keys of the layout": lambda n: HEAD + "".join(f"k{i}: 1\n" for i in range(n)),
    "keys of an entry": lambda n: HEAD + "".join(f"   k{i}: 1\n" for i in range(n)).replace(
        "   k0", "  more:\n   source: kos\n   k0", 1),
    "keys given twice": lambda n: HEAD + "".join(f"  queue: {{source: kos{i}}}\n" for i in range(n)),
    "names of nothing": lambda n: HEAD + "pages:\n  p: |\n" + "".join(f"    x{i}\n" for i in range(n)),
    "values of the environment": lambda n: HEAD + "".join(
        f"  f{i}:\n    source: kos\n    sql: ${{NONE{i}}}\n" for i in range(n)),
    "sources": lambda n: HEAD + "".join(f"  f{i}: {{source: s{i}}}\n" for i in range(n)),
}  # fmt: skip


@pytest.mark.parametrize("kind", MANY)
def test_of_many_problems_the_first_are_said_and_the_rest_is_counted(tmp_path: Path, kind: str) -> None:
    error = refused(tmp_path, MANY[kind](1_000))
    assert len(error.problems) == MOST_PROBLEMS
    assert error.more >= 700
    said = str(error).split("\n")
    assert len(said) == MOST_PROBLEMS + 1
    assert said[-1] == f"… 문제 {error.more:,}건이 더 있음"
    numbers = [problem.line for problem in error.problems]
    assert numbers == sorted(numbers)
    assert 0 not in numbers


@pytest.mark.parametrize("kind", MANY)
def test_the_work_grows_with_the_number_of_problems_and_no_faster(tmp_path: Path, kind: str) -> None:
    def calls(n: int) -> int:
        made = 0

        def count(*_: object) -> None:
            nonlocal made
            made += 1

        sys.setprofile(count)
        try:
            refused(tmp_path, MANY[kind](n))
        finally:
            sys.setprofile(None)
        return made

    calls(200)  # what is worked out once for all
    few, more, most = (calls(n) for n in (400, 800, 1_600))
    assert most - more < 2.2 * (more - few)  # quadratic would be four times as much


def test_no_problem_shows_control_characters(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        HEAD
        + '"\\e[31mk\\u202e\\u009b5m\\e]0;PWN\\a": 1\n'
        + 'panels: {"\\e[2J\\n": {type: table, feed: "\\e]52;c;aGk=\\a\\x7f"}}\n'
        + 'pages: {"\\u2028": "\\u2066x\\e[0m"}\n',
    )
    said = str(error)
    assert len(said.split("\n")) == len(error.problems) >= 3
    assert all(line.isprintable() for line in said.split("\n"))
    assert r"\x1b[31mk\u202e\x9b5m\x1b]0;PWN\x07" in said


@pytest.mark.parametrize("name", ["x" * 900, "가" * 500, "a" * 61])
def test_long_names_are_shortened(tmp_path: Path, name: str) -> None:
    for text in (
        HEAD + f"{name}: 1\n",
        HEAD + f"panels: {{p: {{type: {name}}}}}\n",
        HEAD + f"panels: {{p: {{type: table, feed: {name}}}}}\n",
        HEAD + f"  {name}: {{source: kos, sql: x}}\npanels: {{p: {{type: table, feed: other}}}}\n",
        HEAD + f"panels: {{{name}: {{type: {name}}}}}\n",
    ):
        (line,) = lines(tmp_path, text)
        assert len(line) < 700
        assert name not in line
        assert name[:40] in line or "feeds에" in line


@pytest.mark.parametrize(
    ("line", "place", "name", "key"),
    [
        ("  more: {source: kos, sql: select a, count(*) as n from t}", "5:38", "count(*) as n from t", "sql"),
        ("  more: {source: kos, title: 개통, 오늘, sql: x}", "5:34", "오늘", "title"),
        ("  more: {source: kos, sql: x, derive: {top: max(a, b)}}", "5:52", "b)", "top"),
        ("rules: {r: {feed: queue, warning: {when: a in (1, 2)}}}", "5:51", "2)", "when"),
    ],
)
def test_the_rest_of_a_text_after_a_comma_is_explained(
    tmp_path: Path, line: str, place: str, name: str, key: str
) -> None:
    (said,) = [one for one in lines(tmp_path, HEAD + line + "\n") if f"room.yaml:{place}:" in one]
    assert f"쉼표 뒤의 '{name}'" in said
    assert f'{key}: "…, …"' in said


@pytest.mark.parametrize(
    ("when", "word"),
    [("class > 3", "class"), ("a > 1 and from == 'x'", "from"), ("in > 3", "in"), ("a > if", "if"),
     ("with / a > 1", "with"), ("lambda == 2", "lambda"), ("is == 'x'", "is")],
)  # fmt: skip
def test_a_column_that_is_a_word_of_expressions_is_explained(tmp_path: Path, when: str, word: str) -> None:
    (said,) = lines(tmp_path, HEAD + f'rules: {{r: {{feed: queue, warning: {{when: "{when}"}}}}}}\n')
    assert said.startswith("room.yaml:5:")
    assert f"'{word}'" in said
    assert "다른 이름" in said


@pytest.mark.parametrize("when", ["a >", "a and and b", "'class > ' == x +"])
def test_what_is_only_unfinished_blames_no_word(tmp_path: Path, when: str) -> None:
    (said,) = lines(tmp_path, HEAD + f'rules: {{r: {{feed: queue, warning: {{when: "{when}"}}}}}}\n')
    assert "번째 글자" in said
