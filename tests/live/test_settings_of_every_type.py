"""A setting of any column type is changed, undone, and reverted to the very value it had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from situationroom.codec import readable
from situationroom.journal import Draft, Entry
from situationroom.journal.entry import first_broken
from situationroom.journal.export import lines
from situationroom.values import RunState
from tests.live.firing_room import FiringRoom, ShiftedClock, firing_room
from tests.live.kinds import confirmed, undo
from tests.live.test_fire_temporary import reverted
from tests.unit.journals import journal_file

SWITCH = """
limit:
  title: 한도
  kind: switch
  source: kos
  roles: operator
  undo: {within: 10m}
  choices: {sql: "select value from settings_known order by place"}
  state: {sql: "select value from settings"}
  set: {sql: "update settings set value = $1", args: [value]}
"""

COLUMNS = {
    "numeric": ("0.30", "1234567890123456789.000001"),
    "numeric(12,2)": ("99.90", "0.00"),
    "int8": ("9223372036854775807", "-1"),
    "float8": ("0.1", "1e-300"),
    "boolean": ("true", "false"),
    "text": ("", "국민은행"),
    "char(4)": ("KB", "SH"),
    "date": ("2024-09-20", "2024-02-29"),
    "timestamptz": ("2024-09-20 09:00:00.000001+09", "2024-03-31 02:30:00+01"),
    "timestamp": ("2024-09-20 09:00:00.123456", "1999-12-31 23:59:59"),
    "interval": ("2 days 03:04:05", "00:00:30"),
    "uuid": ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"),
    "inet": ("10.0.0.1/24", "::1"),
    "jsonb": ('{"a": [1, 2.50]}', "null"),
    "mood": ("맑음", "흐림"),
    "time": ("09:00:00.5", "24:00:00"),
    "timetz": ("09:00:00+09", "23:59:59-05"),
    "bytea": ("\\x00ff", "\\x"),
    "varbit": ("10101", "0"),
    "macaddr": ("08:00:2b:01:02:03", "00:00:00:00:00:00"),
    "cidr": ("10.0.0.0/8", "::/0"),
    "pg_lsn": ("16/B374D848", "0/0"),
    "money": ("12.34", "0.00"),
    "point": ("(1,2)", "(0,0)"),
    "json": ('{"a": [1, 2.50]}', "null"),
    '"char"': ("a", "b"),
    "oid": ("4294967295", "1"),
    "float4": ("0.1", "1e-30"),
    "tsvector": ("'a':1 'b':2", "'c'"),
}


SEVERAL_PARTS = {
    "int4[]": ("{1,2,NULL}", "{}"),
    "text[]": ('{"a,b","한 글",NULL,"NULL"}', "{x}"),
    "numeric[]": ("{0.30,10000000000}", "{}"),
    "int4range": ("[1,5)", "empty"),
    "tstzrange": ('["2024-09-20 00:00:00+00",)', "empty"),
    "datemultirange": ("{[2024-09-20,2024-09-21)}", "{}"),
    "interval": ("1 mon 2 days", "2 years"),
}
"""Values whose cells say less than they hold: a layout reads and writes them as text."""


async def settings(room: FiringRoom, kind: str, values: tuple[str, str]) -> None:
    await room.sql("create type mood as enum ('맑음', '흐림')")
    await room.sql(f"create table settings (value {kind})")
    await room.sql(f"create table settings_known (place int, value {kind})")
    for place, value in enumerate(values):
        literal = "'" + value.replace("'", "''") + "'"
        await room.sql(f"insert into settings_known values ({place}, {literal}::{kind})")
    await room.sql("insert into settings select value from settings_known where place = 0")


async def present(room: FiringRoom) -> int:
    """Which of the known values is set, to the last digit."""
    (row,) = await room.sql(
        "select place from settings join settings_known known on known.value::text = settings.value::text"
    )
    return int(row[0])


async def other(room: FiringRoom) -> str:
    return next(one.value for one in (await room.firing.choices("limit"))["to"] if not one.present)


@pytest.mark.parametrize("kind", SEVERAL_PARTS)
async def test_a_setting_of_several_parts_goes_there_and_back_as_text(
    database: str, tmp_path: Path, kind: str
) -> None:
    layout = SWITCH.replace("select value", "select value::text").replace("$1", f"$1::text::{kind}")
    async with firing_room(database, tmp_path, layout) as room:
        await settings(room, kind, SEVERAL_PARTS[kind])
        done = await room.fire("limit", {"to": await other(room)})
        assert (done.state, await present(room)) == (RunState.DONE, 1)
        back = await confirmed(room, await undo(room, done.id))
        assert (back.state, await present(room)) == (RunState.DONE, 0)


@pytest.mark.parametrize("kind", COLUMNS)
async def test_a_switch_goes_there_and_back(database: str, tmp_path: Path, kind: str) -> None:
    async with firing_room(database, tmp_path, SWITCH) as room:
        await settings(room, kind, COLUMNS[kind])
        done = await room.fire("limit", {"to": await other(room)})
        assert (done.state, await present(room)) == (RunState.DONE, 1)
        back = await confirmed(room, await undo(room, done.id))
        assert (back.state, await present(room)) == (RunState.DONE, 0)


def forget_types(folder: Path, entries: Sequence[Entry]) -> None:
    """Rewrite the journal as programs wrote it before values kept their types."""
    drafts = [
        Draft(
            entry.moment, entry.kind, entry.run, entry.person, entry.where, entry.action,
            {name: readable(value) for name, value in entry.facts.items()},
        )
        for entry in entries
    ]  # fmt: skip
    journal_file(folder / "state" / "old.journal", drafts)
    for rest in folder.glob("state/firing.journal*"):
        if rest.is_file():
            rest.unlink()
    (folder / "state" / "old.journal").rename(folder / "state" / "firing.journal")


@pytest.mark.parametrize("kind", ["numeric", "date", "timestamptz", "boolean", "text", "float8"])
async def test_a_journal_of_before_types_were_kept_still_undoes(
    database: str, tmp_path: Path, kind: str
) -> None:
    async with firing_room(database, tmp_path, SWITCH) as room:
        await settings(room, kind, COLUMNS[kind])
        done = await room.fire("limit", {"to": await other(room)})
        entries = await room.entries()
    forget_types(tmp_path, entries)
    async with firing_room(database, tmp_path, SWITCH, schema=False) as room:
        await room.firing.caught_up()
        assert '{"$' not in "".join(entry.body for entry in await room.entries())
        back = await confirmed(room, await undo(room, done.id))
        assert (back.state, await present(room)) == (RunState.DONE, 0)


@pytest.mark.parametrize("kind", ["numeric", "timestamptz", "date"])
async def test_a_setting_for_a_time_of_any_type_goes_back_by_itself(
    database: str, tmp_path: Path, kind: str
) -> None:
    clock = ShiftedClock()
    layout = SWITCH.replace("undo:", "for: 2h\n  undo:")
    async with firing_room(database, tmp_path, layout, clock=clock) as room:
        await settings(room, kind, COLUMNS[kind])
        await room.fire("limit", {"to": await other(room)})
        clock.ahead = timedelta(hours=2, seconds=1)
        entry = await reverted(room)
        assert (entry.facts.get("forced"), await present(room)) == (None, 0)


async def test_fractions_of_a_layout_are_settings_of_a_numeric_column(database: str, tmp_path: Path) -> None:
    fixed = SWITCH.replace('{sql: "select value from settings_known order by place"}', "[0.3, 0.1, 2]")
    async with firing_room(database, tmp_path, fixed) as room:
        await settings(room, "numeric", ("0.30", "0.1"))
        assert [one.present for one in (await room.firing.choices("limit"))["to"]] == [True, False, False]
        done = await room.fire("limit", {"to": "0.1"})
        assert await present(room) == 1
        await confirmed(room, await undo(room, done.id))
        (row,) = await room.sql("select value::text from settings")
        assert row[0] == "0.3"


async def test_a_toggle_between_two_figures_is_undone(database: str, tmp_path: Path) -> None:
    layout = """
limit:
  kind: toggle
  source: kos
  roles: operator
  undo: {within: 10m}
  on_value: 2
  off_value: 1
  state: {sql: "select value from settings"}
  set: {sql: "update settings set value = $1", args: [value]}
"""
    async with firing_room(database, tmp_path, layout) as room:
        await settings(room, "numeric(8,2)", ("1.00", "2.00"))
        done = await room.fire("limit")
        assert await present(room) == 1
        await confirmed(room, await undo(room, done.id))
        assert await present(room) == 0


async def test_the_journal_stays_sound_and_people_read_no_tags(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, SWITCH) as room:
        await settings(room, "numeric", COLUMNS["numeric"])
        await room.fire("limit", {"to": await other(room)})
        entries = await room.entries()
        assert first_broken(entries) is None
        claim = next(entry for entry in entries if entry.kind == "claimed")
        assert claim.facts["before"] == {"value": {"$decimal": "0.30"}}
        shown = "\n".join(lines(entries, "ko", ZoneInfo("Asia/Seoul"), 120))
        assert 'before={"value":"0.30"}' in "".join(shown.split())
        assert "$decimal" not in shown
