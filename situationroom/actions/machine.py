"""The states of a run and the ways between them, as data.

::

    asked ── previewed ─┬──────────── confirmed ── claimed ── running ── done
      │          │      └─ awaiting ──┘   │           │          ├────── failed    no effect, or not all of it
      │          │            │           │           │          ├────── stopped   by a person or its brake
      └─ denied ─┴────────────┼───────────┘           └──────────┴────── unknown   nobody knows
                 └─ withdrawn ┤
                 └─ expired ──┘        not confirmed, or not approved, in time

A run is *under way* from ``confirmed`` until it has ended: no second run of the same action begins meanwhile.
Nothing leaves the process before ``claimed`` is on the disk. Where a second person has to approve, the
asker's yes leads to ``awaiting``, and the second person's to ``confirmed``. What is learned after the end
(verified, settled, undone) is no state but a fact about a run that is ``done`` or ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from situationroom.values import RunState

_S = RunState

WAYS: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        _S.ASKED: frozenset({_S.PREVIEWED, _S.DENIED}),
        _S.PREVIEWED: frozenset({_S.CONFIRMED, _S.AWAITING, _S.DENIED, _S.EXPIRED, _S.WITHDRAWN}),
        _S.AWAITING: frozenset({_S.CONFIRMED, _S.DENIED, _S.EXPIRED, _S.WITHDRAWN}),
        _S.CONFIRMED: frozenset({_S.CLAIMED, _S.DENIED}),
        _S.CLAIMED: frozenset({_S.RUNNING, _S.UNKNOWN}),
        _S.RUNNING: frozenset({_S.DONE, _S.FAILED, _S.STOPPED, _S.UNKNOWN}),
        _S.DENIED: frozenset(),
        _S.EXPIRED: frozenset(),
        _S.WITHDRAWN: frozenset(),
        _S.DONE: frozenset(),
        _S.FAILED: frozenset(),
        _S.STOPPED: frozenset(),
        _S.UNKNOWN: frozenset(),
    }
)
"""Every state, and the states that may come right after it."""

UNDER_WAY = frozenset({_S.CONFIRMED, _S.CLAIMED, _S.RUNNING})
"""The states in which a run keeps others of its action away."""


class IllegalTransition(RuntimeError):
    """A run was moved where no way leads: a mistake in the program, never in its use."""


def step(now: RunState, then: RunState) -> RunState:
    """``then``, where a way leads there from ``now``.

    Raises:
        IllegalTransition: none does.

    """
    if then not in WAYS[now]:
        raise IllegalTransition(f"{now} -> {then}")
    return then
