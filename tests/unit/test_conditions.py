"""Conditions of actions: what they know besides a feed's rows, and what a person is told of their figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from situationroom.actions.knowing import judged
from situationroom.actions.measured import brake_halts, brake_now, figures
from situationroom.catalog import catalog
from situationroom.errors import LayoutError
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.conditions import NOTHING, Given, compile_condition
from situationroom.layout.load import load
from situationroom.layout.models import FeedCondition, Layout
from situationroom.paint.words import RoomWords
from situationroom.values import FeedState, Reading, Row, Value

KAIT: Row = {"agency": "KAIT", "error_rate": 0.427, "requests": 980}
SGI: Row = {"agency": "SGI", "error_rate": 0.004, "requests": 1_204}
BOTH = (KAIT, SGI)


@pytest.mark.parametrize(
    ("text", "given", "met"),
    [
        ("agency == $agency and error_rate > 0.1", Given({"agency": "KAIT"}), True),
        ("agency == $agency and error_rate > 0.1", Given({"agency": "SGI"}), False),
        ("agency == $agency", Given({"agency": None}), None),
        ("agency == $agency", NOTHING, None),
        ("$agency is None or agency == $agency", Given({"agency": None}), True),
        ("error_rate < $agency.error_rate", Given({}, {"agency": {"error_rate": 0.1}}), True),
        ("error_rate < $agency.error_rate", Given({}, {"agency": {"error_rate": 0.001}}), False),
        ("error_rate < $agency.error_rate", Given({"agency": "KAIT"}), None),
        ("requests >= $least and requests < $most", Given({"least": Decimal(900), "most": 1_000}), True),
        ("agency == '$agency'", Given({"agency": "KAIT"}), False),
        ('agency == "it\'s $agency" or agency == $agency', Given({"agency": "SGI"}), True),
        ("agency == $기관", Given({"기관": "KAIT"}), True),
        ("given_0 == $agency", Given({"agency": "KAIT"}), None),
    ],
)
def test_a_condition_knows_what_was_chosen(text: str, given: Given, met: bool | None) -> None:
    assert compile_condition(text).some(BOTH, given) is met


def test_the_columns_of_a_condition_are_those_of_the_feed_alone() -> None:
    condition = compile_condition("agency == $agency and count < $code.count")
    assert condition.columns == {"agency", "count"}
    assert condition.places == (("agency", ""), ("code", "count"))


@pytest.mark.parametrize(
    ("none", "rows", "met"),
    [
        ("agency == $agency", BOTH, False),
        ("agency == $agency", (SGI,), True),
        ("agency == $agency", (), True),
        ("agency == $agency", ({"agency": None},), None),
        ("agency == $agency", ({"agency": None}, KAIT), False),
    ],
)
def test_no_row_may_meet_a_condition_and_an_unknown_one_might(
    none: str, rows: tuple[Row, ...], met: bool | None
) -> None:
    assert judged(FeedCondition(feed="agencies", none=none), rows, Given({"agency": "KAIT"})) is met


ROOM = """
room: 방
sources:
  db: {type: postgres, dsn: "postgresql://u@h/d"}
feeds:
  agencies: {source: db, sql: "select 1", key: agency}
  queue: {source: db, sql: "select 1", key: code}
panels:
  agencies:
    type: board
    feed: agencies
    title: 대외기관
    columns: [agency, error_rate, {column: requests, title: 요청/분}]
  queue: {type: queue, feed: queue, title: 큐, count: count}
  codes:
    type: table
    feed: queue
    columns:
      - {column: 처리, title: 분당 처리}
      - {column: 유입, title: 분당 유입}
      - {column: fund, title: 잔액, figure: money}
actions:
  act:
    kind: KIND
    source: db
    MORE
    inputs: {agency: {}, code: {from: {feed: queue, column: code}}, word: {secret: true}}
