"""Programs run as actions: bounded, without a shell, and never left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from situationroom.actions.asked import Confirmation
from situationroom.actions.process import execute
from situationroom.errors import ActionFailed, InputProblem, LayoutError, SourceError
from situationroom.i18n import say
from situationroom.values import Person, RunState
from tests.helpers import wait_until
from tests.live.firing_room import FiringRoom, firing_room
from tests.live.kinds import ATTEMPTS, confirmed

SHOW = """
import json, os, sys
print(json.dumps([sys.argv[1:], sorted(os.environ), os.getcwd()]))
"""


def action(folder: Path, script: str, **more: str) -> str:
    """An action ``go`` that runs a Python script; ``more`` are keys of it."""
    path = folder / "script.py"
    path.write_text(script, "utf-8")
    keys = {"argv": f"[{sys.executable}, -I, {path}, '--', $name]", "inputs": "{name: {default: x}}"} | more
    lines = "".join(f"  {key.replace('_', '-')}: {value}\n" for key, value in keys.items())
    return f"go:\n  title: 스크립트\n  kind: command\n  roles: operator\n{lines}"


def why(status: object) -> str:
    reason = getattr(status, "reason", None)
    return reason.id if reason else ""


async def test_a_command_is_shown_and_run_with_nothing_but_what_is_declared(
    database: str, tmp_path: Path
) -> None:
    layout = action(tmp_path, SHOW, env="{TOKEN: abc}", cwd=str(tmp_path))
    async with firing_room(database, tmp_path, layout) as room:
        asked = await room.ask("go", {"name": "전각 이름; rm -rf /"})
        assert asked.preview.statement.splitlines()[0].endswith("-- '전각 이름; rm -rf /'")
        assert "abc" not in repr(asked.preview)
        status = await confirmed(room, asked)
        assert status.state is RunState.DONE
        arguments, names, folder = json.loads(await last_output(room))
        assert arguments == ["--", "전각 이름; rm -rf /"]
        assert set(names) - {"LC_CTYPE"} == {"PATH", "TOKEN"}  # Python itself may set the former
        assert folder == str(tmp_path)


async def last_output(room: FiringRoom) -> str:
    after = (await room.entries())[-1].facts["after"]
    assert isinstance(after, dict)
    return str(after["output"])


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_an_injection_ends_as_one_argument(database: str, tmp_path: Path, attempt: str) -> None:
    script = "import sys; open('got', 'w', newline='').write('\\0'.join(sys.argv[1:]))"
    layout = action(tmp_path, script, cwd=str(tmp_path))
    odd = Person(attempt, attempt, frozenset({"operator"}))
    async with firing_room(database, tmp_path, layout) as room:
        assert (await room.fire("go", {"name": attempt}, odd)).state is RunState.DONE
    assert (tmp_path / "got").read_bytes().decode() == f"--\0{attempt}"
    assert not Path("/tmp/situationroom-was-here").exists()


@pytest.mark.parametrize("value", ["-rf", "--force", "-"])
async def test_a_value_cannot_become_an_option(database: str, tmp_path: Path, value: str) -> None:
    layout = action(tmp_path, SHOW, argv=f"[{sys.executable}, $name]")
    async with firing_room(database, tmp_path, layout) as room:
        with pytest.raises(InputProblem) as caught:
            await room.ask("go", {"name": value})
        assert (caught.value.field, caught.value.message.id) == ("name", "actions.command_option")
    async with firing_room(database, tmp_path, action(tmp_path, SHOW), schema=False) as room:
        assert (await room.fire("go", {"name": value})).state is RunState.DONE


async def test_an_argument_left_out_is_no_argument(database: str, tmp_path: Path) -> None:
    layout = action(tmp_path, SHOW, inputs="{name: {optional: true}}")
    async with firing_room(database, tmp_path, layout) as room:
        assert (await room.fire("go")).state is RunState.DONE
        assert '[["--"], ' in await last_output(room)


@pytest.mark.parametrize(
    ("script", "state", "reason"),
    [
        ("print('됐다'); raise SystemExit(3)", RunState.FAILED, "actions.command_failed"),
        ("import os; os.kill(os.getpid(), 9)", RunState.UNKNOWN, "actions.command_killed"),
        ("import time; print('시작', flush=True); time.sleep(60)", RunState.UNKNOWN, "actions.command_cut"),
    ],
)
async def test_every_end_has_its_outcome(
    database: str, tmp_path: Path, script: str, state: RunState, reason: str
) -> None:
    async with firing_room(database, tmp_path, action(tmp_path, script, timeout="1s")) as room:
        status = await asyncio.wait_for(room.fire("go"), 10)
        assert (status.state, why(status)) == (state, reason)
        assert status.reason is not None
        if "print" in script:
            assert str(status.reason.values["last"]) in say(status.reason, "ko")
            assert status.reason.values["last"] in ("됐다", "시작")


@pytest.mark.parametrize(
    ("encoding", "codec"), [("euc-kr", "cp949"), ("utf-16le", "utf-16-le"), ("'utf-8'", "utf-8")]
)
async def test_words_of_a_program_are_read_in_its_encoding(
    database: str, tmp_path: Path, encoding: str, codec: str
) -> None:
    words = "시작\n기동 완료 똠방"
    script = f"import sys; sys.stdout.buffer.write({words.encode(codec)!r})"
    state = f"{{argv: [{sys.executable}, -I, {tmp_path / 'script.py'}]}}"
    layout = action(tmp_path, script, encoding=encoding, state=state)
    async with firing_room(database, tmp_path, layout) as room:
        asked = await room.ask("go")
        assert dict(asked.preview.before.facts) == {"value": "시작"}
        assert (await room.fire("go")).state is RunState.DONE
        assert await last_output(room) == words


async def test_of_a_long_output_the_last_whole_characters_are_kept(database: str, tmp_path: Path) -> None:
    script = "import sys; sys.stdout.buffer.write(('가' * 4_001).encode('cp949'))"
    async with firing_room(
        database, tmp_path, action(tmp_path, script, encoding="cp949", output="1000")
    ) as room:
        await room.fire("go")
        assert await last_output(room) == "가" * 333


async def test_what_the_environment_gave_a_program_is_hidden_in_all_it_says(
    database: str, tmp_path: Path
) -> None:
    script = (
        "import os; key = os.environ['TOKEN']; print('key', key, os.environ['MODE']); print(key, 'x' * 990)"
    )
    state = f"{{argv: [{sys.executable}, -I, {tmp_path / 'script.py'}]}}"
    layout = action(tmp_path, script, env='{TOKEN: "${API_TOKEN}", MODE: fast}', state=state, output="1000")
    async with firing_room(database, tmp_path, layout, env={"API_TOKEN": "hunter2200-t0ken"}) as room:
        asked = await room.ask("go")
        assert dict(asked.preview.before.facts) == {"value": "key ••• fast"}
        assert (await room.fire("go")).state is RunState.DONE
        assert (await last_output(room)).lstrip("• ") == "x" * 990  # the cut goes through the secret
        entries = repr(await room.entries())
        assert "hunter" not in entries
        assert "t0ken" not in entries


async def test_an_encoding_nobody_knows_is_refused_at_its_place(database: str, tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as caught:
        async with firing_room(database, tmp_path, action(tmp_path, SHOW, encoding="euc-krr")):
            pass
    (problem,) = caught.value.problems
    assert problem.path == "actions.go.encoding"
    assert problem.line > 0
    assert "euc-kr" in problem.text()


async def test_expected_exit_codes_are_the_authors_to_say(database: str, tmp_path: Path) -> None:
    layout = action(tmp_path, "raise SystemExit(3)", expect="[0, 3]")
    async with firing_room(database, tmp_path, layout) as room:
        assert (await room.fire("go")).state is RunState.DONE


async def test_a_program_that_is_not_there_has_done_nothing(database: str, tmp_path: Path) -> None:
    layout = action(tmp_path, "", argv="[/no/such/program]")
    async with firing_room(database, tmp_path, layout) as room:
        status = await room.fire("go")
        assert (status.state, why(status)) == (RunState.FAILED, "actions.command_not_started")


async def test_the_last_of_the_output_is_kept_and_no_more(database: str, tmp_path: Path) -> None:
    script = "print('x' * 5_000_000); print('끝\\x1b[31m')"
    async with firing_room(database, tmp_path, action(tmp_path, script, output="2000")) as room:
        status = await room.fire("go")
        assert status.state is RunState.DONE
        output = await last_output(room)
        assert len(output) <= 2_100
        assert output.endswith("끝\\x1b[31m")


async def test_a_timeout_kills_all_that_was_started(database: str, tmp_path: Path) -> None:
    script = f"""
