"""The terminal of a command: whether a room can be drawn on it, and what its person types there."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

import click

from situationroom.errors import UsageError


def need_screen(environ: Mapping[str, str] = os.environ) -> None:
    """Nothing where a room can be drawn here: at a terminal, or by a driver that draws elsewhere (a browser).

    Raises:
        UsageError: input or output is no terminal, or one that only takes lines.

    """
    if environ.get("TEXTUAL_DRIVER"):
        return
    # The screen goes to the error output; output that goes elsewhere was meant for a file all the same.
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError("cli.no_terminal")
    if environ.get("TERM", "") in ("", "dumb"):
        raise UsageError("cli.plain_terminal", kind=environ.get("TERM", ""))


@contextmanager
def interrupts() -> Iterator[asyncio.Event]:
    """Set by Ctrl+C, SIGTERM and a closed terminal, which then no longer end the program."""
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def typed(prompt: str, interrupted: asyncio.Event, *, seen: bool = True) -> str | None:
    """A line typed at the terminal, without its end; None when it was interrupted.

    Waits without blocking the room. ``seen=False`` types without an echo.
    """
    click.echo(prompt, nl=False)
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    with nullcontext() if seen else _unseen():
        loop.add_reader(sys.stdin, readable.set)
        waits = [asyncio.ensure_future(event.wait()) for event in (readable, interrupted)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(sys.stdin)
            for wait in waits:
                wait.cancel()
        line = None if interrupted.is_set() else sys.stdin.readline().rstrip("\r\n")
    if line is None or not seen:
        click.echo()
    return line


async def agreed(question: str, interrupted: asyncio.Event) -> bool:
    """Whether the person at the terminal says yes.

    Raises:
        UsageError: there is no terminal to ask at.

    """
    if not sys.stdin.isatty():
        raise UsageError("actions.no_terminal")
    answer = await typed(question, interrupted)
    return (answer or "").strip().casefold() in ("y", "yes", "예", "네")


@contextmanager
def _unseen() -> Iterator[None]:
    """The terminal without its echo."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
