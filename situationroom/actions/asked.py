"""What passes between a screen and the door: a run asked for, and the person's yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from situationroom.actions.base import Call, Preview


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that was allowed and previewed, waiting for its confirmation.

    Attributes:
        run: the run's id.
        call: what was asked.
        preview: what it will do.
        confirmation: how it must be confirmed.
        expires: after this the preview is too old and must be made again.

    """

    run: str
    call: Call
    preview: Preview
    confirmation: Literal["press", "type"]
    expires: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person's yes. ``typed`` is what they typed, for a confirmation by ``type``."""

    typed: str = ""
