"""What a screen may ask of a room: the one interface between the two.

Whether the room runs in this process, is replayed or is elsewhere is invisible behind it. A screen holds
no truth of its own: it shows what :meth:`Room.view` gives and sends wishes through :meth:`Room.ask`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Protocol

from situationroom.actions.asked import Approval, Asked, Confirmation, Hold
from situationroom.actions.base import State
from situationroom.actions.choices import Choice
from situationroom.layout.models import Layout, PanelSpec
from situationroom.paint.words import RoomWords
from situationroom.panel import View
from situationroom.values import (
    ActionState,
    Alert,
    FeedState,
    Key,
    Level,
    Message,
    Person,
    RunStatus,
    Settlement,
    SourceHealth,
    Value,
)


class Room(Protocol):
    """A running room, as screens, snapshots and commands see it."""

    @property
    def layout(self) -> Layout:
        """The layout it was made from."""

    @property
    def words(self) -> RoomWords:
        """What the room calls columns and their values."""

    def now(self) -> datetime:
        """The room's time, in the layout's time zone."""

    def trouble(self) -> Message | None:
        """Why nothing shown may be relied on, or None: a part of the room stands still. Nothing is fired."""

    def latest(self, feed: str) -> FeedState:
        """The newest state of a feed.

        Raises:
            KeyError: the layout has no such feed.

        """

    def sources(self) -> tuple[SourceHealth, ...]:
        """A lamp per source, in layout order."""

    def alerts(self) -> tuple[Alert, ...]:
        """Standing alerts, worst and oldest first."""

    def levels(self) -> Mapping[tuple[str, Key], Level]:
        """The worst level that holds, by (feed, key)."""

    def view(self, panel: PanelSpec, feeds: Collection[str], person: Person) -> View:
        """What a panel may see now: its feeds, alerts, levels, the actions as this person may fire them."""

    def version(self, feeds: Collection[str]) -> tuple[object, ...]:
        """Changes whenever a view of these feeds would: the key of painted rows."""

    def watch(self) -> AsyncIterator[frozenset[str]]:
        """What changed since the last step: feeds, ``alerts``, ``actions``, ``runs``. Never behind."""

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        """Every action of the layout, as this person may fire it."""

    async def choices(self, action: str) -> Mapping[str, tuple[Choice, ...]]:
        """What may be chosen now for each input of an action that is chosen from something.

        Raises:
            ActionDenied: no such action, or the choices cannot be learned.
            SourceError: no answer in time.

        """

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        """Ask for a run: permission is checked and the preview made. Nothing happens yet.

        Raises:
            ActionDenied: it may not be fired, and why.
            SourceError: its preview cannot be made.
            JournalError: the journal cannot be written, so nothing may be asked.

        """

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Fire an asked run: claimed on disk, then begun. Returns once it is under way or has ended.

        A run for two persons is ``AWAITING`` when this returns; it begins once somebody else approved.

        Raises:
            ActionDenied: not confirmed as it must be, or the world changed since the preview.
            JournalError: the intent could not be written, so nothing was fired.

        """

    async def withdraw(self, run: str) -> None:
        """Forget an asked run that was not confirmed, or still waits for its second person; journalled.

        Raises:
            ActionDenied: it was fired or withdrawn already.

        """

    async def caught_up(self) -> None:
        """Read what every process wrote until now, also where the room has not begun.

        Raises:
            JournalError: the journal cannot be read.

        """

    async def finished(self, run: str) -> RunStatus:
        """The status of a run once it has ended; of a run of another process, once the journal says so.

        Raises:
            ActionDenied: nobody knows such a run.

        """

    async def verified(self, run: str) -> RunStatus:
        """The status of a run once it has ended and, where it is verified, the live figures have spoken."""

    async def stop(self, run: str, person: Person) -> None:
        """Have a run end after its present step, in whatever process it runs.

        Raises:
            ActionDenied: it is not under way, or ``person`` has no say in it.

        """

    async def pause(self, run: str, person: Person) -> None:
        """Have a run wait before its next step. Raises as :meth:`stop`."""

    async def resume(self, run: str, person: Person) -> None:
        """Let a paused run go on. Raises as :meth:`stop`."""

    async def set_rate(self, run: str, per_s: float | None, person: Person) -> None:
        """Change the rate limit of a run while it runs; None for no limit. Raises as :meth:`stop`."""

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs of every process: first those that nobody has settled, then newest first; a few hundred."""

    async def continue_batch(self, run: str, person: Person) -> Asked:
        """Ask for a run that goes on where an ended one stood. Raises as :meth:`ask`."""

    async def undo(self, run: str, person: Person) -> Asked:
        """Ask for the run that undoes a done one, while its undo is offered. Raises as :meth:`ask`."""

    def approvals(self) -> tuple[Approval, ...]:
        """Runs of every process that wait for a second person, the oldest first."""

    def decided(self, run: str) -> Message | None:
        """Why a run waits for no second person: who decided it, and when. None while it does wait."""

    async def approve(self, run: str, person: Person) -> None:
        """A second person's yes; the process that asked then looks again and fires.

        Raises:
            ActionDenied: ``person`` is the asker, is not proven to be who they say, may not approve, or
                the wait is over.
            JournalError: it could not be written, so it does not count.

        """

    async def refuse(self, run: str, person: Person, reason: str) -> None:
        """A second person's no. Raises as :meth:`approve`."""

    def held(self) -> Hold | None:
        """Who holds all actions, or None."""

    def alarm(self) -> Message | None:
        """What a person must acknowledge before anything is fired, or None: the journal lost what it held."""

    async def acknowledge(self, person: Person) -> None:
        """Acknowledge :meth:`alarm`; the entry that was lost is written down. Raises as :meth:`hold`."""

    def may_hold(self, person: Person) -> Message | None:
        """Why ``person`` may neither hold nor release all actions, or None."""

    async def hold(self, person: Person, reason: str = "") -> None:
        """Hold all actions, on every screen of the room. What runs goes on.

        Raises:
            ActionDenied: ``person`` may not, or they are held already.
            JournalError: it could not be written, so nothing is held.

        """

    async def release(self, person: Person) -> None:
        """Let actions be fired again. Raises as :meth:`hold`."""

    async def probe(self, run: str) -> State:
        """What is true now of the thing that a run was to change: the help for :meth:`settle`.

        Raises:
            SourceError: it cannot be learned.
            ActionDenied: no such run, or it had secret inputs that nobody keeps.

        """

    async def settle(self, run: str, verdict: Settlement, person: Person) -> Asked | None:
        """Decide what came of a run whose outcome nobody knows, once among all processes.

        After ``AGAIN`` the same is asked for anew: previewed, confirmed and guarded as any other run.

        Raises:
            ActionDenied: it is settled or known already, or ``person`` has no say in it.
            JournalError: it could not be written, so it is not settled.
            SourceError: the new preview after ``AGAIN`` cannot be made; the run is settled all the same.

        """

    async def sign_in(self, person: str, pin: str) -> Person:
        """The person of this id, proven by their PIN.

        Raises:
            ActionDenied: the PIN is wrong, or too many wrong ones locked them out for a while.

        """
