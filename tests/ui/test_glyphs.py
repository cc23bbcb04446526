"""Asking a terminal how wide it draws marks, on a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import termios
import threading
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from situationroom.paint.glyphs import Glyphs
from situationroom.ui.app import RoomApp
from situationroom.ui.terminal import MARKS, cells_taken, settle_glyphs
from tests.helpers import wait_until

from .fakeroom import FakeRoom
from .reading import text_of
from .samples import KIM, small_panels

Answering = Callable[[bytes], int]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Gives the program's end of a terminal that answers its first question with these bytes."""
    ends: list[int] = []
    threads: list[threading.Thread] = []

    def make(answer: bytes) -> int:
        ours, theirs = pty.openpty()
        ends.extend((ours, theirs))

        def answer_once() -> None:
            asked = b""
            while not asked.endswith(b"\x1b[6n"):
                asked += os.read(ours, 1)
            os.write(ours, answer)

        thread = threading.Thread(target=answer_once, daemon=True)
        thread.start()
        threads.append(thread)
        return theirs

    yield make
    for thread in threads:
        thread.join(5)
    for end in ends:
        os.close(end)


def test_a_terminal_that_draws_marks_narrow_keeps_them(answering: Answering) -> None:
    end = answering(b"\x1b[7;%dR" % (len(MARKS) + 1))
    assert settled(end) is Glyphs.NARROW


def test_a_terminal_that_draws_marks_wide_gets_ascii(answering: Answering) -> None:
    end = answering(b"\x1b[7;%dR" % (2 * len(MARKS) + 1))
    assert settled(end) is Glyphs.ASCII


def test_keys_typed_before_the_answer_do_not_disturb_it(answering: Answering) -> None:
    end = answering(b"q\x1b[A\x1b[1;%dR" % (len(MARKS) + 1))
    assert settled(end) is Glyphs.NARROW


def test_a_terminal_that_does_not_answer_is_not_waited_for(answering: Answering) -> None:
    end = answering(b"")
    assert cells_taken("●", end, end, timeout_s=0.02) is None


def test_the_terminal_is_left_as_it_was(answering: Answering) -> None:
    end = answering(b"\x1b[1;2R")
    before = termios.tcgetattr(end)
    cells_taken("●", end, end)
    assert termios.tcgetattr(end) == before


@pytest.mark.parametrize("kind", ["linux", "dumb"])
def test_consoles_without_the_marks_get_ascii(kind: str) -> None:
    assert settle_glyphs("auto", environ={"TERM": kind}) is Glyphs.ASCII


def test_a_pipe_is_not_asked(tmp_path: object) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "w") as stdout:
        assert settle_glyphs("auto", stdin, stdout, {"TERM": "xterm"}) is Glyphs.NARROW


@pytest.mark.parametrize("wanted", ["narrow", "ascii"])
def test_a_layout_that_says_so_is_not_second_guessed(wanted: str) -> None:
    assert settle_glyphs(Glyphs(wanted).value) is Glyphs(wanted)


@pytest.mark.parametrize("size", [(120, 30), (46, 30)])
@pytest.mark.parametrize("key", ["e", "k", "question_mark", "ctrl+p", "c"])
async def test_an_ascii_terminal_is_sent_no_mark_of_doubtful_width(
    room: FakeRoom, size: tuple[int, int], key: str
) -> None:
    app = RoomApp(room, small_panels(room.layout), person=KIM, glyphs=Glyphs.ASCII)
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await wait_until(lambda: len(app.screen_stack) == 2, what="the dialog")
        await pilot.pause()
        assert not {char for char in text_of(app) if unicodedata.east_asian_width(char) == "A"}


def settled(end: int) -> Glyphs:
    with (
        os.fdopen(os.dup(end), "r", encoding="utf-8") as stdin,
        os.fdopen(os.dup(end), "w", encoding="utf-8") as stdout,
    ):
        return settle_glyphs("auto", stdin, stdout, {"TERM": "xterm-256color"})