import os, signal, subprocess, sys, time
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
child.stdout.read(1)
open("{tmp_path}/pids", "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(60)
"""
    async with firing_room(database, tmp_path, action(tmp_path, script, timeout="1s")) as room:
        status = await asyncio.wait_for(room.fire("go"), 15)
        assert why(status) == "actions.command_cut"
    for pid in (tmp_path / "pids").read_text().split():
        assert gone(int(pid))


async def test_a_person_stops_a_command_and_its_outcome_is_unknown(database: str, tmp_path: Path) -> None:
    script = f"import time; open('{tmp_path}/begun', 'w'); time.sleep(60)"
    async with firing_room(database, tmp_path, action(tmp_path, script)) as room:
        asked = await room.ask("go")
        firing = asyncio.create_task(confirmed(room, asked))
        await wait_until((tmp_path / "begun").exists)
        await room.firing.stop(asked.run, room.me)
        status = await asyncio.wait_for(firing, 10)
        assert (status.state, why(status)) == (RunState.UNKNOWN, "actions.command_cut")


async def test_a_command_dies_with_the_room(tmp_path: Path) -> None:
    room = f"""
import asyncio
from pathlib import Path
from situationroom.actions.process import execute
script = "import os, time; open('{tmp_path}/pid', 'w').write(str(os.getpid())); time.sleep(60)"
asyncio.run(execute(["{sys.executable}", "-c", script], {{}}, Path("/"), timeout_s=60, keep=1000))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", room, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    pid = tmp_path / "pid"
    await wait_until(lambda: pid.exists() and pid.read_text(), 15)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await wait_until(lambda: gone(int(pid.read_text())), 10)


async def test_a_cancelled_command_is_not_left_behind(tmp_path: Path) -> None:
    script = f"import os, time; open('{tmp_path}/pid', 'w').write(str(os.getpid())); time.sleep(60)"
    running = asyncio.create_task(
        execute([sys.executable, "-c", script], {}, tmp_path, timeout_s=60, keep=1_000)
    )
    pid = tmp_path / "pid"
    await wait_until(lambda: pid.exists() and pid.read_text(), 15)
    running.cancel()
    begun = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gone(int(pid.read_text()))
    assert time.monotonic() - begun < 5


async def test_a_command_cancelled_while_it_starts_is_not_left_behind(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    for turns in range(12):
        running = asyncio.create_task(execute(["/bin/sleep", "60"], {}, tmp_path, timeout_s=60, keep=1_000))
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert set(psutil.Process().children()) <= before, turns


async def test_what_lives_on_on_purpose_keeps_nobody_waiting(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'], start_new_session=True)"
    )
    begun = time.monotonic()
    ended = await execute([sys.executable, "-c", script], {}, tmp_path, timeout_s=20, keep=1_000)
    assert (ended.code, ended.cut) == (0, None)
    assert time.monotonic() - begun < 4


async def test_a_folder_that_is_not_there_has_started_nothing(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed) as caught:
        await execute(["true"], {}, tmp_path / "no", timeout_s=5, keep=1_000)
    assert caught.value.message.id == "actions.command_not_started"


async def test_a_state_is_what_its_command_says(database: str, tmp_path: Path) -> None:
    state = f"{{argv: [{sys.executable}, -c, 'print(7)']}}"
    async with firing_room(database, tmp_path, action(tmp_path, SHOW, state=state)) as room:
        assert (await room.ask("go")).preview.before.facts == {"value": "7"}
    state = f"{{argv: [{sys.executable}, -c, 'raise SystemExit(1)']}}"
    async with firing_room(database, tmp_path, action(tmp_path, SHOW, state=state), schema=False) as room:
        with pytest.raises(SourceError):
            await room.ask("go")


@pytest.mark.parametrize(
    "more",
    [
        {"argv": "[]"},
        {"argv": "[$name, x]"},
        {"argv": "ls -l"},
        {"argv": "[ls, $nmae]"},
        {"cwd": "relative"},
        {"shell": "true"},
        {"expect": "[300]"},
    ],
)
async def test_what_is_wrong_with_a_command_is_a_load_error(
    database: str, tmp_path: Path, more: dict[str, str]
) -> None:
    with pytest.raises(LayoutError):
        async with firing_room(database, tmp_path, action(tmp_path, SHOW, **more)):
            pass


def gone(pid: int) -> bool:
    """Whether a process is no more, or only waits for its parent to notice."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


async def test_a_command_is_in_no_process_group_of_ours(tmp_path: Path) -> None:
    script = "import os; print(os.getpgid(os.getppid()), os.getpgid(0))"
    ended = await execute([sys.executable, "-c", script], {}, tmp_path, timeout_s=20, keep=1_000)
    assert os.getpgid(0) not in map(int, ended.output.split())


async def test_a_room_that_ends_lets_a_command_finish(database: str, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    script = f"import time; open('{begun}', 'w').close(); time.sleep(1); print('끝')"
    async with firing_room(database, tmp_path, action(tmp_path, script)) as room:
        asked = await room.ask("go")
        await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
        await wait_until(begun.exists, 15)
        await room.firing.close()
        assert (await room.kinds())[-1] == "done"
