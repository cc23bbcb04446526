"""Parts of the sources that need no server: waits, limits, what a layout may say."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from pydantic import BaseModel, ValidationError

from situationroom.errors import VouchedError
from situationroom.sources.http import HttpOptions, HttpQuestion
from situationroom.sources.net.backoff import Backoff
from situationroom.sources.net.inbox import SAID_S, Inbox
from situationroom.sources.parse.texts import number_or_text
from situationroom.sources.pg import times
from situationroom.sources.pg.arguments import BadArgumentError, arguments
from situationroom.sources.pg.errors import explain
from situationroom.sources.pg.values import cell
from situationroom.sources.postgres import PostgresOptions, PostgresQuestion
from situationroom.sources.websocket import WebsocketOptions, WebsocketQuestion
from situationroom.values import Value

SEOUL = ZoneInfo("Asia/Seoul")


def test_waits_grow_from_a_tenth_of_a_second_to_a_quarter_of_a_minute_and_start_again() -> None:
    backoff = Backoff(Random(7))
    waits = [backoff.next_s() for _ in range(12)]
    assert waits[0] <= 0.1
    assert all(0.05 * 2**n <= wait <= 0.1 * 2**n for n, wait in enumerate(waits[:8]))
    assert all(7.5 <= wait <= 15 for wait in waits[8:])
    assert len(set(waits[8:])) > 1
    backoff.reset()
    assert backoff.next_s() <= 0.1


async def test_a_loss_is_told_for_a_while_and_then_forgotten() -> None:
    now = 0.0
    inbox = Inbox("@", keep=2, replace=False, backlog=1, now_s=lambda: now)
    for message in ("1", "2", "3", "{"):
        inbox.put(message)
    notes = {note.id: note.values["count"] for note in (await inbox.rows()).notes}
    assert notes == {"sources.ws_dropped": 3, "sources.ws_garbage": 1}
    now = SAID_S
    inbox.put("4")
    assert len((await inbox.rows()).notes) == 2
    now = SAID_S + 1
    assert (await inbox.rows()).notes == ()
    assert not inbox.news


async def test_a_large_backlog_keeps_its_order_and_is_bounded_in_size() -> None:
    inbox = Inbox("@", keep=5, replace=False, backlog=100_000, now_s=lambda: 0.0)
    for n in range(30):
        inbox.put(f'{{"n": {n}, "text": "{"x" * 1_000_000}"}}')
    first = asyncio.create_task(inbox.rows())
    await asyncio.sleep(0)
    inbox.put('{"n": 30, "text": ""}')
    answer = await inbox.rows()  # while the first is still reading
    await first
    assert [row["n"] for row in answer.rows] == [26, 27, 28, 29, 30]
    assert answer.notes[0].values["count"] == 15


@pytest.mark.parametrize(
    ("model", "entry", "reason"),
    [
        (PostgresOptions, {"dsn": "mysql://x"}, "sources.pg_bad_dsn"),
        (PostgresOptions, {"dsn": "postgresql://u:p/w@h:pw/x"}, "sources.pg_dsn_encode"),
        (HttpOptions, {"url": "ftp://x"}, "sources.bad_url"),
        (HttpOptions, {"url": "http://u:secret@x/"}, "sources.url_with_password"),
        (HttpOptions, {"url": "http://x", "headers": {"A": "b\r\nC: d"}}, "sources.bad_header"),
        (HttpQuestion, {"path": "//elsewhere/x"}, "sources.bad_http_path"),
        (HttpQuestion, {"path": "http://elsewhere/x"}, "sources.bad_http_path"),
        (HttpQuestion, {"rows": "a[*"}, "sources.bad_path"),
        (HttpQuestion, {"rows": "lenght(a)"}, "sources.path_function"),
        (HttpQuestion, {"rows": "[].{a: length(a, b)}"}, "sources.path_arguments"),
        (HttpQuestion, {"text": "(?P<a>x"}, "sources.bad_pattern"),
        (HttpQuestion, {"text": "(x)"}, "sources.no_groups"),
        (HttpQuestion, {"rows": "a", "csv": True}, "sources.one_way_to_read"),
        (HttpQuestion, {"json": {"a": 1}}, "sources.body_needs_post"),
        (WebsocketOptions, {"url": "http://x"}, "sources.bad_ws_url"),
        (WebsocketQuestion, {"rows": ""}, "sources.bad_path"),
    ],
)
def test_what_a_layout_says_wrongly_is_refused_with_a_sentence(
    model: type[BaseModel], entry: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(entry)
    detail = caught.value.errors()[0]
    error = detail.get("ctx", {}).get("error")
    identifier = error.message.id if isinstance(error, VouchedError) else str(error or detail["type"])
    assert identifier == reason
    assert "secret" not in str(caught.value)


def test_secrets_are_in_no_repr() -> None:
    secrets = [
        PostgresOptions(dsn="postgresql://u:hunter2@h/x"),
        HttpOptions.model_validate(
            {"url": "http://h", "headers": {"K": "hunter2"}, "auth": {"user": "u", "password": "hunter2"}}
        ),
        WebsocketOptions(url="ws://h", headers={"K": "hunter2"}),
    ]
    assert "hunter2" not in repr(secrets)
    assert "hunter2" not in str(secrets[1])


def test_one_channel_is_a_list_of_one() -> None:
    assert PostgresQuestion.model_validate({"sql": "select 1", "listen": "a"}).listen == ("a",)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-1.50", -1.5), ("1e3", 1000.0), ("010", "010"), ("", None), ("0", 0), ("1,000", "1,000"),
     ("9" * 30, "9" * 30), ("٣", "٣"), ("nan", "nan"), (" 7 ", 7)],
)  # fmt: skip
def test_only_what_json_would_write_is_a_number(text: str, value: Value) -> None:
    assert number_or_text(text) == value
    assert type(number_or_text(text)) is type(value)


def test_text_arguments_become_what_the_statement_wants() -> None:
    types = ["int8", "float8", "numeric", "bool", "timestamptz", "timestamp", "date", "interval", "text"]
    given: list[Value] = ["7", "1.5", 2.5, 0, "2024-09-20 09:00", datetime(2024, 9, 20, tzinfo=UTC),
                          datetime(2024, 9, 20, 20, tzinfo=UTC), "90", True]  # fmt: skip
    whole, real, exact, yes, moment, local, day, span, word = arguments(given, types, SEOUL)
    assert (whole, real, exact, yes) == (7, 1.5, Decimal("2.5"), False)
    assert isinstance(moment, tuple)
    assert isinstance(local, tuple)
    assert isinstance(day, tuple)
    assert times.moment(moment[0], UTC) == datetime(2024, 9, 20, tzinfo=UTC)
    assert times.local_moment(local[0], SEOUL) == datetime(2024, 9, 20, tzinfo=UTC)
    assert times.day(day) == date(2024, 9, 21)
    assert span == (0, 0, 90_000_000)
    assert word == "true"


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ("1.5", "int4"),
        ("inf", "int4"),
        ("", "numeric"),
        ("maybe", "bool"),
        ("x", "date"),
        ("nowhere", "inet"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_position(value: Value, type_name: str) -> None:
    with pytest.raises(BadArgumentError) as caught:
        arguments([None, value], ["text", type_name], SEOUL)
    assert caught.value.message.values["position"] == 2
    assert caught.value.message.values["type"] == type_name


@pytest.mark.parametrize(
    "text",
    ["infinity", "-infinity", "20240-03-15 09:00:00", "0044-03-15 23:59:59.5 BC", "0001-01-01 00:00:00 BC",
     "9999-12-31 23:59:59.999999", "0001-01-01 00:00:00", "4713-11-24 00:00:00 BC", "294276-12-31 00:00:00"],
)  # fmt: skip
def test_times_beyond_pythons_are_text_and_go_back_as_they_came(text: str) -> None:
    days = text.partition(" ")[0] + (" BC" if text.endswith("BC") else "")
    local, aware, day = arguments([text, text, days], ["timestamp", "timestamptz", "date"], SEOUL)
    assert isinstance(local, tuple)
    assert isinstance(aware, tuple)
    assert isinstance(day, tuple)
    assert times.local_moment(local[0], SEOUL) == text
    assert times.day(day) == days
    shown = times.moment(aware[0], SEOUL)
    assert isinstance(shown, str)
    assert (shown == text) == ("infinity" in text)
    assert arguments([shown], ["timestamptz"], UTC) == [aware]


@pytest.mark.parametrize("text", ["2024-02-30", "20240-13-01", "0000-01-01 BC", "24:00:00.000001", "12:60"])
def test_times_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadArgumentError):
        arguments([text], ["time" if ":" in text else "date"], SEOUL)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1, None, [2, "x"]], '[1,null,[2,"x"]]'),
        ((1, None, "x", True), "(1,,x,t)"),
        (("a,b", ""), '("a,b","")'),
        ([datetime(2024, 9, 20, tzinfo=UTC), date(2024, 9, 20)], '["2024-09-20 09:00:00","2024-09-20"]'),
        ([Decimal("1.50"), float("nan"), Decimal("Infinity")], '[1.50,"NaN","Infinity"]'),
        (asyncpg.Range(1, None), "[1,)"),
        (asyncpg.Range(empty=True), "empty"),
        (asyncpg.Range(datetime(2024, 9, 20, tzinfo=UTC), "infinity"), "[2024-09-20 09:00:00,infinity)"),
        ([asyncpg.Range(1, 3), asyncpg.Range(7, 9)], "{[1,3),[7,9)}"),
        (Decimal("NaN"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_values_of_several_parts_are_written_for_people(value: object, shown: str) -> None:
    assert cell(value, SEOUL) == shown


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (asyncpg.AdminShutdownError("terminating connection"), "sources.pg_shut_down"),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), "sources.lost"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, refused"), "sources.refused"),
        (OSError(113, "No route to host"), "sources.unreachable"),
        (asyncpg.InternalClientError("got result for unknown protocol state"), "sources.pg_not_postgres"),
        (OverflowError("year is out of range"), "sources.pg_unreadable_value"),
    ],
)
def test_every_trouble_has_its_sentence(error: Exception, reason: str) -> None:
    assert explain(error, 3).id == reason
