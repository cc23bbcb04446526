"""JSON bodies and messages of one value, of several, and of what is not whole."""

from __future__ import annotations

import pytest

from situationroom.errors import SourceError
from situationroom.sources.parse.documents import documents, rows_in


def problem(text: str, *, many: bool = False) -> tuple[str, object]:
    with pytest.raises(SourceError) as caught:
        documents(text, many=many)
    assert str(caught.value).isprintable()
    return caught.value.message.id.removeprefix("sources."), caught.value.message.values.get("line")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('\ufeff{"a": 1}\n', [{"a": 1}]),
        ('\ufeff{"a": 1}\n[2]', [{"a": 1}, [2]]),
        ('{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\r\n\r\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}{"a": 2} [3]', [{"a": 1}, {"a": 2}, [3]]),
        ('\n{"a":\n 1}\n{"a": "\\n{"}\n', [{"a": 1}, {"a": "\n{"}]),
        ('\x1e{"a": 1}\n\x1e{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ("\x1e1\n\x1etrue\n\x1e\x1e\n", [1, True]),
        ("1\n2\n\n3", [1, 2, 3]),
        ('"x"\n"y"', ["x", "y"]),
        ("null\nnull\n", [None, None]),
    ],
)
def test_values_one_after_another_are_all_read(text: str, values: list[object]) -> None:
    assert documents(text) == values


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ('{"a": 1}\n{"a": ', "not_json_line", 2),
        ('{"a": 1}\n\n<html>\n{"a": 2}', "not_json_line", 3),
        ('{"a": 1} and so on', "not_json_line", 1),
        ('\x1e{"a": 1}\n\x1e{"a"\n\x1e{"a": 3}\n', "not_json_line", 2),
        ("\x1e1\n\x1e12", "not_json_line", 2),
        ("1\n2x\n", "not_json_line", 2),
        ("1,2", "not_json_line", 1),
        ("01", "not_json_line", 1),
        ("1 2", "not_json_line", 1),
        ('"a""b"', "not_json_line", 1),
        ('{"a": 1}"b"', "not_json_line", 1),
        ('"b"{"a": 1}', "not_json_line", 1),
        ("truefalse", "not_json_line", 1),
        ("plain words", "not_json", None),
        ("[" * 100_000, "not_json", None),
        ("", "empty_body", None),
        (" \n\x1e\n", "empty_body", None),
    ],
)
def test_what_is_not_whole_fails_them_all(text: str, name: str, line: int | None) -> None:
    assert problem(text) == (name, line)


def test_a_body_of_lines_may_have_none() -> None:
    assert documents("", many=True) == []
    assert rows_in([], "@") == ()


def test_each_value_is_read_by_the_path_and_one_where_it_finds_nothing_adds_none() -> None:
    values = documents('{"items": [{"a": 1}, {"a": 2}]}\n{"ping": true}\n{"items": [{"a": 3}]}')
    assert rows_in(values, "items[*].a") == ({"value": 1}, {"value": 2}, {"value": 3})
    assert rows_in(values, "nowhere") is None


def test_an_integer_that_python_reads_as_no_figure_stays_text_and_spoils_nothing_else() -> None:
    digits = "9" * 5_000
    assert documents(f'[{{"a": {digits}, "b": 2}}]') == [[{"a": digits, "b": 2}]]
