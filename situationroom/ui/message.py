"""The last thing worth saying to the person at this screen; it stands in the foot, never as a toast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["muted", "good", "warning", "critical"]

_SECONDS: dict[Tone, float] = {"muted": 5.0, "good": 8.0, "warning": 12.0, "critical": 30.0}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in the viewer's language, and how it is meant."""

    words: str
    tone: Tone = "muted"

    @property
    def stands_s(self) -> float:
        """How long it stands when nothing else is said: bad news longest."""
        return _SECONDS[self.tone]
