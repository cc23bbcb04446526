"""A PIN taken at a terminal without an echo, or from standard input. It is never an argument of a command."""

from __future__ import annotations

import sys
from getpass import getpass

from situationroom.errors import UsageError
from situationroom.i18n import say
from situationroom.people.pins import LONGEST, why_not


def new_pin(person: str, name: str, lang: str, *, from_stdin: bool) -> str:
    """A new PIN for the person of the id ``person``, typed twice; from standard input one line.

    Raises:
        UsageError: it will not do, the two differ, or there is no terminal to ask at.

    """
    pin = taken_pin(say("people.pin_new", lang, person=name), from_stdin=from_stdin, option="--stdin")
    if (why := why_not(pin, person)) is not None:
        raise UsageError(why.id, **why.values)
    if not from_stdin and getpass(say("people.pin_again", lang) + ": ") != pin:
        raise UsageError("people.pin_differs")
    return pin


def taken_pin(prompt: str, *, from_stdin: bool, option: str) -> str:
    """A PIN, whatever it is. ``option`` is how the command is told to take it from standard input.

    Raises:
        UsageError: there is no terminal to ask at.

    """
    if from_stdin:
        return sys.stdin.readline(LONGEST + 2).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("people.no_terminal", option=option)
    return getpass(prompt + ": ")
