"""Customers: activations and what comes with them: ports, product calls, USIM updates, waiting numbers."""

from __future__ import annotations

from heapq import heappop, heappush

from situationroom.demo.chance import Chance
from situationroom.demo.lines import Line
from situationroom.demo.telecom import (
    CARRIERS,
    CHANNELS,
    FLOWS,
    GUARANTEE,
    GUARANTEED,
    KINDS,
    LATE_S,
    MODELS,
    OPENED_S,
    PORT_IN,
    PORT_OUTS,
    RELAY,
    SIM_UPDATES,
    UNSENT,
    WAITING_REASONS,
    arrivals_per_s,
)
from situationroom.demo.writes import Activation, Event, Flow, Port, Update, Waiting, Writes

_WAITS_PER_S = 0.6
_STUCK = 0.035  # of all waiting numbers: they stay until somebody releases them
_RELEASED_PER_S = 25.0
_LATE = 0.012  # of all USIM updates
_FLOW_S = 5.0


class Traffic:
    """The customers of one launch day."""

    def __init__(self, seed: int, sgi: Line, ktoa: Line) -> None:
        self._chance = Chance(seed, "traffic")
        self._sgi, self._ktoa = sgi, ktoa
        self._updates: list[tuple[float, Update]] = []
        self._leaving: list[tuple[float, int]] = []
        self._releasing: list[int] = []
        self._next_update = self._next_waiting = 1
        self._activated = 0
        self._flows_due = 0.0

    def resume(self, t: float, next_update: int, next_waiting: int, open_updates: list[Update]) -> None:
        """Go on after a prepared history: ids in use, and USIM updates under way."""
        self._next_update, self._next_waiting = next_update, next_waiting
        for update in open_updates:
            heappush(self._updates, (t + self._chance.between(20, 400), update))
        self._flows_due = t

    def step(self, t: float, dt: float, writes: Writes) -> list[Activation]:
        """The ``dt`` seconds until ``t``. Gives the new activations, for the insurance flow."""
        new = [
            Activation(
                t - self._chance.between(0, dt),
                self._chance.pick(MODELS),
                self._chance.pick(KINDS),
                self._chance.pick(CHANNELS),
            )
            for _ in range(self._chance.count(arrivals_per_s(t + OPENED_S) * dt))
        ]
        writes.activations += new
        self._activated += len(new)
        for activation in new:
            self._guarantee(t)
            if activation.kind == PORT_IN:
                writes.ports.append(self._port(t, activation.at, "in", writes))
            if self._chance.happens(SIM_UPDATES):
                self._sell(activation, writes)
        leaving = self._chance.count(arrivals_per_s(t + OPENED_S) * dt * PORT_OUTS)
        writes.ports += [self._port(t, t, "out", writes) for _ in range(leaving)]
        self._deliver(t, writes)
        self._queue(t, dt, writes)
        self._call_products(t, writes)
        return new

    def release(self, numbers: tuple[int, ...]) -> None:
        """Let waiting numbers go, as fast as the system can."""
        known = set(self._releasing)
        self._releasing += [number for number in numbers if number not in known]

    def _guarantee(self, t: float) -> None:
        if self._chance.happens(GUARANTEED):
            self._sgi.call(t, GUARANTEE, self._chance.millis(190), good=not self._chance.happens(0.004))

    def _port(self, t: float, at: float, direction: str, writes: Writes) -> Port:
        """A number that comes or goes."""
        good = not self._chance.happens(UNSENT)
        sent = self._ktoa.call(t, RELAY, self._chance.millis(420), good=good)
        carrier = self._chance.pick(CARRIERS)
        if not sent:
            writes.events.append(Event(t, "warning", "NP", "demo.event_unsent", {"carrier": carrier}))
        return Port(at, direction, carrier, at + 0.8 if sent else None)

    def _sell(self, activation: Activation, writes: Writes) -> None:
        late = self._chance.happens(_LATE)
        takes = self._chance.between(180, 480) if late else self._chance.between(6, 40)
        update = Update(self._next_update, activation.at, activation.model, None)
        self._next_update += 1
        writes.updates.append(update)
        heappush(self._updates, (activation.at + takes, update))

    def _deliver(self, t: float, writes: Writes) -> None:
        while self._updates and self._updates[0][0] <= t:
            due, update = heappop(self._updates)
            writes.updated.append(update._replace(done_at=due))
            took_s = due - update.sold_at
            if took_s > LATE_S:
                values: dict[str, object] = {"seconds": round(took_s), "model": update.model}
                writes.events.append(Event(t, "warning", "OTA", "demo.event_late", values))

    def _queue(self, t: float, dt: float, writes: Writes) -> None:
        for _ in range(self._chance.count(_WAITS_PER_S * dt)):
            number = f"010-****-{int(self._chance.between(0, 10_000)):04d}"
            waiting = Waiting(self._next_waiting, t, number, self._chance.pick(WAITING_REASONS))
            self._next_waiting += 1
            writes.waiting.append(waiting)
            if not self._chance.happens(_STUCK):
                heappush(self._leaving, (t + self._chance.between(20, 240), waiting.id))
        while self._leaving and self._leaving[0][0] <= t:
            writes.freed.append(heappop(self._leaving)[1])
        batch = max(1, round(_RELEASED_PER_S * dt))
        writes.freed += self._releasing[:batch]
        del self._releasing[:batch]

    def _call_products(self, t: float, writes: Writes) -> None:
        """Product services count their calls every few seconds."""
        if t < self._flows_due:
            return
        self._flows_due = t + _FLOW_S
        for flow, per_activation in FLOWS.items():
            exact = per_activation == 1.0  # everybody joins a plan
            requested = self._activated if exact else self._chance.count(self._activated * per_activation)
            failed = self._chance.count(requested * (0.02 if flow.startswith("OTT") else 0.004))
            writes.flows.append(Flow(t, flow, requested, min(failed, requested)))
        if self._activated and self._chance.happens(0.15):
            values = {"count": self._activated, "seconds": round(_FLOW_S)}
            writes.events.append(Event(t, "info", "KOS", "demo.event_activated", values))
        self._activated = 0
