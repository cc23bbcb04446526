"""Who may: whom an operator calls for what they may not do themselves."""

from __future__ import annotations

from collections.abc import Collection

from situationroom.layout.models import Layout

_MOST = 4


def names_with(layout: Layout, roles: Collection[str], *, but: str = "") -> str:
    """The names of the people who have one of the roles (no roles: of all), without the person ``but``.

    The first few of them; ``–`` where there is nobody.
    """
    names = [
        spec.name
        for name, spec in layout.people.items()
        if name != but and (not roles or not set(roles).isdisjoint(spec.roles))
    ]
    return ", ".join(names[:_MOST]) + (" …" if len(names) > _MOST else "") or "–"
