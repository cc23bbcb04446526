"""CSV and its relatives: read whole, or refused with the line."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from situationroom.errors import SourceError
from situationroom.i18n import say
from situationroom.sources.parse.csv_text import Csv, csv_rows


def rows(text: str, **form: object) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in csv_rows(text, Csv.model_validate(form)).rows]


def problem(text: str, **form: object) -> tuple[str, object]:
    with pytest.raises(SourceError) as caught:
        csv_rows(text, Csv.model_validate(form))
    assert str(caught.value).isprintable()
    assert say(caught.value.message, "en").isprintable()
    return caught.value.message.id.removeprefix("sources."), caught.value.message.values.get("line")


@pytest.mark.parametrize(
    ("text", "delimiter", "line"),
    [
        ('a,b\nSGI,"5 inch\nKAIT,ok\nMOBINS,ok\n', ",", 2),
        ('a\tb\n1\t"unclosed\n2\tx\n', "\t", 2),
        ('a;b\r\n1;2\r\n"3;4\r\n', ";", 3),
        ('a,b\n1,2\n3,"', ",", 3),
        ('"a,b\n1,2\n', ",", 1),
        ('a,b\n\n\n1,"x\n\n', ",", 4),
        ('a,b\n"1\n2",3\n"4\n5,6\n', ",", 4),
        ('a,b\n1,"x""\n2,y\n', ",", 2),
    ],
)
def test_a_quote_that_is_never_closed_fails_with_the_line_it_is_opened_in(
    text: str, delimiter: str, line: int
) -> None:
    assert problem(text, delimiter=delimiter) == ("csv_open_quote", line)


@pytest.mark.parametrize(
    ("text", "line"),
    [('a,b\nSGI,"5 inch\nKAIT,"ok"\n', 3), ('a,b\n"x"y,1\n', 2), ('a,b\n1,2\n3,"5"" x" \n', 3)],
)
def test_text_behind_a_closed_quote_fails_since_a_quote_before_it_may_be_open(text: str, line: int) -> None:
    assert problem(text) == ("csv_after_quote", line)


def test_quotes_are_letters_where_the_layout_says_so() -> None:
    assert rows('a,b\nSGI,"5 inch\nKAIT,ok\n', quotes=False) == [("SGI", '"5 inch'), ("KAIT", "ok")]


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("a,b\n1,2\n3\n", "csv_cells", 3),
        ("a,b\n1,2,3\n", "csv_cells", 2),
        ('a,b\n"x\ny",1\n2\n', "csv_cells", 4),
        ("a,b,\n1,2,3\n", "csv_cells", 2),
        ("a,a\n1,2\n", "csv_same_name", None),
        ("a, a\n1,2\n", "csv_same_name", None),
        ("a,,b\n1,2,3\n", "csv_no_name", 1),
        ("a,b\n1,\0\0\n", "csv_nul", 2),
        ("a\0,\0b\0\n\0", "csv_nul", 1),
        ("", "not_csv", None),
        ("\n\n", "not_csv", None),
        ("<!doctype html>\n<p>", "not_csv", None),
    ],
)
def test_what_is_broken_is_refused_with_its_line(text: str, name: str, line: int | None) -> None:
    assert problem(text) == (name, line)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('a,b\r\n"x, ""y""\r\nz",1\r\n', [('x, "y"\r\nz', 1)]),
        ("\ufeffa,b\n1,2", [(1, 2)]),
        ("a,b\r1,2\r3,4\r", [(1, 2), (3, 4)]),
        ("\n\na,b\n\n1,2\n\n", [(1, 2)]),
        ("a,b\nx\u2028y,p\x0cq\n\x85,\x1c\n", [("x\u2028y", "p\x0cq"), ("\x85", "\x1c")]),
        ("a,b,\n1,2,\n3,4\n", [(1, 2), (3, 4)]),
        ("a\n1\n\n2\n", [(1,), (2,)]),
        ("a,b\n", []),
    ],
)
def test_what_is_odd_but_whole_is_read(text: str, wanted: list[tuple[object, ...]]) -> None:
    assert rows(text) == wanted


@pytest.mark.parametrize("delimiter", ['"', "\n", "\r", "\0", "", ",,"])
def test_what_cannot_stand_between_cells_is_refused_in_a_layout(delimiter: str) -> None:
    with pytest.raises(ValidationError):
        Csv(delimiter=delimiter)
