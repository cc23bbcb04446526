"""The people of a world: a users file with their PINs, so that its room can ask for a second person."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from situationroom.people.pins import Pins
from situationroom.people.users import UsersFile


@contextmanager
def users_file(pins: Mapping[str, str]) -> Iterator[str]:
    """The path of a users file with these PINs, by person id; gone at the end. Slow: call it in a thread."""
    with tempfile.TemporaryDirectory(prefix="situationroom-people-") as folder:
        file = UsersFile(Path(folder) / "users.local.yaml")
        hasher = Pins()
        for person, pin in pins.items():
            file.set(person, hasher.hash(pin))
        yield str(file.path)
