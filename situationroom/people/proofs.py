"""What the door believes of a person: proofs it has seen itself, never those that a screen brings along.

A Person is a plain value, which any screen could make. Whether it counts as proven is decided here: by the
OS user this process runs as, or by a PIN that was shown at this desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from situationroom.errors import ActionDenied
from situationroom.layout.models import ActionSpec, Layout
from situationroom.people.approving import judge_second
from situationroom.people.sign_in import SignIn
from situationroom.people.who import who
from situationroom.values import Person, Proof

_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Shown:
    """A Person that came of a PIN, and when it was shown."""

    person: Person
    at: datetime


class Proofs:
    """The proofs of one process.

    On a shared wall a login proves nothing, and a PIN is good for one thing: it is taken by the firing or the
    approval it was shown for.

    Args:
        layout: whose people.
        desk: where PINs are shown.
        login: the OS user this process runs as, by the system's word.

    """

    def __init__(self, layout: Layout, desk: SignIn, login: str) -> None:
        self._layout = layout
        self._desk = desk
        self._here = who(layout, None, login)
        self._shown: dict[int, _Shown] = {}  # by identity: an equal Person of somebody else's making is none

    async def sign_in(self, name: str, pin: str) -> Person:
        """The person with the id ``name``, proven by their PIN; raises as :meth:`SignIn.sign_in`."""
        person = await self._desk.sign_in(name, pin)
        while len(self._shown) >= _REMEMBERED:
            del self._shown[next(iter(self._shown))]
        self._shown[id(person)] = _Shown(person, self._desk.now())
        return person

    def of(self, person: Person) -> Proof:
        """How far ``person`` is proven."""
        if person.id not in self._layout.people:
            return Proof.CLAIMED
        if id(person) in self._shown:
            return Proof.PIN
        return Proof.LOGIN if person == self._here and person.proof is Proof.LOGIN else Proof.CLAIMED

    def to_fire(self, spec: ActionSpec, asker: Person, by: Person | None, previewed: datetime) -> Proof:
        """How far a confirmation proves its asker, for the journal; asked once for each, when it is given.

        ``by`` is who showed their PIN for this confirmation, or None. On a shared wall there must be one,
        shown after the preview, and it is used up. For two persons the asker must be proven too: else
        somebody could ask in another's name and approve in their own.

        Raises:
            ActionDenied: it does not prove enough to fire.

        """
        if by is not None and by.id != asker.id:
            raise ActionDenied("people.another", asker=asker.name, by=by.name)
        proof = self.of(by or asker)
        if self._layout.wall == "shared" and (by is None or not self._take(by, previewed)):
            raise ActionDenied("people.pin_needed")
        if spec.confirmation == "two-person" and not proof.enough_to_approve:
            raise ActionDenied("people.asker_unproven", asker=asker.name)
        return proof

    def to_approve(self, spec: ActionSpec, asker: Person, approver: Person, asked: datetime) -> Proof:
        """How far a second person is proven who approves or refuses what ``asker`` asked at ``asked``.

        ``asker`` is as the journal has them, with the proof that :meth:`to_fire` gave.

        Raises:
            ActionDenied: they may neither approve nor refuse it.

        """
        proof = self.of(approver)
        judge_second(self._layout, spec, asker, replace(approver, proof=proof))
        if self._layout.wall == "shared" and not self._take(approver, asked):
            raise ActionDenied("people.pin_needed")
        return proof

    def _take(self, person: Person, after: datetime) -> bool:
        """Use up a PIN that was shown, once, and only if that was after a moment."""
        shown = self._shown.pop(id(person), None)
        return shown is not None and shown.at >= after
