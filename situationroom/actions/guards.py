"""Why an action may not be fired now: the guards, in the order a person should hear of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from math import ceil

from situationroom.actions.base import Brake
from situationroom.actions.knowing import judged, wants_inputs
from situationroom.actions.ledger import Held, Ledger
from situationroom.actions.measured import brake_halts, brake_now, figures, watched
from situationroom.formats import clock, duration
from situationroom.layout.conditions import NOTHING, Given
from situationroom.layout.models import ActionSpec, FeedCondition, Layout
from situationroom.paint.words import RoomWords
from situationroom.people.roles import names_with
from situationroom.values import GUEST, FeedState, Message, Person, Reading


class Guards:
    """The guards of one room's actions."""

    def __init__(
        self,
        layout: Layout,
        feed_state: Callable[[str], FeedState],
        now: Callable[[], datetime],
        trouble: Callable[[], Message | None] = lambda: None,
    ) -> None:
        self._layout = layout
        self._trouble = trouble
        self.words = RoomWords(layout)
        self._feed_state = feed_state
        self._now = now

    def why_not(
        self,
        action: str,
        spec: ActionSpec,
        person: Person,
        brake: Brake | None,
        ledger: Ledger,
        target: str = "",
        given: Given | None = None,
    ) -> Message | None:
        """Why ``person`` may not fire it now, or None.

        ``target`` is "" and ``given`` None where they are not known yet.
        """
        return (
            self.role(spec, person)
            or self.taken(action, spec, ledger, target)
            or self.blind(spec, brake, given)
        )

    def role(self, spec: ActionSpec, person: Person) -> Message | None:
        """Why ``person`` has no say in this action, or None.

        An action that names roles is for people who have one of them; one that names none is for everybody
        the layout knows, or for everybody at all where it knows nobody.
        """
        if spec.roles:
            if person.roles.isdisjoint(spec.roles):
                return self._role_needed("actions.role_needed", spec.roles)
        elif self._layout.people and person.id == GUEST.id:
            return Message("actions.guest")
        return None

    def may_hold(self, person: Person) -> Message | None:
        """Why ``person`` may neither hold nor release all actions, or None."""
        roles: Collection[str] = self._layout.hold
        if not roles:
            if any(self.role(spec, person) is None for spec in self._layout.actions.values()):
                return None
            roles = {role for spec in self._layout.actions.values() for role in spec.roles}
        if person.roles.isdisjoint(roles):
            return self._role_needed("actions.may_not_hold", sorted(roles))
        return None

    def taken(
        self, action: str, spec: ActionSpec, ledger: Ledger, target: str, *, cooling: bool = True
    ) -> Message | None:
        """Why the journal has no place for a run of it now, or None.

        In trouble, held, unsettled, under way or, unless ``cooling`` is False, not yet over its cooldown.
        """
        if (trouble := self._trouble()) is not None:
            return Message("actions.in_trouble", {"why": trouble})
        if ledger.hold is not None:
            return self.held(ledger.hold)
        for run in ledger.unsettled():
            if run.action == action:
                said = {"person": self.name(run.person), "at": self._time(run.claimed or run.asked)}
                return Message("actions.unsettled", said)
        for run in ledger.open():
            if run.action == action:
                return Message("actions.under_way", {"person": self.name(run.person)})
            if target and run.target == target:
                said = {"target": target, "title": self._layout.action_title(run.action)}
                return Message("actions.target_taken", {**said, "person": self.name(run.person)})
        return self.cooling(action, spec, ledger) if cooling else None

    def held(self, hold: Held) -> Message:
        """That all actions are held: by whom, since when and why."""
        said = {"person": self.name(hold.person), "since": self._time(hold.since), "reason": hold.reason}
        return Message("actions.held_why" if hold.reason else "actions.held", said)

    def blind(self, spec: ActionSpec, brake: Brake | None, given: Given | None = None) -> Message | None:
        """Why the feeds do not allow it: one of them is not fresh, or a precondition does not hold.

        One that asks for inputs is not judged before there are any.
        """
        feeds = (*spec.needs, *((brake.feed,) if brake else ()), *(one.feed for one in spec.when))
        for feed in dict.fromkeys(feeds):
            if not self._feed_state(feed).status(self._now()).fresh:
                return Message("actions.feed_not_fresh", {"feed": self.feed_title(feed)})
        for condition in spec.when:
            if given is None and wants_inputs(condition):
                continue
            if not self.meets(condition, given or NOTHING):
                said = {"feed": self.feed_title(condition.feed), "when": condition.said}
                return Message("actions.not_when", said)
        return None

    def meets(self, condition: FeedCondition, given: Given = NOTHING) -> bool | None:
        """Whether the feed's last reading meets a condition; None where that cannot be known."""
        reading = self._feed_state(condition.feed).reading
        return judged(condition, reading.rows, given) if reading is not None else None

    def shows(self, condition: FeedCondition, given: Given) -> bool | None:
        """Whether live figures meet a condition now; None where they are not fresh, or cannot tell."""
        fresh = self._feed_state(condition.feed).status(self._now()).fresh
        return self.meets(condition, given) if fresh else None

    def halt(self, brake: Brake, given: Given = NOTHING) -> Callable[[], Message | None]:
        """A look at a brake: why it halts a run now, or None.

        A feed that grew stale halts too, for the brake is blind; one failed question alone does not.
        """

        def look() -> Message | None:
            state = self._feed_state(brake.feed)
            if state.age_s(self._now()) > state.stale_after_s:
                return Message("actions.brake_blind", {"feed": self.feed_title(brake.feed)})
            return brake_halts(brake, state, given, self.words) if self.meets(brake, given) else None

        return look

    def measured(self, brake: Brake, given: Given) -> Message:
        """What a brake measures now, and where it halts."""
        return brake_now(brake, self._feed_state(brake.feed), given, self.words)

    def of(self, reading: Reading) -> datetime:
        """The latest moment its figures can be of: when they were asked for, or their own earlier time."""
        asked = reading.received - timedelta(seconds=reading.took_s)
        spec = self._layout.feeds.get(reading.feed)
        return min(asked, reading.at) if spec is not None and spec.at is not None else asked

    def watched(self, condition: FeedCondition, given: Given) -> Message:
        """What a condition waits for, and what its figures are now."""
        return watched(condition, self._feed_state(condition.feed), given, self.words)

    def figures(self, condition: FeedCondition, given: Given) -> str:
        """The present figures that a condition turns on; "" where it turns on none."""
        return figures(condition, self._feed_state(condition.feed), given, self.words)

    def person(self, name: str) -> Person:
        """A person of the journal, as the layout knows them now; unproven."""
        spec = self._layout.people.get(name)
        return Person(name, spec.name, frozenset(spec.roles)) if spec else Person(name, name)

    def spec(self, action: str) -> ActionSpec | None:
        """An action of the layout, or None: a journal may be older than it."""
        return self._layout.actions.get(action)

    def name(self, name: str) -> str:
        """What a person of the journal is called."""
        return self.person(name).name

    def feed_title(self, feed: str) -> str:
        """What a feed is called."""
        return self.words.feed(feed)

    def cooling(self, action: str, spec: ActionSpec, ledger: Ledger) -> Message | None:
        """For how long an action has to rest after its last run, of any process; None when it need not."""
        ended = ledger.ended.get(action)
        if spec.cooldown is None or ended is None:
            return None
        left_s = spec.cooldown - (self._now() + ledger.set_back - ended).total_seconds()
        if left_s <= 0:
            return None
        return Message("actions.cooling", {"left": duration(ceil(left_s), self._layout.lang)})

    def _role_needed(self, identifier: str, roles: Sequence[str]) -> Message:
        """That one of the roles is needed, and whom to call."""
        people = names_with(self._layout, roles) if roles else "–"
        return Message(identifier, {"roles": ", ".join(roles) or "–", "people": people})

    def _time(self, moment: datetime) -> str:
        return clock(moment.astimezone(self._now().tzinfo), seconds=False)
