"""Who sits at this terminal."""

from __future__ import annotations

import os
import pwd
import socket
from difflib import get_close_matches

from situationroom.errors import UsageError
from situationroom.layout.models import Layout
from situationroom.values import GUEST, Person, Proof


def who(layout: Layout, wanted: str | None, login: str) -> Person:
    """The person ``wanted`` names, else the one whose ``login`` is this OS user, else a guest.

    ``wanted`` is only a claim. A login proves who somebody is where the wall is one person's own and one
    person alone has that login; else it, too, is a claim.

    Raises:
        UsageError: the layout knows no such person; names the nearest.

    """
    if wanted is not None:
        if wanted not in layout.people:
            near = get_close_matches(wanted, layout.people, 1)
            known = ", ".join(layout.people) or "–"
            raise UsageError("people.unknown", person=wanted, near=near[0] if near else known)
        return person(layout, wanted, Proof.CLAIMED)
    mine = [name for name, spec in layout.people.items() if login and login in spec.login]
    if not mine:
        return GUEST
    proven = len(mine) == 1 and layout.wall == "own"
    return person(layout, mine[0], Proof.LOGIN if proven else Proof.CLAIMED)


def person(layout: Layout, name: str, proof: Proof) -> Person:
    """The person of the layout with this id.

    Raises:
        KeyError: there is none.

    """
    spec = layout.people[name]
    return Person(name, spec.name, frozenset(spec.roles), proof)


def os_login() -> str:
    """The OS user this process runs as, by the system's own word: ``$USER`` can be set by anybody."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's user need not be in its table
        return str(os.geteuid())


def here(login: str) -> str:
    """This place, for the journal: ``user@host``."""
    return f"{login}@{socket.gethostname()}"
