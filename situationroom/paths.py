"""Where things are: what ships with the program, and what is kept for a user."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The shipped folder ``panels`` or ``layouts``: inside an installed package, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def state_dir() -> Path:
    """Where journals are kept by default: ``$SITUATIONROOM_STATE``, else the XDG state folder."""
    if own := os.environ.get("SITUATIONROOM_STATE"):
        return Path(own)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "situationroom"
