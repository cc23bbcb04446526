"""What is true now of every action, looked up again and again for the screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from situationroom.actions.base import Action, Call, State
from situationroom.actions.inputs import defaults
from situationroom.actions.waiting import Sleep, sleep_unless
from situationroom.errors import must_end
from situationroom.layout.models import OwnInputs
from situationroom.values import GUEST

EVERY_S = 5.0
"""How often each action is looked at."""

PATIENCE_S = 4.0
"""How long a look may take."""

OLDEST_S = 3 * EVERY_S
"""A state older than this is not shown as one."""


@dataclass(slots=True)
class _Look:
    """The last look at one action. ``epoch`` counts what may have changed the state since."""

    state: State | None = None
    at: datetime | None = None
    epoch: int = 0
    again: asyncio.Event = field(default_factory=asyncio.Event)


class Looks:
    """Probes actions in the background. A look that fails leaves the state unknown, never the old one."""

    def __init__(
        self,
        actions: Mapping[str, Action[Any]],
        now: Callable[[], datetime],
        sleep: Sleep,
        changed: Callable[[], None],
    ) -> None:
        self._actions = {name: action for name, action in actions.items() if _can_be_looked_at(action)}
        self._now = now
        self._sleep = sleep
        self._changed = changed
        self._looks = {name: _Look() for name in self._actions}

    async def run(self) -> None:
        """Look at every action, for ever."""
        if not self._actions:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as tasks:
            for place, name in enumerate(self._actions):
                late_s = EVERY_S * place / len(self._actions)  # spread over the period after the first round
                tasks.create_task(self._watch(name, late_s), name=f"state of {name}")

    def state(self, name: str) -> State | None:
        """What is true now, or None where that is not known."""
        look = self._looks.get(name)
        return look.state if look and self.age_s(name) <= OLDEST_S else None

    def age_s(self, name: str) -> float:
        """Seconds since it was last known; infinite when it never was."""
        look = self._looks.get(name)
        if look is None or look.at is None:
            return float("inf")
        return max(0.0, (self._now() - look.at).total_seconds())

    def again(self, name: str) -> None:
        """The state may have changed: forget it and look at once."""
        if (look := self._looks.get(name)) is not None:
            look.epoch += 1
            look.state = None
            look.again.set()

    async def _watch(self, name: str, late_s: float) -> None:
        look = self._looks[name]
        pause_s = EVERY_S + late_s
        while True:
            look.again.clear()
            await self._look(name)
            await sleep_unless(look.again, self._sleep, pause_s)
            pause_s = EVERY_S

    async def _look(self, name: str) -> None:
        look, action = self._looks[name], self._actions[name]
        epoch, before = look.epoch, look.state
        try:
            call = Call(name, GUEST, defaults(action.spec.inputs, self._now()))
            async with asyncio.timeout(PATIENCE_S):
                state: State | None = await action.probe(call)
        except BaseException as error:  # a kind of action that breaks must not end the room's other tasks
            if must_end(error):
                raise
            state = None  # shown as unknown, with the age of what was last known
        if look.epoch != epoch:
            return  # begun before a run changed the world
        look.state = state
        if state is not None:
            look.at = self._now()
        if state != before:
            self._changed()


def _can_be_looked_at(action: Action[Any]) -> bool:
    """Whether there is a state without a person's choice: no input is required but the kind's own."""
    options = action.spec.options
    own = options.own_inputs() if isinstance(options, OwnInputs) else {}
    inputs = {name: spec for name, spec in action.spec.inputs.items() if name not in own}
    return all(spec.optional or spec.default is not None for spec in inputs.values())
