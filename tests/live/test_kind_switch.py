"""Switches: one setting of several, on a real database."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.actions.switch import Switch
from situationroom.errors import ActionDenied, InputProblem
from situationroom.i18n import say
from situationroom.values import Person, RunState
from tests.live.firing_room import FiringRoom, firing_room
from tests.live.kinds import confirmed, undo

FIXED = """
bank:
  title: 예금주 조회 은행
  kind: switch
  source: kos
  roles: operator
  undo: {within: 10m}
  ask: 전환할 은행
  choices: [{value: WOORI, title: 우리은행}, {value: SHINHAN, title: 신한은행}, KB]
  state: {sql: "select bank from service_bank where service = 'lookup'"}
  set:
    sql: "update service_bank set bank = $1, changed_by = $2 where service = 'lookup'"
    args: [value, actor]
"""

ASKED = FIXED.replace(
    "choices: [{value: WOORI, title: 우리은행}, {value: SHINHAN, title: 신한은행}, KB]",
    'choices: {sql: "select code, name from bank order by code"}',
)


async def banks(room: FiringRoom) -> None:
    await room.sql("create table service_bank (service text, bank text, changed_by text)")
    await room.sql("insert into service_bank values ('lookup', 'WOORI', ''), ('other', 'WOORI', '')")
    await room.sql("create table bank (code text, name text)")
    await room.sql("insert into bank values ('SHINHAN', '신한은행'), ('WOORI', '우리은행')")


async def present(room: FiringRoom) -> tuple[str, str]:
    (row,) = await room.sql("select bank, changed_by from service_bank where service = 'lookup'")
    return row[0], row[1]


async def test_a_switch_shows_the_present_setting_and_goes_to_the_chosen_one(
    database: str, tmp_path: Path
) -> None:
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        asked = await room.ask("bank", {"to": "SHINHAN"})
        assert say(asked.preview.what, "ko") == "예금주 조회 은행: 지금 우리은행 → 신한은행"
        assert "$1 value = SHINHAN" in asked.preview.statement
        assert (asked.preview.columns, asked.preview.rows) == ((), ())
        status = await room.fire("bank", {"to": "SHINHAN"})
        assert status.state is RunState.DONE
        assert await present(room) == ("SHINHAN", "kim")


@pytest.mark.parametrize("layout", [FIXED, ASKED])
async def test_the_present_setting_is_shown_and_not_offered(
    database: str, tmp_path: Path, layout: str
) -> None:
    async with firing_room(database, tmp_path, layout) as room:
        await banks(room)
        choices = (await room.firing.choices("bank"))["to"]
        assert {one.value: one.present for one in choices if one.title} == {"WOORI": True, "SHINHAN": False}
        with pytest.raises(InputProblem) as caught:
            await room.ask("bank", {"to": "우리은행"})
        assert (caught.value.field, caught.value.message.id) == ("to", "actions.is_present")
        assert say(caught.value.message, "ko") == "'전환할 은행': 이미 우리은행 상태임"


async def test_what_is_no_setting_cannot_be_chosen(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        for attempt in ("HANA", "KB'; drop table service_bank; --", "$1", ""):
            with pytest.raises(InputProblem):
                await room.ask("bank", {"to": attempt})
        assert await present(room) == ("WOORI", "")


async def test_a_switch_is_refused_when_another_was_faster(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        asked = await room.ask("bank", {"to": "SHINHAN"})
        await room.sql("update service_bank set bank = 'KB' where service = 'lookup'")
        with pytest.raises(ActionDenied) as caught:
            await confirmed(room, asked)
        assert caught.value.message.id == "actions.changed_since"


async def test_undo_goes_back_to_the_setting_of_before(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        done = await room.fire("bank", {"to": "KB"})
        asked = await undo(room, done.id)
        assert say(asked.preview.what, "ko") == "예금주 조회 은행: 지금 KB → 우리은행"
        assert (await confirmed(room, asked)).state is RunState.DONE
        assert (await present(room))[0] == "WOORI"


async def test_an_undo_with_nothing_to_undo_says_so(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        done = await room.fire("bank", {"to": "KB"})
        await room.sql("update service_bank set bank = 'WOORI' where service = 'lookup'")
        with pytest.raises(ActionDenied) as caught:
            await undo(room, done.id)
        assert caught.value.message.id == "actions.already_so"


async def test_a_persons_name_ends_as_data(database: str, tmp_path: Path) -> None:
    odd = Person("kim'; drop table service_bank; --", "'); --", frozenset({"operator"}))
    async with firing_room(database, tmp_path, FIXED) as room:
        await banks(room)
        status = await room.fire("bank", {"to": "KB"}, odd)
        assert status.state is RunState.DONE
        assert await present(room) == ("KB", "kim'; drop table service_bank; --")


LABELLED = """
path:
  title: 경로 전환
  kind: toggle
  source: kos
  roles: operator
  confirm: type
  on_title: 예비망
  off_title: 주망
  inputs: {code: {title: 레퍼런스, choices: [SKIP, SPONSOR]}}
  state: {sql: "select enabled from reference where code = $1", args: [code]}
  set: {sql: "update reference set enabled = $1 where code = $2", args: [value, code]}
"""


@pytest.mark.parametrize(("code", "said"), [("SKIP", "주망 → 예비망"), ("SPONSOR", "예비망 → 주망")])
async def test_a_toggle_speaks_of_its_object_in_the_layouts_words_and_is_confirmed_by_it(
    database: str, tmp_path: Path, code: str, said: str
) -> None:
    async with firing_room(database, tmp_path, LABELLED) as room:
        asked = await room.ask("path", {"code": code})
        assert say(asked.preview.what, "ko") == f"경로 전환 {code}: {said}"
        assert asked.preview.target == code
        with pytest.raises(ActionDenied) as mistyped:
            await room.firing.fire(asked.run, Confirmation(typed="path"))
        assert mistyped.value.message.id == "actions.mistyped"
        status = await confirmed(room, await room.ask("path", {"code": code}))
        assert status.state is RunState.DONE
        assert f"경로 전환 {code}" in say(status.result or "", "ko")


def test_a_run_that_left_nothing_set_nothing() -> None:
    assert Switch.setting(cast("Switch", None), {}) == ""
    assert Switch.setting(cast("Switch", None), {"value": "WOORI"}) == "WOORI"