"""

TOGGLE = 'state: {sql: "select true"}\n    set: {sql: "update flag set yn = $1", args: [value]}'
SQL = 'preview: {sql: "select 1"}\n    run: {sql: "delete from flag"}\n    max_rows: 1'
SWITCH = TOGGLE.replace("set:", "choices: [A, B]\n    set:")
KINDS = {"toggle": TOGGLE, "sql": SQL, "switch": SWITCH}


def loaded(folder: Path, more: str, kind: str = "toggle") -> Layout:
    path = folder / "room.yaml"
    path.write_text(ROOM.replace("KIND", kind).replace("MORE", f"{KINDS[kind]}\n    {more}"), "utf-8")
    return load(path, catalog(folder), {})


@pytest.mark.parametrize(
    ("kind", "more", "where", "said"),
    [
        ("toggle", "verify: {feed: queue, when: 'code == $kode'}", "verify.when", "$kode"),
        ("toggle", "when: {feed: queue, none: 'code == $word'}", "when[0].none", "$word"),
        ("toggle", "verify: {feed: queue, when: 'count < $agency.count'}", "verify.when", "$agency.count"),
        ("toggle", "verify: {feed: queue}", "verify", "none"),
        ("toggle", "verify: {feed: queue, when: 'a > 1', none: 'a > 1'}", "verify", "none"),
        ("toggle", "verify: {feed: queue, when: 'a > 1', settle: 2m}", "verify", "settle"),
        ("toggle", "verify: {}", "verify", "on"),
        ("toggle", "verify: {on: {feed: quue, when: 'a > 1'}}", "verify.on.feed", "queue"),
        ("toggle", "verify: {onn: {feed: queue, when: 'a > 1'}}", "verify.onn", "on"),
        ("toggle", "verify: {to: {A: {feed: queue, when: 'a > 1'}}}", "verify.to", "toggle"),
        ("switch", "verify: {on: {feed: queue, when: 'a > 1'}}", "verify.on", "switch"),
        ("sql", "verify: {off: {feed: queue, when: 'a > 1'}}", "verify.off", "sql"),
        ("sql", "verify: {feed: queue, when: 'a > $value'}", "verify.when", "$value"),
        ("toggle", "when: {feed: queue, when: 'a > $value'}", "when[0].when", "$value"),
        ("toggle", "verify: {feed: queue, when: 'a > $'}", "verify.when", ""),
    ],
)
def test_what_a_condition_can_never_know_is_refused_at_its_place(
    tmp_path: Path, kind: str, more: str, where: str, said: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        loaded(tmp_path, more, kind)
    for lang in LANGUAGES:
        (problem,) = (one.text(lang) for one in caught.value.problems)
        assert f"actions.act.{where}" in problem
        assert said in problem


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("toggle", "verify: {on: {feed: queue, when: 'a == $value'}, off: {feed: queue, none: 'a > 1'}}"),
        ("switch", "verify: {to: {A: {feed: queue, when: 'count < $code.count', settle: 5s}}}"),
        ("sql", "when: [{feed: queue, none: 'code == $code'}, {feed: agencies, when: 'agency == $agency'}]"),
    ],
)
def test_what_a_condition_may_know_is_taken(tmp_path: Path, kind: str, more: str) -> None:
    loaded(tmp_path, more, kind)


# what a person is told


def feed(name: str, key: str, *rows: Row) -> FeedState:
    at = datetime(2024, 9, 20, tzinfo=UTC)
    return FeedState(name, 5.0, 15.0, Reading(name, 1, at, at, 0.0, (), rows), key_columns=(key,))


def told(
    folder: Path, condition: FeedCondition, *rows: Row, halts: bool = False, values: Mapping[str, Value] = {}
) -> str:
    words = RoomWords(loaded(folder, ""))
    state = feed(condition.feed, "agency" if condition.feed == "agencies" else "code", *rows)
    say_it = brake_halts if halts else brake_now
    return say(say_it(condition, state, Given(values), words), "ko")


AGENCY = "(agency == 'KAIT' or agency == 'SGI') and error_rate > 0.10 and requests >= 100"


@pytest.mark.parametrize(
    ("text", "rows", "said"),
    [
        (AGENCY, (SGI,), "브레이크: SGI 오류율 0.4 % (10 % 넘으면 멈춤)"),
        (AGENCY, BOTH, "브레이크: KAIT 오류율 42.7 %, SGI 오류율 0.4 % (10 % 넘으면 멈춤)"),
        (AGENCY, ({**KAIT, "requests": 50},), "브레이크: KAIT 오류율 42.7 % · 요청/분 50 (10 % 넘으면 멈춤)"),
        ("0.05 <= error_rate", (SGI,), "브레이크: SGI 오류율 0.4 % (5 % 이상이면 멈춤)"),
        (
            "agency == $agency and error_rate > 0.1",
            BOTH,
            "브레이크: KAIT 오류율 42.7 % (10 % 넘으면 멈춤)",
        ),
        (
            "error_rate > 0.1 or requests < 10",
            (SGI,),
            "브레이크: SGI 오류율 0.4 % (10 % 넘으면 멈춤) · SGI 요청/분 1,204 (10 밑으로 내려가면 멈춤)",
        ),
        ("agency == 'X'", BOTH, "브레이크: 대외기관 피드가 이렇게 되면 멈춤 — agency == 'X'"),
        (
            "error_rate > 0.1",
            ({"agency": "A", "error_rate": None},),
            "브레이크: 대외기관 피드가 이렇게 되면 멈춤 — error_rate > 0.1",
        ),
    ],
)
def test_a_brake_says_what_it_measures_and_where_it_halts(
    tmp_path: Path, text: str, rows: tuple[Row, ...], said: str
) -> None:
    condition = FeedCondition(feed="agencies", when=text)
    assert told(tmp_path, condition, *rows, values={"agency": "KAIT"}) == said


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        (
            "처리 < 유입",
            {"code": "E1", "처리": 3, "유입": 9},
            "E1 분당 처리 3 (분당 유입 9 밑으로 내려가면 멈춤)",
        ),
        (
            "fund <= 50000000",
            {"code": "E1", "fund": Decimal(128_400_000)},
            "E1 잔액 1억 2,840만원 (5,000만원 이하면 멈춤)",
        ),
    ],
)
def test_figures_of_a_brake_are_written_as_on_the_panels(
    tmp_path: Path, text: str, row: Row, said: str
) -> None:
    assert told(tmp_path, FeedCondition(feed="queue", when=text), row) == f"브레이크: {said}"


def test_a_brake_that_halts_says_the_figure_that_did_it(tmp_path: Path) -> None:
    condition = FeedCondition(feed="agencies", when=AGENCY)
    assert told(tmp_path, condition, *BOTH, halts=True) == "브레이크: KAIT 오류율 42.7 % (10 % 넘음)"


def test_many_rows_are_told_by_those_nearest_to_the_limit(tmp_path: Path) -> None:
    rows: list[Row] = [{"agency": f"A{place}", "error_rate": place / 100} for place in range(9)]
    shown = told(tmp_path, FeedCondition(feed="agencies", when="error_rate > 0.1"), *rows)
    assert shown == "브레이크: A8 오류율 8.0 %, A7 오류율 7.0 %, A6 오류율 6.0 % (10 % 넘으면 멈춤)"


def test_figures_alone_are_told_where_something_was_not_seen(tmp_path: Path) -> None:
    words = RoomWords(loaded(tmp_path, ""))
    state = feed("agencies", "agency", *BOTH)
    condition = FeedCondition(feed="agencies", when="agency == 'KAIT' and error_rate < 0.03")
    assert figures(condition, state, NOTHING, words) == "KAIT 오류율 42.7 %"
    assert figures(FeedCondition(feed="agencies", none="error_rate > 1"), state, NOTHING, words) == ""
