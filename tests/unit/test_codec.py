"""Values as JSON and back: every type is what it was, and what is not ours does no harm."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from situationroom.codec import Json, decode, encode, readable, same, same_facts
from situationroom.values import Duration, Value

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")

VALUES: tuple[Value, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(10**310),
    10**6000,
    0.0,
    -0.0,
    0.1,
    1e308,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
    Duration(3600),
    Duration(-0.00085),
    Duration(1 / 3),
    Decimal(0),
    Decimal("0.30"),
    Decimal("-0"),
    Decimal("1E+1000"),
    Decimal("123456789012345678901234567890.123456789"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    "",
    "한글",
    "true",
    "0.30",
    "2024-09-20",
    "2024-09-20T09:00:00+09:00",
    '{"$decimal": "1"}',
    "\ud800 half a character",
    "\x00\x1b[31m\u202e",
    "$decimal",
    date(2024, 9, 20),
    date.min,
    date.max,
    datetime(2024, 9, 20, 9, 0, tzinfo=SEOUL),
    datetime(2024, 9, 20, 9, 0, 0, 1, tzinfo=UTC),
    datetime(2024, 10, 27, 2, 30, fold=0, tzinfo=BERLIN),
    datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN),
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-9))),
    datetime(1907, 1, 1, tzinfo=timezone(timedelta(hours=8, minutes=27, seconds=52))),
    datetime(2024, 9, 20, 9, 0),
)


def through_text(value: object) -> object:
    """Encoded, written, read and decoded, as the journal does it."""
    text = json.dumps(encode(value), ensure_ascii=False, allow_nan=False)
    return decode(json.loads(text.encode("utf-8")))


@pytest.mark.parametrize(
    "value", VALUES, ids=lambda value: ascii(value)[:40] if not isinstance(value, int) else hex(value)[:20]
)
def test_every_value_comes_back_with_its_type_and_its_digits(value: Value) -> None:
    back = through_text(value)
    assert type(back) is type(value)
    assert same(back, value)
    if isinstance(value, (float, Decimal)):
        assert str(back) == str(value)  # its sign and its zeros, too
    if isinstance(value, datetime):
        assert isinstance(back, datetime)
        assert back.utcoffset() == value.utcoffset()


def test_rows_and_nested_facts_come_back_whole() -> None:
    facts = {
        "steps": [
            {"step": "route", "before": {"value": Decimal("0.30")}, "after": {"value": date(2024, 9, 20)}},
            {"step": "none", "before": {}, "after": {"value": None}},
        ],
        "mark": "run",
        "": {"empty name": 1},
    }
    assert through_text(facts) == facts
    assert through_text((1, (2.5, "x"))) == [1, [2.5, "x"]]


@pytest.mark.parametrize(
    "mapping",
    [
        {"$decimal": "1"},
        {"$date": "2024-09-20", "other": 1},
        {"$map": []},
        {"$": None},
        {"$ref": {"$ref": {"$float": "nan"}}},
        {"\ud800": 1},
    ],
)
def test_a_mapping_that_looks_like_one_of_ours_stays_what_it_is(mapping: dict[str, object]) -> None:
    assert through_text(mapping) == mapping


@pytest.mark.parametrize(
    "foreign",
    [
        {"$decimal": "twelve"},
        {"$decimal": 12},
        {"$datetime": "yesterday"},
        {"$date": ["2024"]},
        {"$int": "0xzz"},
        {"$float": {}},
        {"$text": "no json"},
        {"$text": "5"},
        {"$map": "x"},
        {"$map": [[1, 2, 3]]},
        {"$map": [7]},
        {"$unknown": "tag"},
        {"$decimal": "1", "$date": "2"},
    ],
)
def test_json_that_is_not_ours_is_left_as_it_stands(foreign: Json) -> None:
    assert decode(foreign) == foreign


def test_what_older_journals_hold_reads_as_the_text_it_is() -> None:
    old: Json = {"value": "0.30", "at": "2024-09-20T09:00:00+09:00", "count": 3, "on": True, "none": None}
    assert decode(old) == old


def test_people_and_their_programs_read_no_tags() -> None:
    facts = {
        "amount": Decimal("0.30"),
        "day": date(2024, 9, 20),
        "odd": math.nan,
        "half": "\ud800",
        "rows": [1, None, True],
    }
    plain = {
        "amount": "0.30",
        "day": "2024-09-20",
        "odd": "nan",
        "half": "\\ud800",
        "rows": [1, None, True],
    }
    assert readable(encode(facts)) == plain


def test_what_is_no_value_is_kept_as_its_text() -> None:
    assert through_text({"path": object}) == {"path": str(object)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("0.30"), 0.3),
        (Decimal("0.1"), 0.1),
        (1, Decimal("1.00")),
        ("0.3", Decimal("0.30")),
        ("true", True),
        ("12", 12),
        ("2024-09-20", date(2024, 9, 20)),
        ("2024-09-20T00:00:00+00:00", datetime(2024, 9, 20, 9, tzinfo=SEOUL)),
        (datetime(2024, 9, 20, tzinfo=UTC), datetime(2024, 9, 20, 9, tzinfo=SEOUL)),
        (Decimal("NaN"), math.nan),
    ],
)
def test_values_that_mean_the_same_are_the_same_in_either_order(one: Value, other: Value) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (0.1, 0.3),
        (10**4000, 10**4000 + 1),
        (None, ""),
        (None, "None"),
        (None, 0),
        ("True", True),
        ("x", 1),
        ("", date(2024, 9, 20)),
        (date(2024, 9, 20), datetime(2024, 9, 20, tzinfo=UTC)),
        (
            datetime(2024, 10, 27, 2, 30, fold=0, tzinfo=BERLIN),
            datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN),
        ),
        (Decimal("NaN"), Decimal(1)),
    ],
)
def test_values_that_mean_something_else_are_not_the_same(one: Value, other: Value) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_facts_are_the_same_by_name_and_value() -> None:
    assert same_facts({"a": Decimal("1.0"), "b": "x"}, {"b": "x", "a": 1})
    assert not same_facts({"a": 1}, {"a": 1, "b": None})
    assert not same_facts({"a": 1}, {"b": 1})
