"""Why an action may not be fired now: the guards, in the order a person should hear of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from situationroom.actions.base import Brake
from situationroom.layout.expressions import compile_expression
from situationroom.layout.models import ActionSpec, Layout
from situationroom.values import GUEST, FeedState, Message, Person


class Guards:
    """The guards of one room's actions."""

    def __init__(
        self, layout: Layout, feed_state: Callable[[str], FeedState], now: Callable[[], datetime]
    ) -> None:
        self._layout = layout
        self._feed_state = feed_state
        self._now = now

    def why_not(
        self, spec: ActionSpec, person: Person, brake: Brake | None, under_way: Person | None
    ) -> Message | None:
        """Why ``person`` may not fire it now, or None.

        ``under_way`` is who has a run of it going.
        """
        if (why := self.role(spec, person)) is not None:
            return why
        if under_way is not None:
            return Message("actions.under_way", {"person": under_way.name})
        feeds = (*spec.needs, *((brake.feed,) if brake else ()))
        return next((why for feed in feeds if (why := self._freshness(feed)) is not None), None)

    def role(self, spec: ActionSpec, person: Person) -> Message | None:
        """Why ``person`` has no say in this action, or None.

        An action that names roles is for people who have one of them; one that names none is for everybody
        the layout knows, or for everybody at all where it knows nobody.
        """
        if spec.roles:
            if person.roles.isdisjoint(spec.roles):
                return Message("actions.role_needed", {"roles": ", ".join(spec.roles)})
        elif self._layout.people and person.id == GUEST.id:
            return Message("actions.guest")
        return None

    def halt(self, brake: Brake) -> Callable[[], Message | None]:
        """A look at a brake: why it halts a run now, or None.

        A feed that grew stale halts too, for the brake is blind; one failed question alone does not.
        """
        condition = compile_expression(brake.when)

        def look() -> Message | None:
            state = self._feed_state(brake.feed)
            if state.age_s(self._now()) > state.stale_after_s:
                return Message("actions.brake_blind", {"feed": self._title(brake.feed)})
            for row in state.reading.rows if state.reading else ():
                if condition.holds(row):
                    key = " · ".join(state.key(row))
                    return Message(
                        "actions.brake", {"feed": self._title(brake.feed), "key": key, "when": brake.when}
                    )
            return None

        return look

    def _freshness(self, feed: str) -> Message | None:
        if self._feed_state(feed).status(self._now()).fresh:
            return None
        return Message("actions.feed_not_fresh", {"feed": self._title(feed)})

    def _title(self, feed: str) -> str:
        spec = self._layout.feeds.get(feed)
        return (spec.title if spec else "") or feed
