from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from situationroom.errors import LayoutError
from situationroom.layout.expressions import FUNCTIONS
from situationroom.layout.keys import key_name
from situationroom.layout.load import load
from tests.unit.layout_types import TYPES, ChartOptions, PostgresOptions, PostgresQuestion, layout, problems

NEAR_CODE = " — did you mean 'code'?"
SAME = " — all must have the same (. is empty)"

WHOLE = """\
room: 출시 상황실
opens: 2024-09-20 09:00
sources:
  kos: {type: postgres, dsn: "${DSN}", pool: 2, timeout: 1m30s}
feeds:
  act:
    source: kos
    every: 2s
    sql: |
      select 1
    key: [model, kind]
    derive: {rate: "errors / requests"}
panels:
  total: {type: chart, feed: act, title: 개통, lines: [total]}
  memo: {type: note, text: "메모"}
pages:
  상황: |
    total total memo
    total total .
  나머지:
    grid: memo
    columns: [2]
rules:
  r: {feed: act, warning: {when: "rate > 0.03", for: 30s}}
actions:
  skip: {kind: toggle, key: F2, source: kos, roles: operator, sql: "update x"}
people:
  kim: {name: 김운영, roles: [operator]}
keys: {share: Ctrl+S, help: F1}
"""


def test_a_whole_layout_becomes_frozen_values(tmp_path: Path) -> None:
    room = layout(tmp_path, WHOLE, {"DSN": "postgres://h/db"})
    assert room.sources["kos"].options == PostgresOptions(dsn="postgres://h/db", pool=2, timeout=90.0)
    assert room.feeds["act"].question == PostgresQuestion(sql="select 1\n")
    assert room.feeds["act"].key == ("model", "kind")
    assert room.panels["total"].options == ChartOptions(lines=("total",))
    assert room.pages["상황"].grid == (("total", "total", "memo"), ("total", "total", "."))
    assert room.pages["나머지"].columns == (2.0,)
    assert room.actions["skip"].key == "f2"
    assert room.actions["skip"].roles == ("operator",)
    assert room.keys == {"share": "ctrl+s", "help": "f1"}


def test_the_opening_time_is_in_the_rooms_time_zone(tmp_path: Path) -> None:
    room = layout(tmp_path, "{room: x, timezone: Asia/Seoul, opens: 2024-09-20 09:00}")
    assert room.opens is not None
    assert room.opens.utcoffset() == timedelta(hours=9)
    own = layout(tmp_path, "{room: x, opens: '2024-09-20T09:00+02:00'}")
    assert own.opens == datetime.fromisoformat("2024-09-20T09:00+02:00")
    assert problems(tmp_path, "{room: x, opens: tomorrow}") == [
        "1:18: opens: must be a time such as 2024-09-20 09:00, or ISO with its offset"
    ]


