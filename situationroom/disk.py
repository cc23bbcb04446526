"""Why something could not be written to the disk, in words that say what to do: a full one is called full."""

from __future__ import annotations

import errno
import os
import shlex
from contextlib import suppress
from pathlib import Path

from situationroom.values import Message

NOTHING_LEFT_BYTES = 64 * 1024
"""With less than this free, whatever could not be written is for want of space."""


def why_unwritten(error: OSError, path: Path) -> Message | str:
    """Why ``path`` could not be written: that the disk is full, or what the system says."""
    return full(error, path) or error.strerror or type(error).__name__


def full(error: OSError, path: Path) -> Message | None:
    """That the disk of ``path``, somebody's share of it, or the file itself takes no more, or None."""
    match error.errno:
        case errno.ENOSPC:
            return no_space(path)
        case errno.EDQUOT:
            return Message("disk.quota", _said(path))
        case errno.EFBIG:
            return Message("disk.limit", _said(path))
    return None


def no_space(path: Path) -> Message:
    """That the disk of ``path`` is full, or full of files; for who knows that it is, or was a moment ago."""
    return is_full(path) or Message("disk.full", _said(path))


def is_full(path: Path) -> Message | None:
    """That the disk of ``path`` is full, by its own word, or None: for an error that does not say."""
    with suppress(OSError):
        found = os.statvfs(_folder(path))
        if found.f_bavail * found.f_frsize < NOTHING_LEFT_BYTES:
            return Message("disk.full", _said(path))
        if found.f_files and not found.f_favail:
            return Message("disk.no_files", _said(path))
    return None


def _said(path: Path) -> dict[str, str]:
    folder = str(_folder(path))
    return {"folder": folder, "named": shlex.quote(folder)}


def _folder(path: Path) -> Path:
    """The folder that is there of where ``path`` is to be."""
    return next((one for one in path.absolute().parents if one.is_dir()), Path("/"))
