"""Where things are: what ships with the program, and what is kept for a user."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The shipped folder ``panels`` or ``layouts``: inside an installed package, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def is_shipped(layout: Path) -> bool:
    """Whether a layout file is one of those that ship with the program."""
    return layout.parent.resolve() == bundled("layouts").resolve()


def default_journal(layout: Path) -> Path:
    """Where the journal of a layout file is that names none.

    ``launch-day.journal`` of a shipped one; of a user's ``room-1f0c9a2e.journal``, told by where the file is:
    two rooms of one name must not share their runs.
    """
    name = layout.stem
    if not is_shipped(layout):
        name += f"-{hashlib.sha256(os.fsencode(layout.resolve())).hexdigest()[:8]}"
    return state_dir() / f"{name}.journal"


def heads_dir() -> Path:
    """Where it is noted which entry of each journal was the newest that this OS user's programs saw."""
    return state_dir() / "heads"


def state_dir() -> Path:
    """Where journals are kept by default: ``$SITUATIONROOM_STATE``, else the XDG state folder."""
    if own := os.environ.get("SITUATIONROOM_STATE"):
        return Path(own)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "situationroom"
