"""Inputs of actions: what may be given, what is said at the field, what a selected row fills in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from situationroom.actions.choices import Choice
from situationroom.actions.inputs import checked, defaults, prefill
from situationroom.errors import InputProblem
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.models import InputSpec
from situationroom.values import FeedState, Value

NINE = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))
BANKS = (Choice("WOORI", "우리은행", present=True), Choice("SHINHAN", "신한은행"))


def no_feed(name: str) -> FeedState:
    raise AssertionError(f"nobody should look at {name}")


def check(spec: dict[str, object], given: Value, choices: tuple[Choice, ...] | None = None) -> Value:
    inputs = {"x": InputSpec.model_validate(spec)}
    offered = {} if choices is None else {"x": choices}
    return checked(inputs, {"x": given}, no_feed, NINE, offered)["x"]


@pytest.mark.parametrize(
    ("spec", "given", "wanted"),
    [
        ({"type": "number", "min": 1, "max": "10.5"}, "10.5", Decimal("10.5")),
        ({"type": "date"}, "2024-09-01", date(2024, 9, 1)),
        ({"type": "date"}, "오늘", date(2024, 9, 20)),
        ({"type": "date"}, "yesterday", date(2024, 9, 19)),
        ({"type": "date", "default": "today"}, "", date(2024, 9, 20)),
        ({"type": "reason"}, "고객 요청", "고객 요청"),
        ({"type": "reason", "required": False}, "", None),
        ({"max_length": 3}, "가나다", "가나다"),
    ],
)
def test_values_are_read_as_their_type_says(spec: dict[str, object], given: Value, wanted: Value) -> None:
    value = check(spec, given)
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("spec", "given", "why"),
    [
        ({"type": "number", "min": 1}, "0.99", "input_too_small"),
        ({"type": "number", "max": 10}, "11", "input_too_large"),
        ({"type": "number", "default": "5", "max": 4}, "", "input_too_large"),
        ({"type": "number"}, "nan", "input_not_a_number"),
        ({"type": "date"}, "2024-13-01", "input_not_a_date"),
        ({"type": "date"}, "'; drop table", "input_not_a_date"),
        ({"type": "reason", "required": True}, "  \n", "input_missing"),
        ({"max_length": 3}, "가나다라", "input_too_long"),
        ({}, "a\0b", "input_unusable"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(spec: dict[str, object], given: Value, why: str) -> None:
    with pytest.raises(InputProblem) as caught:
        check({"title": "항목", **spec}, given)
    assert caught.value.field == "x"
    assert caught.value.message.id == f"actions.{why}"
    for lang in LANGUAGES:
        assert "'항목'" in say(caught.value.message, lang)


def test_a_choice_is_made_by_its_value_or_its_title_and_gives_the_value() -> None:
    assert check({}, "SHINHAN", BANKS) == "SHINHAN"
    assert check({}, "신한은행", BANKS) == "SHINHAN"


@pytest.mark.parametrize(("given", "why"), [("우리은행", "is_present"), ("KB' or '1", "input_not_a_choice")])
def test_what_is_present_or_not_offered_cannot_be_chosen(given: str, why: str) -> None:
    with pytest.raises(InputProblem) as caught:
        check({}, given, BANKS)
    assert caught.value.message.id == f"actions.{why}"


def test_a_value_wins_over_anothers_title() -> None:
    choices = (Choice("1", "2"), Choice("2", "1"))
    assert check({}, "1", choices) == "1"


def test_a_selected_row_fills_the_inputs_bound_to_its_feed_as_text() -> None:
    inputs = {
        "code": InputSpec.model_validate({"from": {"feed": "errors", "column": "code"}}),
        "count": InputSpec.model_validate({"from": {"feed": "errors", "column": "n"}}),
        "agency": InputSpec.model_validate({"from": {"feed": "agencies", "column": "agency"}}),
        "empty": InputSpec.model_validate({"from": {"feed": "errors", "column": "none"}}),
        "note": InputSpec(),
    }
    row: dict[str, Value] = {"code": "'; drop --", "n": 3, "agency": "KAIT", "none": None, "note": "x"}
    assert prefill(inputs, "errors", row) == {"code": "'; drop --", "count": "3"}


def test_defaults_are_read_as_given_values_are() -> None:
    inputs = {
        "day": InputSpec(type="date", default="yesterday"),
        "count": InputSpec(type="number", default="7"),
        "none": InputSpec(optional=True),
    }
    assert defaults(inputs, NINE) == {"day": (NINE - timedelta(days=1)).date(), "count": 7, "none": None}


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "choice"},
        {"type": "text", "min": 1},
        {"type": "number", "min": 3, "max": 2},
        {"required": True, "optional": True},
        {"max_length": 0},
    ],
)
def test_an_input_that_contradicts_itself_is_a_load_error(entry: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        InputSpec.model_validate(entry)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("1000", 1000), ("1,000", 1000), (" -12,345,678.50 ", Decimal("-12345678.50")), ("+7", 7),
     ("0.5", Decimal("0.5"))],
)  # fmt: skip
def test_a_number_is_written_in_plain_digits(given: str, wanted: Value) -> None:
    assert check({"type": "number"}, given) == wanted


@pytest.mark.parametrize(
    "given",
    ["1_000", "１２", "1e3", "٣", "१२", "1,00", "1,0000", ",5", "1,5", ".5", "5.",
     "0x10", "1 000", "--1", "∞", "½", "inf"],
)  # fmt: skip
def test_what_only_a_program_takes_for_a_number_is_refused(given: str) -> None:
    with pytest.raises(InputProblem) as caught:
        check({"type": "number"}, given)
    assert caught.value.message.id == "actions.input_not_a_number"
    assert "1,000" in str(caught.value)
