"""What a screen may ask of a room: the one interface between the two.

Whether the room runs in this process, is replayed or is elsewhere is invisible behind it. A screen holds
no truth of its own: it shows what :meth:`Room.view` gives and sends wishes through :meth:`Room.ask`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Protocol

from situationroom.actions.fire import Asked, Confirmation
from situationroom.layout.models import Layout, PanelSpec
from situationroom.panel import View
from situationroom.values import (
    ActionState,
    Alert,
    FeedState,
    Key,
    Level,
    Person,
    RunStatus,
    SourceHealth,
    Value,
)


class Room(Protocol):
    """A running room, as screens, snapshots and commands see it."""

    @property
    def layout(self) -> Layout:
        """The layout it was made from."""

    def now(self) -> datetime:
        """The room's time, in the layout's time zone."""

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
        """What changed since the last step: feed names, ``alerts``, ``actions``. Coalesced, never behind."""

    def actions(self, person: Person) -> tuple[ActionState, ...]:
        """Every action of the layout, as this person may fire it."""

    async def ask(self, action: str, values: Mapping[str, Value], person: Person) -> Asked:
        """Ask for a run: permission is checked and the preview made. Nothing happens yet.

        Raises:
            ActionDenied: it may not be fired, and why.
            SourceError: its preview cannot be made.
            JournalError: the journal cannot be written, so nothing may be asked.

        """

    async def fire(self, run: str, confirmation: Confirmation) -> RunStatus:
        """Fire an asked run: claimed on disk, then begun. Returns once it is under way or has ended.

        Raises:
            ActionDenied: not confirmed as it must be, or the world changed since the preview.
            JournalError: the intent could not be written, so nothing was fired.

        """

    async def withdraw(self, run: str) -> None:
        """Forget an asked run that was not confirmed; journalled.

        Raises:
            ActionDenied: it was fired or withdrawn already.

        """

    async def finished(self, run: str) -> RunStatus:
        """The status of a run once it has ended."""

    async def stop(self, run: str, person: Person) -> None:
        """Have a run end after its present step.

        Raises:
            ActionDenied: it is not under way, or ``person`` has no say in it.

        """

    def runs(self) -> tuple[RunStatus, ...]:
        """Runs that were fired in this room's lifetime, newest first; the last few hundred."""
