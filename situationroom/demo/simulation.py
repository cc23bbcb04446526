"""The simulated day: pure, seeded, on its own time. It reads wishes and gives what to write."""

from __future__ import annotations

from situationroom.demo.agency import Agency
from situationroom.demo.insurance import Insurance
from situationroom.demo.lines import Line
from situationroom.demo.scenarios import Scenario
from situationroom.demo.telecom import (
    CHECK,
    FALLBACK,
    GUARANTEE,
    JOIN,
    KAIT,
    KTOA,
    LOOKUP,
    MOBINS,
    RELAY,
    SGI,
    SKIP,
)
from situationroom.demo.traffic import Traffic
from situationroom.demo.writes import Event, Update, Wishes, Writes

STEP_S = 0.5
WARM_UP_S = 90.0


class Simulation:
    """Traffic, insurance and partner agencies of one launch day.

    The same seed and wishes give the same day, whatever the rhythm ``advance`` is called in: time goes in
    fixed steps of ``STEP_S``. It begins ``WARM_UP_S`` before 0, so that the agencies' last minute is full.
    """

    def __init__(self, seed: int, scenario: Scenario) -> None:
        self.sgi = Agency(SGI, GUARANTEE)
        self.kait = Agency(KAIT, CHECK, LOOKUP)
        self.mobins = Agency(MOBINS, JOIN)
        self.ktoa = Agency(KTOA, RELAY)
        self.fallback = Agency(FALLBACK)
        partners = (self.sgi, self.kait, self.mobins, self.ktoa)
        self._lines = {agency.name: Line(agency, self.fallback) for agency in partners}
        self.traffic = Traffic(seed, self._lines[SGI], self._lines[KTOA])
        self.insurance = Insurance(seed, self._lines[MOBINS], self._lines[KAIT])
        self._scenario = scenario
        self._switched_on: frozenset[str] = frozenset()
        self._steps = -round(WARM_UP_S / STEP_S)
        self.traffic.resume(self.t, 1, 1, [])
        self.insurance.resume(self.t, 1, 1)

    @property
    def t(self) -> float:
        """The world's time: seconds since it started."""
        return self._steps * STEP_S

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """The partner agencies, and the fallback that takes the work of one that is out."""
        return self.sgi, self.kait, self.mobins, self.ktoa, self.fallback

    def resume(self, *, join: int, error: int, update: int, waiting: int, open_updates: list[Update]) -> None:
        """Go on after a prepared history: the next free ids, and USIM updates under way."""
        self.traffic.resume(self.t, update, waiting, open_updates)
        self.insurance.resume(self.t, join, error)

    def advance(self, to: float, wishes: Wishes) -> Writes:
        """Let the world go on to its time ``to``; what happened meanwhile."""
        writes = Writes()
        self._notice(wishes, writes)
        self.insurance.retry(wishes.retries)
        self.traffic.release(wishes.released)
        while self.t + STEP_S <= to:
            self._steps += 1
            activations = self.traffic.step(self.t, STEP_S, writes)
            link = self._scenario(self.t)
            skip = SKIP in wishes.switched_on
            self.insurance.step(self.t, STEP_S, link, activations, writes, skip=skip)
        return writes

    def _notice(self, wishes: Wishes, writes: Writes) -> None:
        """Tell of references that somebody switched, and of agencies whose work goes another way."""
        for code in sorted(wishes.switched_on ^ self._switched_on):
            sentence = "demo.event_on" if code in wishes.switched_on else "demo.event_off"
            if self.t > 0:
                writes.events.append(Event(self.t, "info", "KOS", sentence, {"code": code}))
        self._switched_on = wishes.switched_on
        for name, line in self._lines.items():
            if line.diverted != (name in wishes.diverted):
                line.diverted = not line.diverted
                sentence = "demo.event_diverted" if line.diverted else "demo.event_straight"
                writes.events.append(Event(self.t, "info", "KOS", sentence, {"agency": name}))
            line.closed = name in wishes.closed
