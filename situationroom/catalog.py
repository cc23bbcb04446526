"""Every panel, source and kind of action a room can use: shipped ones and a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from situationroom.actions.base import Action
from situationroom.panel import Panel
from situationroom.paths import bundled
from situationroom.plugins import Plugins, discover
from situationroom.sources.base import Source


@dataclass(frozen=True, slots=True)
class Catalog:
    """The plug-in types of one room, by the name a layout calls them."""

    panels: Plugins[Panel[Any]]
    sources: Plugins[Source[Any, Any]]
    actions: Plugins[Action[Any]]


def catalog(beside: Path | None = None) -> Catalog:
    """The shipped types and those in the ``panels``, ``sources`` and ``actions`` folders of ``beside``.

    ``beside`` is the folder of the layout file.

    Raises:
        PluginError: a shipped file cannot be loaded, or two files give the same type.
    """
    package = Path(__file__).parent
    shipped = bundled("panels")
    own = [] if beside is None else [beside]
    # a layout may live beside the shipped panels themselves
    panels = [folder / "panels" for folder in own if (folder / "panels").resolve() != shipped.resolve()]
    return Catalog(
        panels=discover(Panel, [shipped], panels),
        sources=discover(Source, [package / "sources"], [folder / "sources" for folder in own]),
        actions=discover(Action, [package / "actions"], [folder / "actions" for folder in own]),
    )
