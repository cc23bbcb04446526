"""The small parts of firing: states, inputs, statements, pace, secrets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from situationroom.actions.inputs import checked, without_choices
from situationroom.actions.machine import UNDER_WAY, WAYS, IllegalTransition, step
from situationroom.actions.masking import HIDDEN, Mask
from situationroom.actions.pace import Pace, Speed
from situationroom.actions.statement import Query, Statement
from situationroom.actions.toggle import ToggleOptions
from situationroom.errors import ActionDenied
from situationroom.i18n import LANGUAGES, say
from situationroom.journal import Kind
from situationroom.layout.models import ActionSpec, InputSpec
from situationroom.values import FeedState, Message, Reading, RunState, Value

NINE = datetime(2024, 9, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))


def no_feed(name: str) -> FeedState:
    raise AssertionError(f"nobody should look at {name}")


def feed_of(*codes: str, age_s: float = 0.0) -> Callable[[str], FeedState]:
    then = NINE - timedelta(seconds=age_s)
    reading = Reading("errors", 1, then, then, 0.0, ("code",), tuple({"code": code} for code in codes))
    return lambda name: FeedState(name, 5, 15, reading)


# states


def test_every_state_has_its_ways_and_ended_ones_have_none() -> None:
    assert set(WAYS) == set(RunState)
    assert {state for state in RunState if not WAYS[state]} == {state for state in RunState if state.ended}
    assert not any(state.ended for state in UNDER_WAY)


def test_no_way_leads_to_running_but_through_preview_confirmation_and_claim() -> None:
    def before(state: RunState) -> set[RunState]:
        return {start for start, ends in WAYS.items() if state in ends}

    assert before(RunState.RUNNING) == {RunState.CLAIMED}
    assert before(RunState.CLAIMED) == {RunState.CONFIRMED}
    assert before(RunState.CONFIRMED) == {RunState.PREVIEWED, RunState.AWAITING}
    assert before(RunState.AWAITING) == {RunState.PREVIEWED}
    assert before(RunState.PREVIEWED) == {RunState.ASKED}


def test_an_illegal_transition_is_an_error_of_the_program() -> None:
    assert step(RunState.ASKED, RunState.PREVIEWED) is RunState.PREVIEWED
    with pytest.raises(IllegalTransition):
        step(RunState.PREVIEWED, RunState.RUNNING)
    with pytest.raises(IllegalTransition):
        step(RunState.DONE, RunState.RUNNING)


def test_every_kind_of_journal_entry_has_a_name_in_both_languages() -> None:
    for kind in Kind:
        for lang in LANGUAGES:
            assert say(f"journal.kind_{kind}", lang) != f"journal.kind_{kind}"


# confirmation


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, "press"),
        ({"confirm": "type"}, "type"),
        ({"risk": "high"}, "type"),
        ({"risk": "high", "confirm": "press"}, "type"),
    ],
)
def test_confirmation_is_never_below_what_the_risk_demands(options: dict[str, str], wanted: str) -> None:
    assert ActionSpec.model_validate({"kind": "toggle", **options}).confirmation == wanted


# inputs


def check(spec: dict[str, object], *given: Value, feed: Callable[[str], FeedState] = no_feed) -> Value:
    inputs = {"x": InputSpec.model_validate(spec)}
    return checked(inputs, {"x": given[0]} if given else {}, feed, NINE)["x"]


@pytest.mark.parametrize(
    ("spec", "given", "wanted"),
    [
        ({}, "'; drop table reference; --", "'; drop table reference; --"),
        ({"type": "number"}, "12", 12),
        ({"type": "number"}, "1,234", 1234),
        ({"type": "number"}, "0.10", Decimal("0.10")),
        ({"type": "number"}, 7, 7),
        ({"optional": True}, "", None),
        ({"default": "a"}, None, "a"),
        ({"choices": ["a", "b"]}, "b", "b"),
    ],
)
def test_values_are_read_as_their_input_says(spec: dict[str, object], given: Value, wanted: Value) -> None:
    value = check(spec, given)
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("spec", "given", "why"),
    [
        ({}, "", "input_missing"),
        ({}, "a\0b", "input_unusable"),
        ({}, "\udc80", "input_unusable"),
        ({}, "x" * 10_001, "input_too_long"),
        ({"type": "number"}, "1; drop", "input_not_a_number"),
        ({"type": "number"}, "NaN", "input_not_a_number"),
        ({"type": "number"}, "1e999", "input_not_a_number"),
        ({"choices": ["a", "b"]}, "c", "input_not_a_choice"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_the_reason(
    spec: dict[str, object], given: Value, why: str
) -> None:
    with pytest.raises(ActionDenied) as caught:
        check(spec, given)
    assert caught.value.message.id == f"actions.{why}"


def test_an_unknown_input_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ActionDenied) as caught:
        checked({"code": InputSpec()}, {"cod": "E1"}, no_feed, NINE)
    assert caught.value.message.values["near"] == "code"


def test_choices_from_a_feed_are_its_present_values_and_none_when_it_is_stale() -> None:
    spec: dict[str, object] = {"from": {"feed": "errors", "column": "code"}, "optional": True}
    assert check(spec, "E02", feed=feed_of("E01", "E02")) == "E02"
    assert check(spec, feed=feed_of("E01")) is None
    with pytest.raises(ActionDenied) as caught:
        check(spec, "E03", feed=feed_of("E01", "E02"))
    assert caught.value.message.id == "actions.input_not_a_choice"
    with pytest.raises(ActionDenied) as caught:
        check(spec, "E02", feed=feed_of("E01", "E02", age_s=60))
    assert caught.value.message.id == "actions.feed_not_fresh"


# statements


def test_a_statement_binds_values_by_name_and_shows_them_beside_its_text() -> None:
    statement = Statement(sql="update t set a = $1 where b = $2 and c = $1", args=("a", "pin"))
    names: dict[str, Value] = {"a": "x'; --", "pin": "1234", "other": 1}
    assert statement.bound(names) == ("x'; --", "1234")
    shown = statement.shown(names, {"pin"})
    assert shown.startswith(statement.sql)
    assert "-- $1 a = x'; --" in shown
    assert "1234" not in shown


def test_the_arguments_of_a_statement_are_shown_as_sql_knows_them() -> None:
    statement = Statement(sql="update t set a = $1, b = $2, c = $3, d = $4", args=("a", "b", "c", "d"))
    shown = statement.shown({"a": True, "b": False, "c": None, "d": 12_430}, ())
    assert shown.splitlines()[1:] == [
        "-- $1 a = true",
        "-- $2 b = false",
        "-- $3 c = NULL",
        "-- $4 d = 12430",
    ]


@pytest.mark.parametrize(
    ("sql", "args"),
    [("select $1", ()), ("select 1", ("a",)), ("select $2", ("a",)), ("select '$1'", ("a",))],
)
def test_a_statement_whose_places_and_names_differ_is_refused(sql: str, args: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        Statement(sql=sql, args=args)


def test_dollars_in_texts_and_comments_are_no_places() -> None:
    Statement(sql="select '$5', $tag$ $6 $tag$, \"$7\", $1 -- $8\n/* $9 */", args=("a",))


def test_a_query_may_not_use_what_only_a_run_has() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Query).validate_python({"sql": "select $1", "args": ["run"]})


def test_a_toggle_whose_two_values_are_one_is_refused() -> None:
    common = {"state": {"sql": "select 1"}, "set": {"sql": "select 1"}}
    ToggleOptions.model_validate({**common, "on_value": "Y", "off_value": "N"})
    with pytest.raises(ValidationError):
        ToggleOptions.model_validate({**common, "on_value": "Y", "off_value": "Y"})


# pace


def test_a_pace_is_never_faster_than_its_rate_and_does_not_catch_up() -> None:
    pace, now, started = Pace(), 0.0, list[float]()
    for step_s in (0.01, 0.01, 5.0, 0.01, 0.01):
        now += pace.wait_s(now, 1000.0)
        pace.begin(200, now)
        started.append(now)
        now += step_s
    gaps = [after - before for before, after in pairwise(started)]
    assert min(gaps) >= 0.2 - 1e-9
    assert gaps[0] == pytest.approx(0.2)


def test_without_a_rate_nobody_waits() -> None:
    pace = Pace()
    pace.begin(10_000, 0.0)
    assert pace.wait_s(0.0, None) == 0.0
    assert pace.size(200, None) == 200


def test_a_changed_rate_holds_for_what_was_begun_already() -> None:
    pace = Pace()
    pace.begin(200, 10.0)
    assert pace.wait_s(10.0, 1.0) == 200.0
    assert pace.wait_s(15.0, 100.0) == 0.0
    assert pace.wait_s(10.5, 100.0) == 1.5


def test_a_limited_run_takes_no_more_at_once_than_a_second_gives() -> None:
    assert [Pace().size(200, rate) for rate in (0.1, 30.0, 1_000.0)] == [1, 30, 200]


def test_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    for second in range(1, 31):
        speed.mark(second, second * 100 if second < 15 else 1_400)
    assert speed.per_s() == 0.0
    assert Speed().per_s() == 0.0


# secrets


def test_a_secret_is_hidden_wherever_it_turns_up() -> None:
    inputs = {"pin": InputSpec(secret=True), "memo": InputSpec()}
    mask = Mask(inputs, {"pin": "s3cret", "memo": "plain", "typo": "s3cret"})
    assert mask.values() == {"pin": HIDDEN, "memo": "plain"}
    inner = Message("x.y", {"detail": 'invalid input: "s3cret"'})
    hidden = mask.message(Message("a.b", {"why": inner, "list": ["s3cret", 1], "n": 5}))
    assert "s3cret" not in repr(hidden)
    assert hidden.values["n"] == 5


def test_a_secret_figure_is_hidden_too() -> None:
    mask = Mask({"pin": InputSpec(secret=True, type="number")}, {"pin": 4321})
    assert mask.hide({"code": 4321, "text": "was 4321", "other": 1}) == {
        "code": HIDDEN, "text": f"was {HIDDEN}", "other": 1,
    }  # fmt: skip


# what a run was, once its choices are gone


@pytest.mark.parametrize("type_", ["text", "number", "date", "reason", "choice"])
def test_an_input_without_its_choices_keeps_its_type_unless_that_was_to_choose(type_: str) -> None:
    spec = InputSpec.model_validate({"type": type_, **({"choices": ["A"]} if type_ == "choice" else {})})
    assert without_choices(spec).type == ("text" if type_ == "choice" else type_)
    assert not without_choices(spec).chosen
