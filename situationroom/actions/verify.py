"""After a run: does the live figure show its effect? Watched for a time, said and journalled once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from situationroom.actions.guards import Guards
from situationroom.actions.knowing import given_of
from situationroom.actions.ledger import Ledger
from situationroom.actions.record import Record
from situationroom.actions.records import Records
from situationroom.actions.status import Statuses
from situationroom.actions.tail import Tail
from situationroom.actions.waiting import Clock
from situationroom.errors import ActionDenied, JournalError
from situationroom.i18n import say
from situationroom.journal import Kind
from situationroom.layout.conditions import Given
from situationroom.layout.models import VerifySpec
from situationroom.values import ROOM, FeedState, Message

LOOK_S = 0.3
"""How often the figures are looked at while something waits for them."""


class Verifier:
    """Watches the figures for runs of this process, and of processes that are gone.

    Args:
        tail: the runs.
        guards: looks at feeds.
        statuses: knows what has to be verified, and until when.
        records: the journal.
        feed_state: the newest state of a feed.
        clock: the room's time.

    """

    def __init__(
        self,
        tail: Tail,
        guards: Guards,
        statuses: Statuses,
        records: Records,
        feed_state: Callable[[str], FeedState],
        clock: Clock,
    ) -> None:
        self._tail = tail
        self._guards = guards
        self._statuses = statuses
        self._records = records
        self._feed_state = feed_state
        self._clock = clock
        self._lease = ""
        self._broken: set[str] = set()  # runs whose condition was seen not to be met since

    def watches_for(self, lease: str) -> None:
        """The runs of this process are those that claimed with this lease."""
        self._lease = lease

    async def run(self) -> None:
        """Watch, for ever."""
        while True:
            await self._clock.sleep(LOOK_S)
            ledger = self._tail.ledger
            for record in ledger.runs.values():
                until = self._statuses.verify_until(ledger, record)
                ours = record.lease == self._lease or record.lease in ledger.gone
                if until is not None and ours:
                    await self._look(record, until)

    async def _look(self, record: Record, until: datetime) -> None:
        verify = self._statuses.verify(record)
        if verify is None:
            return
        given = given_of(record)
        unseen = self._unseen(verify, record)
        met = None if unseen else self._guards.meets(verify, given)
        if met is False:
            self._broken.add(record.id)
        over = self._clock.now() >= until
        if met and (over or self._tells(verify, record)):
            await self._say(record, Kind.VERIFIED, verify, None)
        elif over:
            await self._say(record, Kind.NOT_VERIFIED, verify, unseen or self._not_shown(verify, given))

    def _tells(self, verify: VerifySpec, record: Record) -> bool:
        """Whether figures that meet the condition now say that the run did it.

        They do where the author says how long the effect takes, where they did not meet it before the run, or
        where they were seen not to since; else they may only not have moved yet, and have to last.
        """
        return verify.settle is not None or record.held is False or record.id in self._broken

    def _not_shown(self, verify: VerifySpec, given: Given) -> Message:
        said = {"feed": self._guards.feed_title(verify.feed), "when": verify.said}
        if figures := self._guards.figures(verify, given):
            return Message("actions.not_shown_now", {**said, "figures": figures})
        return Message("actions.not_shown", said)

    def _unseen(self, verify: VerifySpec, record: Record) -> Message | None:
        """Why the figures cannot tell of the run: not fresh, or from before they could show its effect."""
        state = self._feed_state(verify.feed)
        said = {"feed": self._guards.feed_title(verify.feed)}
        if state.reading is None or not state.status(self._clock.now()).fresh or record.ended is None:
            return Message("actions.verify_blind", said)
        moved = self._tail.ledger.by_now(record, record.ended) + timedelta(seconds=verify.settle or 0.0)
        return Message("actions.verify_blind", said) if self._guards.of(state.reading) < moved else None

    async def _say(self, record: Record, kind: Kind, verify: VerifySpec, why: Message | None) -> None:
        self._broken.discard(record.id)
        figures = self._guards.figures(verify, given_of(record))
        body = {
            "feed": verify.feed,
            "when": say(verify.said, self._guards.words.lang),
            **({"figures": figures} if figures else {}),
            **({"reason": self._records.sentence(why)} if why else {}),
        }
        draft = self._records.draft(kind, ROOM, record.id, record.action, body)

        def not_said(ledger: Ledger) -> None:
            found = ledger.runs.get(record.id)
            if found is None or found.verified is not None:
                raise ActionDenied("actions.already_fired")

        try:
            await self._records.claim_draft(draft, not_said)
        except ActionDenied:
            return  # another process was faster
        except JournalError:
            return  # shown as the journal's trouble; said once it takes entries again
