from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from situationroom.errors import ExpressionError
from situationroom.layout.expressions import compile_expression
from situationroom.values import Value

ROW: dict[str, Value] = {
    "rate": Decimal("0.04"),
    "requests": 120,
    "errors": Decimal(3),
    "share": 0.5,
    "agency": "KAIT",
    "gone": None,
    "nan": float("nan"),
    "huge": Decimal("1e400000"),
    "on": True,
    "begun": datetime(2024, 9, 20, 9, tzinfo=UTC),
    "ended": datetime(2024, 9, 20, 9, 1, 30, tzinfo=UTC),
    "오류": 7,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rate > 0.03 and requests >= 100", True),
        ("rate == 0.04", True),
        ("rate + share", 0.54),
        ("errors / requests", 0.025),
        ("errors * 2", 6),
        ("requests % 7 - 1", 0),
        ("0 < errors <= 3", True),
        ("agency in ('KAIT', 'SGI') and not on is None", True),
        ("agency not in ['SGI']", True),
        ("'AI' in agency", True),
        ("agency + '-' + lower(agency)", "KAIT-kait"),
        ("contains(agency, 'AI') and startswith(agency, 'K')", True),
        ("max(errors, 5) + min(1, 2) + abs(-2) + len(agency)", 12),
        ("round(errors / 7, 2)", 0.43),
        ("1 if on else 2", 1),
        ("coalesce(gone, nope, 3)", 3),
        ("ended - begun", 90.0),
        ("ended > begun", True),
        ("오류 > 5", True),
        ("2 ** 10", 1024),
        ("-errors", -3),
    ],
)
def test_an_expression_reads_a_row(text: str, value: Value) -> None:
    assert compile_expression(text).evaluate(ROW) == (pytest.approx(value) if type(value) is float else value)


@pytest.mark.parametrize(
    "text",
    ["gone > 1", "gone + 1", "gone == None", "not gone", "nope == 1", "gone and on", "gone or false", "-gone",
     "1 < gone", "gone in (1, 2)", "3 in (1, gone)", "3 not in (1, null)", "len(gone)", "1 if gone else 2",
     "errors / 0", "errors % 0", "errors // 0", "agency > 3", "agency * 1000000000", "nan > 1", "huge > 1",
     "9999999999 ** 60", "2 ** 65", "(-8) ** 0.5", "1e308 * 10", "'%s' % agency", "agency - 1", "begun - 1",
     "round(errors, 999)", "(1, 2)", "rate < 'a'", "len(3)"],
)  # fmt: skip
def test_what_cannot_be_known_is_null(text: str) -> None:
    assert compile_expression(text).evaluate(ROW) is None
    assert not compile_expression(text).holds(ROW)


def test_and_and_or_know_what_one_side_settles() -> None:
    assert compile_expression("gone > 1 and errors > 100").evaluate(ROW) is False
    assert compile_expression("errors > 100 and gone > 1").evaluate(ROW) is False
    assert compile_expression("gone > 1 or errors == 3").evaluate(ROW) is True
    assert compile_expression("gone is None or gone > 1").holds(ROW)


def test_only_true_holds() -> None:
    assert not compile_expression("requests").holds(ROW)
    assert compile_expression("requests > 0").holds(ROW)


def test_the_columns_an_expression_reads_are_known_before_any_row() -> None:
    assert compile_expression("max(a, b) > 1 and c in ('x', d) or true").names == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("agency.lower()", "attribute"),
        ("a.__class__", "attribute"),
        ("a[0]", "refused"),
        ("__import__('os')", "function"),
        ("(lambda: 1)()", "refused"),
        ("[x for x in y]", "refused"),
        ("f'{a}'", "refused"),
        ("{'a': 1}", "refused"),
        ("a := 1", "assigns"),
        ("a = 1", "assigns"),
        ("a & b", "refused"),
        ("b'x'", "refused"),
        ("max(*a)", "refused"),
        ("round(a, ndigits=1)", "refused"),
        ("max(1)", "arguments"),
        ("fooo(1)", "function"),
        ("(", "syntax"),
        ("a >", "syntax"),
        ("a; b", "syntax"),
        ("a\x00b", "syntax"),
        ("  ", "empty"),
        ("1+" * 1500 + "1", "long"),
        ("-" * 500 + "1", "deep"),
        ("(" * 900 + "1" + ")" * 900, "syntax"),
    ],
)
def test_what_is_not_allowed_is_refused_when_the_layout_is_loaded(text: str, identifier: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert caught.value.message.id == f"layout.expression_{identifier}"
    assert str(caught.value)


def test_an_expression_may_stand_on_several_lines() -> None:
    assert compile_expression("rate > 0.03\n and\n requests >= 100\n").holds(ROW)


def test_a_thousand_rows_and_three_rules_cost_little() -> None:
    rules = [compile_expression(f"rate > 0.0{i} and requests >= 100") for i in (1, 2, 3)]
    best = min(_took(lambda: [rule.holds(ROW) for rule in rules for _ in range(1000)]) for _ in range(3))
    assert best < 0.045  # 15 µs each; measured about 3


def _took(work: object) -> float:
    begun = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - begun
