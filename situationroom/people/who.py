"""Who sits at this terminal."""

from __future__ import annotations

import socket
from difflib import get_close_matches

from situationroom.errors import UsageError
from situationroom.layout.models import Layout
from situationroom.values import GUEST, Person


def who(layout: Layout, wanted: str | None, login: str) -> Person:
    """The person ``wanted`` names, else the one whose ``login`` is this OS user, else a guest.

    ``wanted`` is believed: whoever works as this OS user may say to be anyone of the layout's people. It is
    a convenience among colleagues at one terminal, and no better protected than the OS user is.

    Raises:
        UsageError: the layout knows no such person; names the nearest.

    """
    if wanted is not None:
        if wanted not in layout.people:
            near = get_close_matches(wanted, layout.people, 1)
            known = ", ".join(layout.people) or "–"
            raise UsageError("people.unknown", person=wanted, near=near[0] if near else known)
        return _person(layout, wanted)
    mine = [name for name, spec in layout.people.items() if login and login in spec.login]
    return _person(layout, mine[0]) if mine else GUEST


def here(login: str) -> str:
    """This place, for the journal: ``user@host``."""
    return f"{login}@{socket.gethostname()}"


def _person(layout: Layout, name: str) -> Person:
    spec = layout.people[name]
    return Person(name, spec.name, frozenset(spec.roles))
