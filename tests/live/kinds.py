"""What the tests of the kinds of action share."""

from __future__ import annotations

from situationroom.actions.asked import Asked
from situationroom.actions.fire import Confirmation
from situationroom.values import RunStatus
from tests.live.firing_room import KIM, FiringRoom


async def confirmed(room: FiringRoom, asked: Asked) -> RunStatus:
    """Confirm as it must be, and wait for the end."""
    await room.firing.fire(asked.run, Confirmation(typed=asked.preview.target))
    return await room.firing.finished(asked.run)


async def undo(room: FiringRoom, run: str) -> Asked:
    """Ask for the undo of a run."""
    return await room.firing.undo(run, KIM)


ATTEMPTS = (
    "x' or '1'='1",
    "'; drop table victim; --",
    "$1",
    "$reason",
    "../../admin",
    "..",
    "a/b?c=d#e",
    "%2e%2e%2f",
    '", "admin": true, "x": "',
    "\r\nX-Admin: 1",
    "$(touch /tmp/situationroom-was-here)",
    "`id`; && || | > /dev/null",
    "[red]\x1b]0;x\x07",
    "한글 \u202eabc",
)
"""Texts that would be more than text if they were pasted anywhere."""
