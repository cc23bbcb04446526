"""The world as a process of its own: it leaves nothing behind, however it or its parent ends."""

from __future__ import annotations

import fcntl
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from situationroom.demo.child import WorldProcess
from situationroom.errors import WorldError
from tests.helpers import wait_until_sync

OWNER = """
import asyncio
from situationroom.demo.child import WorldProcess

async def main():
    async with WorldProcess(scenario="calm") as world:
        print("export WORLD_PID=" + str(world.pid))
        for name, value in world.env.items():
            print("export " + name + "='" + value + "'")
        print("# ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], Mapping[str, str]]]:
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            env = {}
            for line in process.stdout:
                if line.startswith("# ready"):
                    break
                name, _, value = line.removeprefix("export ").partition("=")
                env[name] = shlex.split(value)[0]
            yield process, env
        finally:
            process.kill()


def ports(env: Mapping[str, str]) -> list[int]:
    found = [urlsplit(value).port for name, value in env.items() if name.endswith(("_URL", "_DSN"))]
    assert all(found)
    return [port for port in found if port]


def closed(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def folder_of(family: list[psutil.Process]) -> str:
    """The data folder of the PostgreSQL among the processes."""
    commands = [process.cmdline() for process in family]
    return next(command[command.index("-D") + 1] for command in commands if "-D" in command)


def assert_gone(family: list[psutil.Process], env: Mapping[str, str], folder: str) -> None:
    wait_until_sync(lambda: not any(map(alive, family)), timeout=10, what="every process is gone")
    wait_until_sync(lambda: all(map(closed, ports(env))), timeout=10, what="no port")
    wait_until_sync(lambda: not Path(folder).exists(), what="the folder is gone")


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_leaves_no_process_port_or_folder(way: signal.Signals) -> None:
    with started("-m", "situationroom", "world", "--scenario", "calm") as (process, env):
        family = psutil.Process(process.pid).children(recursive=True)
        folder = folder_of(family)
        assert not any(closed(port) for port in ports(env))
        process.send_signal(way)
        assert process.wait(10) == 0
        assert_gone(family, env, folder)


def test_a_killed_world_takes_its_postgresql_with_it() -> None:
    with started("-m", "situationroom", "world", "--scenario", "calm") as (process, env):
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        wait_until_sync(lambda: not any(map(alive, family)), timeout=10, what="no orphan")
        wait_until_sync(lambda: all(map(closed, ports(env))), timeout=10, what="no port")


def test_when_its_parent_is_killed_the_world_ends_and_leaves_nothing() -> None:
    with started("-c", OWNER) as (owner, env):
        world = psutil.Process(int(env["WORLD_PID"]))
        family = [world, *world.children(recursive=True)]
        folder = folder_of(family)
        owner.kill()
        assert_gone(family, env, folder)


async def test_a_world_that_cannot_start_says_why() -> None:
    with pytest.raises(WorldError, match="flood"):
        async with WorldProcess(scenario="flood"):
            pytest.fail("there is no such world")


async def test_leaving_the_context_ends_it() -> None:
    async with WorldProcess(scenario="calm") as world:
        family = [psutil.Process(world.pid), *psutil.Process(world.pid).children(recursive=True)]
        env = world.env
    assert not any(map(alive, family))
    wait_until_sync(lambda: all(map(closed, ports(env))), timeout=10, what="no port")


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_ends_in_the_middle_leaves_no_world(way: signal.Signals) -> None:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    command = [sys.executable, "-m", "situationroom", "demo", "--scenario", "calm"]
    demo = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    try:
        shown = screen_until(master, "대외기관")
        family = psutil.Process(demo.pid).children(recursive=True)
        folder = folder_of(family)
        demo.send_signal(way)
        with screen_drained(master):
            assert demo.wait(10) == (0 if way is signal.SIGTERM else -signal.SIGKILL), shown[-2_000:]
        wait_until_sync(lambda: not any(map(alive, family)), timeout=10, what="every process is gone")
        wait_until_sync(lambda: not Path(folder).exists(), what="the folder is gone")
    finally:
        demo.kill()
        demo.wait()
        os.close(master)


def screen_until(master: int, text: str) -> str:
    """What the program drew, once it has drawn ``text``."""
    shown = b""
    deadline = time.monotonic() + 30
    while text.encode() not in shown:
        ready, _, _ = select.select([master], [], [], deadline - time.monotonic())
        assert ready, f"{text} was not drawn: {shown[-2_000:]!r}"
        shown += os.read(master, 65_536)
    return shown.decode(errors="replace")


@contextmanager
def screen_drained(master: int) -> Iterator[None]:
    """Read on meanwhile: a program that ends must be able to restore its terminal."""

    def drain() -> None:
        with suppress(OSError):  # the other side has closed
            while os.read(master, 65_536):
                continue

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    yield
    reader.join(5)
