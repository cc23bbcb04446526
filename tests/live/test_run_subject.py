"""What a run is about is named wherever the run is: on every screen, in the journal and in the evidence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from situationroom.actions.asked import Confirmation
from situationroom.journal.evidence import evidence
from situationroom.journal.evidence_export import case_facts
from situationroom.journal.export import lines
from situationroom.journal.reader import reading
from tests.live.firing_room import firing_room

ABOUT = "SKIP (사전체크 건너뛰기)"
ACTIONS = """
put:
  title: 레퍼런스 전환
  kind: toggle
  source: kos
  roles: operator
  inputs:
    code: {title: 레퍼런스, choices: [{value: SKIP, title: 사전체크 건너뛰기}, SPONSOR]}
  state: {sql: "select enabled from reference where code = $1", args: [code]}
  set: {sql: "update reference set enabled = $1 where code = $2", args: [value, code]}
hidden:
  title: 비밀
  kind: sql
  source: kos
  roles: operator
  max_rows: 9
  inputs: {code: {choices: [SKIP, SPONSOR], secret: true}}
  preview: {sql: "select code from reference where code = $1", args: [code]}
  run: {sql: "update reference set changed_by = 'x' where code = $1", args: [code]}
approved:
  title: 함께
  kind: toggle
  source: kos
  roles: operator
  confirm: two-person
  inputs: {code: {choices: [{value: SKIP, title: 사전체크 건너뛰기}, SPONSOR]}}
  state: {sql: "select enabled from reference where code = $1", args: [code]}
  set: {sql: "update reference set enabled = $1 where code = $2", args: [value, code]}
"""


async def test_every_process_and_the_evidence_name_it(database: str, tmp_path: Path) -> None:
    async with (
        firing_room(database, tmp_path, ACTIONS) as room,
        firing_room(database, tmp_path, ACTIONS, schema=False) as other,
    ):
        done = await room.fire("put", {"code": "SKIP"})
        assert done.subject == ABOUT
        await other.firing.caught_up()
        assert other.run(done.id).subject == ABOUT
        plain = await room.fire("skip")
        assert plain.subject == ""
        entries = await room.entries()
        path = room.journal.path
        now = room.clock.now()
    async with firing_room(database, tmp_path, ACTIONS, schema=False) as later:
        await later.firing.caught_up()
        assert later.run(done.id).subject == ABOUT
    with reading(path) as journal:
        found = evidence(journal.entries, now - timedelta(hours=1), now + timedelta(hours=1))
    by_run = {case.run: case_facts(case) for case in found.cases}
    assert by_run[done.id]["subject"] == ABOUT
    assert by_run[plain.id]["subject"] == ""
    told = "\n".join(lines(entries, "ko", now.tzinfo, 200))  # type: ignore[arg-type]
    assert ABOUT in told
    assert "subject=" not in told, "the sentence beside it says so already"


async def test_a_second_person_is_told_what_it_is_about(database: str, tmp_path: Path) -> None:
    async with (
        firing_room(database, tmp_path, ACTIONS, login="kim") as room,
        firing_room(database, tmp_path, ACTIONS, schema=False) as other,
    ):
        asked = await room.ask("approved", {"code": "SKIP"}, room.me)
        assert str(asked.call.subject) == ABOUT
        await room.firing.fire(asked.run, Confirmation())
        await other.firing.caught_up()
        (waiting,) = other.firing.approvals()
        assert (waiting.subject, other.layout.action_title(waiting.action, waiting.subject)) == (
            ABOUT,
            f"함께 {ABOUT}",
        )
        await room.firing.withdraw(asked.run)


async def test_what_is_secret_names_nothing(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, ACTIONS) as room:
        done = await room.fire("hidden", {"code": "SKIP"})
        assert done.subject == ""
        assert all("subject" not in entry.facts for entry in await room.entries() if entry.run == done.id)
