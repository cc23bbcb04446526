"""``fire`` as a program: inputs, two persons, verification, undo, settling, holds."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from situationroom.journal.evidence import Case, evidence
from situationroom.journal.reader import reading
from tests.helpers import wait_until
from tests.live.shell import Shell
from tests.terminal import Terminal

TOGGLE = """
  kind: toggle
  source: kos
  roles: operator
  state: {sql: "select enabled from reference where code = 'SKIP'"}
  set: {sql: "update reference set enabled = $1 where code = 'SKIP'", args: [value]}
"""
ACTIONS = f"""
both: {TOGGLE}  confirm: two-person
  approve_within: 25s
lapsing: {TOGGLE}  confirm: two-person
  approve_within: 1s
shown: {TOGGLE}  verify: {{feed: reference, when: "code == 'SKIP' and enabled", within: 20s}}
never_shown: {TOGGLE}  verify: {{feed: reference, when: "code == 'NOWHERE'", within: 1s}}
undoable: {TOGGLE}  undo: {{within: 5m}}
hanging:
  kind: sql
  source: kos
  roles: operator
  max_rows: 1
  timeout: 60s
  preview: {{sql: "select code, enabled from reference where code = 'SKIP'"}}
  run: {{sql: "update reference set enabled = true where code = 'SKIP' and pg_sleep(40) is not null"}}
note:
  kind: sql
  source: kos
  roles: operator
  max_rows: 1
  inputs:
    agency: {{type: choice, choices: [KAIT, SGI]}}
    no: {{type: number, title: 번호}}
    day: {{type: date, title: 일자}}
    why: {{type: reason, title: 사유}}
    memo: {{optional: true}}
  preview: {{sql: "select no from waiting where no = $1 and agency = $2", args: [no, agency]}}
  run:
    sql: "update waiting set released_by = concat_ws('|', $1::text, $2::text, $3::text) where no = $4"
    args: [day, why, memo, no]
