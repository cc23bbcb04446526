"""A layout's actions, made and introduced to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from situationroom.actions.base import Action, Sources
from situationroom.layout.models import Layout
from situationroom.paint.words import RoomWords


def assembled(
    layout: Layout, kinds: Mapping[str, type[Action[Any]]], sources: Sources
) -> dict[str, Action[Any]]:
    """Every action of a layout by its id.

    Raises:
        UsageError: one builds on a source or another action that does not do.

    """
    actions = {
        name: kinds[spec.kind](name, spec, spec.options, sources) for name, spec in layout.actions.items()
    }
    words = RoomWords(layout)
    for action in actions.values():
        action.words = words
    for action in actions.values():
        action.meet(actions, kinds)
    return actions
