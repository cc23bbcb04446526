"""What is said when a screen ends by an error: which one and where, never the values of variables."""

from __future__ import annotations

import traceback
from pathlib import Path

from rich.text import Text
from textual.worker import WorkerFailed

from situationroom.i18n import say


def crash_words(error: BaseException, lang: str, *, places: bool) -> Text:
    """One line naming the error and its place; with ``places`` the traceback below it."""
    if isinstance(error, WorkerFailed):
        error = error.error
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    words = say("ui.crashed", lang, kind=type(error).__name__, where=where)
    return Text("\n".join([words, *(traceback.format_list(frames) if places else [])]))