def test_every_problem_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
        room: 방
        lang: kr
        timezone: Asia/Soul
        sorces: {}
        sources:
          kos: {type: postgres, dsn: "postgres://h", timeout: 3}
          sgi: {type: postgre, dsn: "${SGI}"}
          net: {type: postgres, dsn: "${NET}", pool: "${POOL}"}
        feeds:
          act: {source: kos, sql: select 1, derive: {e: "a.b", f: "foo(1)"}}
          b: {source: kis, sql: x}
          c: {source: kos, sqll: 1}
        panels:
          t: {type: chart, feed: actt, title: 1, lines: [{feed: ac, column: x}]}
          n: {type: nota}
        rules:
          r: {feed: act, warning: {when: "a = 1", clar: x}}
          s: {feed: act}
        actions:
          k: {kind: toggle, key: q, source: kus, roles: [op], confirm: tpye}
        people: {kim: {name: 김, roles: [ops]}}
        keys: {shore: x}
        """,
    )
    assert found == [
        "2:7: lang: must be one of: ko, en",
        "3:11: timezone: unknown time zone 'Asia/Soul' — did you mean 'Asia/Seoul'?",
        "4:1: sorces: unknown key 'sorces' — did you mean 'sources'?",
        "6:55: sources.kos.timeout: write a duration with its unit, such as 500ms, 5s, 1m30s, 2h or 7d",
        "7:15: sources.sgi.type: unknown type 'postgre' — did you mean 'postgres'?",
        "7:29: sources.sgi.dsn: environment variable SGI is not set — set it, or write ${SGI:-default}",
        "8:30: sources.net.dsn: environment variable NET is not set — set it, or write ${NET:-default}",
        "8:46: sources.net.pool: environment variable POOL is not set — set it, or write ${POOL:-default}",
        "10:49: feeds.act.derive.e: 'a.b': attributes cannot be used in an expression",
        "10:59: feeds.act.derive.f: no function 'foo' — there is: " + ", ".join(sorted(FUNCTIONS)),
        "11:15: feeds.b.source: no source 'kis' — did you mean 'kos'?",
        "12:3: feeds.c.sql: 'sql' is missing",
        "12:20: feeds.c.sqll: unknown key 'sqll' — did you mean 'sql'?",
        "14:26: panels.t.feed: no feed 'actt' — did you mean 'act'?",
        "14:39: panels.t.title: must be text — put it in quotes",
        "14:57: panels.t.lines[0].feed: no feed 'ac' — did you mean 'act'?",
        "15:13: panels.n.type: unknown type 'nota' — did you mean 'note'?",
        "17:34: rules.r.warning.when: the expression cannot be read — compare with ==, not =",
        "17:43: rules.r.warning.clar: unknown key 'clar' — did you mean 'clear'?",
        "18:6: rules.s: needs a warning or a critical",
        "20:26: actions.k.key: key 'q' is already taken by 'quit'",
        "20:37: actions.k.source: no source 'kus' — did you mean 'kos'?",
        "20:49: actions.k.roles: nobody has the role 'op', so nobody could fire this — did you mean 'ops'?",
        "20:64: actions.k.confirm: must be one of: press, type, two-person",
        "22:8: keys.shore: the program has no key function 'shore' — did you mean 'share'?",
    ]


def test_a_problem_is_said_in_korean_to_koreans(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        layout(tmp_path, "{rom: x}")
    assert str(caught.value).splitlines() == [
        "room.yaml:1:1: room: 'room'이 빠짐",
        "room.yaml:1:2: rom: 'rom'은 모르는 키 — 'room'을 뜻하셨나요?",
    ]


def test_a_broken_entry_is_no_unknown_one(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
        room: x
        sources: {kos: {type: postgres}}
        feeds: {act: {source: kos, sql: 3}}
        panels: {a: {type: chart, feed: act}}
        people: {kim: {roles: [boss]}}
        actions: {go: {kind: toggle, roles: [boss]}}
        """,
    )
    assert found == [
        "2:11: sources.kos.dsn: 'dsn' is missing",
        "3:33: feeds.act.sql: must be text — put it in quotes",
        "5:10: people.kim.name: 'name' is missing",
    ]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("|\n    a a b\n    a b a", ["5:5: pages.p: the cells of panel 'a' do not form one rectangle",
                                     "5:9: pages.p: the cells of panel 'b' do not form one rectangle"]),
        ("|\n    a b\n\n    a", [f"7:5: pages.p: row 2 of the grid has 1 cell, the first has 2{SAME}"]),
        ("|\n    a bb", ["5:7: pages.p: no panel 'bb' — did you mean 'b'?"]),
        ("{grid: a b, columns: [1, 2, 3]}", ["4:27: pages.p.columns: 3 given, but the grid has 2"]),
        ("{grid: a b, rows: [0]}", ["4:24: pages.p.rows: must be greater than 0"]),
        ("{grid: a b, phone: [b, c]}", ["4:29: pages.p.phone[1]: no panel 'c' — there is: a, b"]),
        ("{grid: a b, fone: [b]}", ["4:18: pages.p.fone: unknown key 'fone' — did you mean 'phone'?"]),
        ("{columns: [1]}", ["4:3: pages.p.grid: 'grid' is missing"]),
        ("3", ["4:6: pages.p: a page is a grid of panel names (|), or a mapping with grid"]),
        ("''", ["4:6: pages.p: the grid has no panels"]),
    ],
)  # fmt: skip
def test_a_grid_that_does_not_match_its_panels_is_refused(
    tmp_path: Path, page: str, found: list[str]
) -> None:
    text = f"room: x\npanels: {{a: {{type: note}}, b: {{type: note}}}}\npages:\n  p: {page}\n"
    assert problems(tmp_path, text) == found


