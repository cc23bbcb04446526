"""The worlds there are, by name. A world's name is the name of the layout it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from situationroom.errors import UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    """What a world does unasked.

    Attributes:
        scenario: what goes wrong in it.
        operator: who sits at the screen of its room, by the layout's ``people``.
        pins: the PIN of each of its people. They guard nothing but a simulation, and its room tells them.

    """

    scenario: str
    operator: str
    pins: Mapping[str, str]


WORLDS: Mapping[str, Setting] = MappingProxyType(
    {
        "launch-day": Setting(
            scenario="kait-lag", operator="kim", pins={"kim": "2580", "park": "7391", "lee": "4826"}
        )
    }
)


def setting(name: str) -> Setting:
    """The world of that name.

    Raises:
        UsageError: there is none.

    """
    if name not in WORLDS:
        raise UsageError("demo.no_world", name=name, known=", ".join(WORLDS))
    return WORLDS[name]
