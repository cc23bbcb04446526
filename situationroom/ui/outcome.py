"""What came of a run, said to whoever fired it: its second person, its end, what the live figures say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from situationroom.errors import RoomError
from situationroom.formats import duration
from situationroom.i18n import say
from situationroom.ui.desk import Desk
from situationroom.ui.message import Tone
from situationroom.values import Message, RunState, RunStatus

_ENDINGS: Mapping[RunState, tuple[str, Tone]] = {
    RunState.AWAITING: ("ui.awaiting", "warning"),
    RunState.WITHDRAWN: ("ui.withdrawn", "muted"),
    RunState.DONE: ("ui.done", "good"),
    RunState.STOPPED: ("ui.stopped", "warning"),
    RunState.FAILED: ("ui.failed", "critical"),
    RunState.DENIED: ("ui.denied", "critical"),
    RunState.EXPIRED: ("ui.run_expired", "warning"),
    RunState.UNKNOWN: ("ui.unknown", "critical"),
}


class Outcomes:
    """Follows runs that this screen fired."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._app = desk.app
        self._room = desk.room
        self._waiting: frozenset[str] = frozenset()

    def announce(self) -> None:
        """Say once that somebody else asks for a second person's yes."""
        waiting, me = self._room.approvals(), self._app.person.id
        new = [each for each in waiting if each.run not in self._waiting and each.asker.id != me]
        self._waiting = frozenset(each.run for each in waiting)
        for each in new[:1]:
            title = self._desk.title(each.action, each.subject)
            self._app.tell("ui.approval_asked", "warning", person=each.asker.name, title=title)

    async def follow(self, run: RunStatus | None) -> None:
        """Say how a run stands until nothing more is to come of it."""
        if run is None:
            return
        try:
            await self._follow(run)
        except RoomError as error:
            self._desk.refused(self._desk.title(run.action, run.subject), error)

    async def show_approval(self, run: str) -> None:
        """The dialog of a run that waits for its second person; nothing where it waits no more."""
        from situationroom.ui.approval import ApprovalScreen

        waiting = next((each for each in self._room.approvals() if each.run == run), None)
        if waiting is None:
            self._app.tell(self._room.decided(run) or "ui.approval_gone")
            return
        title = self._desk.title(waiting.action, waiting.subject)
        shown = say("ui.approval_title", self._app.painter.lang, title=title)
        screen = ApprovalScreen(waiting, shown, self._room, self._app.person, self._app.wording())
        decision = await self._app.push_screen_wait(screen)
        if decision == "over":
            reason = self._room.decided(run) or Message("ui.approval_gone")
            self._app.tell("ui.approval_decided", "warning", title=title, reason=reason)
        elif decision is not None:
            self._app.tell(f"ui.approval_{decision}", title=title)

    async def _follow(self, run: RunStatus) -> None:
        self.say(run)
        if run.state is RunState.AWAITING:
            with self._desk.alone():
                await self.show_approval(run.id)
        if not run.state.ended:
            run = await self._room.finished(run.id)
            self.say(run)
        if run.state is RunState.DONE and run.verified is None and run.verify_left_s is not None:
            await self._verified(run)

    async def _verified(self, run: RunStatus) -> None:
        """Count down while the live figures are watched; then say what they said."""
        title = self._desk.title(run.action, run.subject)
        ours = self._app.foot.said
        watching = asyncio.ensure_future(self._room.verified(run.id))
        try:
            while not watching.done():
                if self._app.foot.said in (None, ours):  # nothing of the moment is talked over
                    left = duration(max(0.0, run.verify_left_s or 0.0), self._room.layout.lang)
                    self._app.tell("ui.verifying", title=title, left=left)
                    ours = self._app.foot.said
                await asyncio.wait((watching,), timeout=1.0)
                run = next((each for each in self._room.runs() if each.id == run.id), run)
            run = watching.result()
        finally:
            watching.cancel()
        if run.verified is True:
            self._app.tell("ui.verified", "good", title=title)
        elif run.verified is False:
            self._app.tell("ui.not_verified", "critical", title=title)

    def say(self, run: RunStatus) -> None:
        """How a run stands, in the message line."""
        identifier, tone = _ENDINGS.get(run.state, ("ui.under_way", "muted"))
        lang, title = self._room.layout.lang, self._desk.title(run.action, run.subject)
        result, reason = (
            say(message or "ui.ended", lang).removeprefix(f"{title}: ")  # most sentences begin with it
            for message in (run.result, run.reason or run.result)
        )
        self._app.tell(identifier, tone, title=title, reason=reason, result=result)