@pytest.mark.parametrize("key", ["q", "?", "F2", "up", "Ctrl+C"])
def test_a_key_means_one_thing(tmp_path: Path, key: str) -> None:
    text = f"""\
    room: x
    actions:
      one: {{kind: toggle, key: F2}}
      two: {{kind: toggle, key: "{key}"}}
    """
    (found,) = problems(tmp_path, text)
    assert found.startswith("4:28: actions.two.key: key '")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("Ctrl+Banana", " — such as a, A, ?, f2, enter, ctrl+k"),
        ("Ctrl+Entr", " — did you mean 'ctrl+enter'?"),
        ("ctlr+k", " — did you mean 'ctrl+k'?"),
        ("pgup", " — did you mean 'pageup'?"),
        ("F25", " — did you mean 'f5'?"),
        ("shift+a", " — did you mean 'A'?"),
        ("ctrl+ctrl+k", " — did you mean 'ctrl+k'?"),
    ],
)
def test_a_key_that_no_terminal_knows_is_refused(tmp_path: Path, key: str, hint: str) -> None:
    text = f"room: x\nactions:\n  a: {{kind: toggle, key: {key}}}\nkeys: {{share: {key}}}\n"
    found = problems(tmp_path, text)
    assert f"3:26: actions.a.key: there is no key '{key_name(key)}'{hint}" in found
    assert f"4:15: keys.share: there is no key '{key}'{hint}" in found


@pytest.mark.parametrize(
    "key", ["a", "A", "ㅂ", "0", "!", "+", "Ctrl++", "f24", "Shift+Ctrl+Delete", "alt+k"]
)
def test_a_key_that_terminals_know_is_taken(tmp_path: Path, key: str) -> None:
    assert layout(tmp_path, f"room: x\nkeys: {{share: '{key}'}}\n").keys["share"]


def test_a_remapped_key_leaves_its_old_one_free(tmp_path: Path) -> None:
    room = layout(tmp_path, "{room: x, keys: {quit: Q}, actions: {a: {kind: toggle, key: q}}}")
    assert room.actions["a"].key == "q"


def test_a_remapped_key_that_clashes_is_named_where_it_is_remapped(tmp_path: Path) -> None:
    assert problems(tmp_path, "{room: x, keys: {share: Q, quit: Q}}") == [
        "1:34: keys.quit: key 'Q' is already taken by 'share'"
    ]


def test_values_from_the_environment_are_data_and_not_yaml(tmp_path: Path) -> None:
    text = """\
    room: ${A}
    sources: {kos: {type: postgres, dsn: "${D:-postgres://local}", pool: "${POOL}"}}
    panels: {memo: {type: note, text: "$${A} ${B:-} ${C:-x}"}}
    """
    room = layout(tmp_path, text, {"A": "{x: [1, ${D}", "POOL": "7", "C": ""})
    assert room.room == "{x: [1, ${D}"
    assert room.sources["kos"].options == PostgresOptions(dsn="postgres://local", pool=7)
    assert room.panels["memo"].options.model_dump() == {"text": "${A}  x"}


def test_no_secret_is_ever_in_a_problem(tmp_path: Path) -> None:
    secret = "hunter2-비밀"
    text = """\
    room: x
    lang: "${S}"
    timezone: "${S}"
    opens: "${S}"
    sources:
      a: {type: postgres, dsn: "mysql://me:${S}@host"}
      b: {type: postgres, dsn: "postgres://", pool: "${S}", ssl: "${S}", timeout: "${S}"}
      c: {type: "${S}"}
    feeds:
      f: {source: "${S}", sql: x}
      g: {source: a, sql: x, derive: {x: "${S}.a"}}
    panels:
      p: {type: "${S}", feed: "${S}"}
      q: {type: chart, lines: [{feed: "${S}", column: x}]}
    pages:
      p: "${S} q"
    rules:
      r: {feed: "${S}", warning: {when: "${S}("}}
    actions:
      go: {kind: "${S}", key: "${S}", roles: ["${S}"], source: "${S}"}
      on: {kind: toggle, key: "${S}"}
    people: {kim: {name: 김, roles: [op]}}
    keys: {share: "${S}"}
    """
    with pytest.raises(LayoutError) as caught:
        layout(tmp_path, text, {"S": secret})
    assert len(caught.value.problems) >= 18
    for problem in caught.value.problems:
        for lang in ("ko", "en"):
            assert not any(secret[i : i + 4] in problem.text(lang) for i in range(len(secret) - 3))
    assert "hunter2" not in repr(caught.value.problems)


def test_a_validators_words_about_a_secret_are_never_trusted(tmp_path: Path) -> None:
    text = "{room: x, sources: {a: {type: postgres, dsn: '${S}'}}}"
    assert problems(tmp_path, text, {"S": "postgres://hunter2!"}) == [
        "1:46: sources.a.dsn: the value from the environment is not valid (not shown)"
    ]