"""
PINS = {"kim": "730159", "park": "918264"}
FEED = """  reference: {source: kos, every: 300ms, sql: "select code, enabled from reference", key: code}
"""


@pytest.fixture
async def shell(database: str, tmp_path: Path) -> Shell:
    made = await Shell.made(database, tmp_path, ACTIONS)
    text = made.layout.read_text("utf-8")
    made.layout.write_text(text.replace("feeds:\n", "feeds:\n" + FEED), "utf-8")
    return made


async def with_pins(shell: Shell) -> None:
    for person, pin in PINS.items():
        code, _, err = await shell("user", "add", person, "--stdin", stdin=pin + "\n")
        assert code == 0, err


async def asking(shell: Shell, action: str) -> tuple[asyncio.subprocess.Process, str]:
    """``fire`` by kim with their PIN, and the id of its run once it waits for a second person."""
    process = await shell.start("fire", action, "--as", "kim", "--pin-stdin", "--yes")
    assert process.stdin is not None
    process.stdin.write(PINS["kim"].encode() + b"\n")
    process.stdin.close()
    await wait_until(lambda: "approval_asked" in shell.kinds(action), 20)
    return process, next(entry.run for entry in shell.entries() if entry.kind == "approval_asked")


async def end_of(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    assert process.stdout is not None
    assert process.stderr is not None
    out, err, _ = await asyncio.wait_for(
        asyncio.gather(process.stdout.read(), process.stderr.read(), process.wait()), 25
    )
    return process.returncode, out.decode(), err.decode()


def the_case(shell: Shell) -> Case:
    """The one run in the evidence of these days."""
    now = datetime.now(UTC)
    with reading(shell.journal) as journal:
        found = evidence(journal.entries, now - timedelta(days=1), now + timedelta(days=1))
    assert found.sound
    (case,) = found.cases
    return case


# inputs


async def test_inputs_of_every_type_reach_the_database_and_the_journal(shell: Shell) -> None:
    await shell.sql("insert into waiting values (7, 'KAIT')")
    words = ("agency=KAIT", "no=7", "day=2026-11-22", "why=고객 '요청'; drop table waiting --", "memo==1+1")
    code, _, err = await shell("fire", "note", *words, "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    (row,) = await shell.sql("select released_by from waiting")
    assert row[0] == "2026-11-22|고객 '요청'; drop table waiting --|=1+1"
    asked = shell.entries()[0].facts["values"]
    assert isinstance(asked, dict)
    assert asked["day"] == "2026-11-22"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ("agency=NOBODY", "agency"),
        ("no=seven", "번호"),
        ("day=2026-02-30", "일자"),
        ("why=", "사유"),
        ("colour=red", "colour"),
    ],
)
async def test_an_input_that_will_not_do_is_named_in_a_line(shell: Shell, changed: str, field: str) -> None:
    given = {"agency": "KAIT", "no": "7", "day": "2026-11-22", "why": "요청"}
    name, _, value = changed.partition("=")
    words = [f"{name}={value}" for name, value in {**given, name: value}.items()]
    code, out, err = await shell("fire", "note", *words, "--as", "kim", "--yes")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert field in err


# two persons


async def test_a_second_person_lets_a_waiting_run_go(shell: Shell) -> None:
    await with_pins(shell)
    process, run = await asking(shell, "both")
    assert not await shell.is_on()
    code, _, err = await shell(
        "approve", run[:8], "--as", "park", "--pin-stdin", "--yes", stdin=PINS["park"] + "\n"
    )
    assert code == 0, err
    code, out, err = await end_of(process)
    assert (code, err) == (0, "")
    assert "박승인" in out
    assert f"situationroom approve {shell.layout} {run[:8]}" in out
    assert await shell.is_on()
    case = the_case(shell)
    assert case.approved is not None
    assert (case.approved.person, case.demanded, case.outcome, case.findings) == ("park", True, "done", ())
    kinds = shell.kinds("both")
    assert (
        kinds.index("approval_asked") < kinds.index("approved") < kinds.index("claimed") < kinds.index("done")
    )


async def test_a_refused_run_says_why_and_does_nothing(shell: Shell) -> None:
    await with_pins(shell)
    process, run = await asking(shell, "both")
    words = (run[:8], "--as", "park", "--pin-stdin", "--refuse", "점검 중")
    code, _, err = await shell("approve", *words, stdin=PINS["park"] + "\n")
    assert code == 0, err
    code, _, err = await end_of(process)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "점검 중" in err
    assert not await shell.is_on()
    case = the_case(shell)
    assert case.refused is not None
    assert (case.refused.person, case.outcome, case.findings) == ("park", "refused", ())
    assert "점검 중" in case.told


async def test_a_wait_that_lapses_ends_with_a_line_and_no_effect(shell: Shell) -> None:
    await with_pins(shell)
    process, _ = await asking(shell, "lapsing")
    code, _, err = await end_of(process)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert not await shell.is_on()
    assert shell.kinds("lapsing")[-1] == "expired"


async def test_an_interrupt_withdraws_what_waits_for_a_second_person(shell: Shell) -> None:
    await with_pins(shell)
    process, _ = await asking(shell, "both")
    process.send_signal(signal.SIGINT)
    code, _, err = await end_of(process)
    assert code == 1
    assert "실행하지 않음" in err
    assert shell.kinds("both")[-1] == "withdrawn"


async def test_whoever_only_says_their_name_is_asked_for_their_pin_unseen(shell: Shell) -> None:
    await with_pins(shell)
    async with Terminal(shell.words("fire", "both", "--as", "kim"), (120, 40), shell.env) as terminal:
        await terminal.wait_for("y/N", 15)
        terminal.press("y")
        terminal.press("enter")
        await terminal.wait_for("PIN", 15)
        terminal.press(*PINS["kim"])
        terminal.press("enter")
        await terminal.wait_for("남음", 15)
        assert PINS["kim"] not in terminal.text
        terminal.press("ctrl+c")
        assert await terminal.ended(15) == 1
    assert shell.kinds("both")[-1] == "withdrawn"


async def test_a_wrong_pin_ends_it_in_a_line(shell: Shell) -> None:
    await with_pins(shell)
    words = ("both", "--as", "kim", "--yes", "--pin-stdin")
    code, _, err = await shell("fire", *words, stdin="000111\n")
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "PIN" in err
    assert shell.kinds("both")[-1] == "withdrawn"
    code, _, err = await shell("fire", "both", "--as", "kim", "--yes")
    assert code == 2
    assert "--pin-stdin" in err


# after the fire


async def test_a_verified_run_is_done_and_told_so(shell: Shell) -> None:
    code, out, err = await shell("fire", "shown", "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert out.index("변경 완료") < out.index("검증됨")
    assert shell.kinds("shown")[-1] == "verified"


async def test_a_run_that_the_figures_do_not_show_exits_with_one_and_says_what_was_missing(
    shell: Shell,
) -> None:
    code, out, err = await shell("fire", "never_shown", "--as", "kim", "--yes")
    assert code == 1
    assert "변경 완료" in out
    assert len(err.splitlines()) == 1
    assert "NOWHERE" in err
    assert shell.kinds("never_shown")[-1] == "not_verified"


async def test_a_done_run_is_undone_once(shell: Shell) -> None:
    code, out, err = await shell("fire", "undoable", "--as", "kim", "--yes")
    assert code == 0, err
    run = shell.entries()[0].run
    assert f"--undo {run[:8]}" in out
    assert await shell.is_on()
    code, out, err = await shell("fire", "--undo", run[:8], "--as", "kim", "--yes")
    assert (code, err) == (0, "")
    assert "켜짐 → 꺼짐" in out
    assert not await shell.is_on()
    code, _, err = await shell("fire", "--undo", run[:8], "--as", "kim", "--yes")
    assert code == 1
    assert len(err.splitlines()) == 1


async def killed(shell: Shell) -> str:
    """A run of a process that was killed in the midst of it."""
    process = await shell.start("fire", "hanging", "--as", "kim", "--yes")
    await wait_until(lambda: "claimed" in shell.kinds(), 20)
    process.kill()
    await process.communicate()
    await shell.sql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(40)%'"
                    " and pid <> pg_backend_pid()")  # fmt: skip
    return shell.entries()[0].run


@pytest.mark.parametrize("verdict", ["happened", "did-not"])
async def test_a_run_that_was_cut_off_is_settled_once_with_a_look_at_what_is_true(
    shell: Shell, verdict: str
) -> None:
    run = await killed(shell)
    code, _, err = await shell("fire", "hanging", "--as", "kim", "--yes")
    assert code == 1, "nothing new of it before it is settled"
    assert len(err.splitlines()) == 1
    async with Terminal(
        shell.words("fire", "--settle", run[:8], verdict, "--as", "kim"), (120, 40), shell.env
    ) as terminal:
        await terminal.wait_for("y/N", 15)
        assert run[:8] in terminal.text
        terminal.press("y")
        terminal.press("enter")
        assert await terminal.ended(15) == 0
    settled = shell.entries()[-1]
    assert (settled.kind, settled.facts["verdict"]) == ("settled", verdict.replace("-", "_"))
    code, _, err = await shell("fire", "--settle", run[:8], verdict, "--as", "kim", "--yes")
    assert code == 1
    assert len(err.splitlines()) == 1


async def test_a_run_that_is_settled_to_be_fired_again_is_previewed_and_fired_anew(shell: Shell) -> None:
    run = await killed(shell)
    process = await shell.start("fire", "--settle", run[:8], "again", "--as", "kim", "--yes")
    await wait_until(lambda: shell.kinds().count("claimed") == 2, 20)
    process.kill()
    await process.communicate()
    kinds = shell.kinds("hanging")
    assert kinds[kinds.index("settled") :] == ["settled", "asked", "previewed", "confirmed", "claimed"]


# hold


async def test_a_hold_keeps_everything_from_being_fired_until_it_is_released(shell: Shell) -> None:
    code, _, err = await shell("hold", "정기 점검", "--as", "kim")
    assert code == 0, err
    code, out, err = await shell("fire", "shown", "--as", "kim", "--yes")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "김운영" in err
    assert (await shell("hold", "--as", "kim"))[0] == 1, "held already"
    assert (await shell("hold", "--release", "because", "--as", "kim"))[0] == 2
    assert (await shell("hold", "--release", "--as", "lee"))[0] == 1
    code, _, err = await shell("hold", "--release", "--as", "kim")
    assert code == 0, err
    code, _, err = await shell("fire", "undoable", "--as", "kim", "--yes")
    assert code == 0, err
