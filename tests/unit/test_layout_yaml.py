from __future__ import annotations

import pytest

from situationroom.errors import LayoutError, Problem
from situationroom.layout.yaml_nodes import Place, read, written


def refused(text: str | bytes) -> list[str]:
    """What is said of a text, whether it can be read on or not."""
    try:
        document = read(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    except LayoutError as error:
        problems = error.problems
    else:
        problems = tuple(
            Problem("f.yaml", s.line, s.column, written(s.path), s.what)
            for s in sorted(document.slips, key=lambda slip: (slip.line, slip.column))
        )
    return [problem.text("en").removeprefix("f.yaml:") for problem in problems]


@pytest.mark.parametrize(
    "word", ["12:30", "010", "0x1f", "0o7", "1_000", "2024-09-20", "yes", "No", "on", "OFF", "True", "y",
             ".inf", ".nan", "1e999", "00", "-01", "1.", "NULL", "9" * 40]
)  # fmt: skip
def test_yamls_traps_stay_text(word: str) -> None:
    assert read(f"x: {word}".encode(), "f").data == {"x": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("0", 0), ("-7", -7), ("12", 12), ("0.5", 0.5), ("1e3", 1000.0), ("true", True), ("false", False),
     ("~", None), ("null", None), ("", None), ("'12'", "12"), ('"true"', "true"), ("!!str 12", "12")],
)  # fmt: skip
def test_plain_figures_and_truths_are_what_they_look_like(word: str, value: object) -> None:
    found = read(f"x: {word}".encode(), "f").data["x"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_always_text() -> None:
    assert read(b"{1: a, true: b, 12:30: c}", "f").data == {"1": "a", "true": "b", "12:30": "c"}


def test_every_piece_has_its_place() -> None:
    document = read("방: {a: 1,\n  b: [x, y]}\nt: |\n  z\n".encode(), "f")
    assert document.places["방", "b", 1] == Place(2, 10, 2, 10)
    assert document.places["방", "a"] == Place(1, 8, 1, 5)
    assert document.places["t",] == Place(3, 4, 3, 1, block=True)


def test_a_key_given_twice_is_refused_with_the_first_place() -> None:
    assert refused("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        "2:11: b.c: 'c' is given twice (first on line 2)",
        "3:1: a: 'a' is given twice (first on line 1)",
    ]


def test_anchors_and_merges_work_and_what_is_written_wins() -> None:
    data = read(b"base: &b {x: 1, y: 2}\nmore: &m {<<: *b, y: 3}\nown: {y: 9, <<: [*m]}\nsame: *b", "f").data
    assert data["more"] == {"x": 1, "y": 3}
    assert data["own"] == {"x": 1, "y": 9}
    assert data["same"] == data["base"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a:\n\tb: 1", "2:1: a tab cannot be used here — indent with spaces"),
        ("a: [1, 2", "1:9: a quote or bracket is not closed"),
        ("a: b: c", "1:5: ': ' cannot stand here"),
        ("a: *nope", "1:4: *nope refers to no &nope before it"),
        ("a: 1\n---\nb: 2", "2:1: a layout is one document"),
        ("- a\n- b", "1:1: a layout must be a mapping of keys to values"),
        ("just words", "1:1: a layout must be a mapping of keys to values"),
        ("a: &x [*x]", "1:4: a[0]: an alias refers to what it stands in"),
        ("a: !!python/object/apply:os.system [id]", "tag !!python/object/apply:os.system cannot be used"),
        ("a: !secret x", "1:4: a: tag !secret cannot be used"),
        ("? [a, b]\n: c", "1:3: a key must be a single word or text"),
        ("a: {<<: 3}", "1:9: a: << takes an alias of a mapping"),
        ("a: b\x00c", "1:5: control character U+0000 is not allowed"),
        ("한글: \x1b[31m", "1:5: control character U+001B is not allowed"),
        ("한: 1\n글: x".encode() + b"\xff", "2:5: not UTF-8"),
        ("a: " + "[" * 2000, "nested too deeply"),
        ("a: " + "[" * 80 + "]" * 80, "nested too deeply"),
        ("\n".join(" " * i + f"k{i}:" for i in range(400)), "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_not_a_plain_layout_is_a_problem_with_its_place(text: str | bytes, found: str) -> None:
    (first, *_) = refused(text)
    assert found in first


@pytest.mark.parametrize("use", ["[*a{0}, *a{0}]", "{{x: *a{0}, y: *a{0}}}", "{{<<: [*a{0}, *a{0}]}}"])
def test_an_alias_bomb_is_refused_quickly(use: str) -> None:
    first = "a0: &a0 {x: 1}" if "<<" in use else "a0: &a0 [1]"
    bomb = "\n".join([first, *(f"a{i + 1}: &a{i + 1} " + use.format(i) for i in range(40))])
    assert "too many pieces" in refused(bomb)[0]


def test_a_bomb_of_merges_alone_is_refused_quickly() -> None:
    anchors = ["&a0 {x: 1}", *(f"&a{i + 1} {{<<: [*a{i}, *a{i}]}}" for i in range(40))]
    assert "too many pieces" in refused(f"all: {{anchors: [{', '.join(anchors)}], <<: *a40}}")[0]


def test_an_empty_file_is_an_empty_layout() -> None:
    assert read(b"", "f").data == {}
    assert read("\ufeff# 주석\n".encode(), "f").data == {}