def test_a_validators_own_words_are_shown_where_nothing_is_secret(tmp_path: Path) -> None:
    assert problems(tmp_path, "{room: x, sources: {a: {type: postgres, dsn: 'mysql://h'}}}") == [
        "1:46: sources.a.dsn: 'mysql://h' is no postgres:// address"
    ]


def test_an_argument_is_an_input_or_given_by_the_kind(tmp_path: Path) -> None:
    text = "{room: x, actions: {a: {kind: toggle, args: [value, code, cod], inputs: {code: {}}}}}"
    assert problems(tmp_path, text) == [
        "1:59: actions.a.args[2]: 'cod' is no input, and nothing this kind of action gives" + NEAR_CODE
    ]


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        load(tmp_path / "nowhere.yaml", TYPES, {}, name="nowhere.yaml")
    assert [problem.text("en") for problem in caught.value.problems] == ["nowhere.yaml: no such file"]
    with pytest.raises(LayoutError, match="읽을 수 없음"):
        load(tmp_path, TYPES, {})


def test_a_large_layout_loads_fast(tmp_path: Path) -> None:
    feeds = "".join(f"  f{i}: {{source: kos, sql: select {i}, key: a}}\n" for i in range(200))
    text = f"room: x\nsources: {{kos: {{type: postgres, dsn: 'postgres://h'}}}}\nfeeds:\n{feeds}"
    begun = time.perf_counter()
    assert len(layout(tmp_path, text).feeds) == 200
    assert time.perf_counter() - begun < 3


FEED = (
    "room: x\nsources: {kos: {type: postgres, dsn: 'postgres://h'}}\nfeeds: {f: {source: kos, sql: x, %s}}\n"
)


def test_a_derived_column_uses_only_those_made_before_it(tmp_path: Path) -> None:
    late = "'b' is made further down — a column of derive can use only those made before it"
    found = problems(tmp_path, FEED % "derive: {a: b + 1, b: a + 1}")
    assert found == [f"3:46: feeds.f.derive.a: {late}"]
    layout(tmp_path, FEED % "derive: {a: x, b: a + 1}")
    layout(tmp_path, FEED % "derive: {before: b, b: b * 2}")  # the answer's own b, and then another


@pytest.mark.parametrize(
    ("duration", "found"),
    [
        ("every: 1ms", "every: a period must be 100ms at least"),
        ("min_every: 99ms", "min_every: a period must be 100ms at least"),
        ("every: 99999999999999999999d", "every: a duration can be 365d at most"),
        ("timeout: 366d", "timeout: a duration can be 365d at most"),
        ("timeout: 0s", "timeout: must be greater than 0"),
    ],
)
def test_a_duration_has_bounds(tmp_path: Path, duration: str, found: str) -> None:
    assert [one.split(": ", 1)[1] for one in problems(tmp_path, FEED % duration)] == [f"feeds.f.{found}"]


def test_the_bounds_of_a_duration_themselves_will_do(tmp_path: Path) -> None:
    layout(tmp_path, FEED % "every: 100ms, min_every: 100ms, stale_after: 365d")


def test_an_unknown_key_is_told_every_key_once(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "room: x\nzzzzzz: 1\n")
    names = found.partition("there is: ")[2].split(", ")
    assert len(names) == len(set(names))
    assert {"actions", "feeds", "pages", "wall"} <= set(names)
    assert "path" not in names  # the program's to give


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("feeds:\n- q\n  source: kos\n", "3:9: entries are no list here: write 'name:' instead of '- name'"),
        ("room: a: b\n", "1:8: ': ' cannot stand here"),
        ("room: x\n---\nroom: y\n", "2:1: a layout is one document"),
        ("room: [a\nlang: ko\n", "a quote or bracket is not closed"),
        ("room: 'x\n", "a quote or bracket is not closed"),
        ("room: x\nfeeds\nlang: ko\n", "a ':' is missing"),
        ("feeds:\n    a: {}\n  b: {}\n", "3:3: the indentation does not fit"),
        ("room: *x\n", "1:7: *x refers to no &x before it"),
    ],
)
def test_a_slip_in_the_yaml_is_said_in_our_own_words(tmp_path: Path, text: str, found: str) -> None:
    (said,) = problems(tmp_path, text)
    assert found in said
