"""What the door asks about a person: whether they are who they say. The people of a room answer."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from situationroom.layout.models import ActionSpec
from situationroom.values import Person, Proof


class Trust(Protocol):
    """The proofs that were seen in this process; see ``people/proofs.py``."""

    async def sign_in(self, name: str, pin: str) -> Person:
        """The person with this id, proven by their PIN.

        Raises:
            ActionDenied: the PIN is wrong, none is set, or they are locked out.

        """

    def to_fire(self, spec: ActionSpec, asker: Person, by: Person | None, previewed: datetime) -> Proof:
        """How far a confirmation proves its asker.

        Raises:
            ActionDenied: not enough to fire.

        """

    def to_approve(self, spec: ActionSpec, asker: Person, approver: Person, asked: datetime) -> Proof:
        """How far a second person is proven.

        Raises:
            ActionDenied: they may neither approve nor refuse.

        """
