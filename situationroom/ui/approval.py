"""A run that waits for its second person: the asker's own preview, and a yes or a no with its reason."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import ItemGrid
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from situationroom.actions.asked import Approval
from situationroom.engine.interface import Room
from situationroom.errors import RoomError
from situationroom.i18n import say
from situationroom.people.roles import names_with
from situationroom.ui.dialog import TOOL_CELLS, Complaint, Dialog, button
from situationroom.ui.preview import Wording
from situationroom.ui.who import Names, WhoField
from situationroom.values import Message, Person

LOOK_S = 0.5
"""How often a dialog looks whether somebody decided elsewhere, and counts down."""

Decision = Literal["approved", "refused", "withdrawn", "over"] | None
"""What was done here; ``over`` where it was decided or lapsed elsewhere; None where it was closed."""


class ApprovalScreen(Dialog[Decision]):
    """Shows a waiting run to the asker, who may withdraw it, and to whoever may approve or refuse it.

    A second person who is proven at this screen only presses; at another's screen, and on a shared wall,
    they choose their name and give their PIN. Focus starts where they act next: on the PIN, or
    on Approve where none is wanted; on Close for whom neither is.
    """

    AUTO_FOCUS: ClassVar[str | None] = "#pin, #close"

    def __init__(self, approval: Approval, title: str, room: Room, viewer: Person, wording: Wording) -> None:
        super().__init__(wording)
        self._approval = approval
        self.about = approval.action
        self._title = title
        self._room = room
        self._viewer = viewer
        self._refusing = False
        self._deciding = False
        layout = room.layout
        self._labels = {name: spec.title for name, spec in layout.actions[approval.action].inputs.items()}
        roles = layout.actions[approval.action].approving_roles
        self._others = names_with(layout, roles, but=approval.asker.id)
        names: Names = {
            name: spec.name
            for name, spec in layout.people.items()
            if name != approval.asker.id and (not roles or not set(roles).isdisjoint(spec.roles))
        }
        shared = layout.wall == "shared"
        self._direct = not shared and viewer.id in names and viewer.proof.enough_to_approve
        self._may_withdraw = shared or viewer.id == approval.asker.id
        self._who: WhoField | None = None
        if names and not self._direct:
            self._who = WhoField(names, viewer.id, room.sign_in, wording)

    def compose(self) -> ComposeResult:
        """The preview, who may approve until when, their PIN, a reason, the buttons."""
        now = self._room.now()
        below: list[Widget] = [
            Static(self.wording.approve_left(self._approval, self._others, now), id="left")
        ]
        if self._who is not None:
            below.append(self._who)
        reason = Input(placeholder=say("ui.refuse_why", self.lang), compact=True, id="reason")
        reason.display = False
        below += [reason, Complaint(id="wrong")]
        possible = self._direct or self._who is not None
        tools: list[Button] = []
        buttons = [button(say("ui.close", self.lang), "close")]
        if self._may_withdraw:
            tools.append(button(say("ui.withdraw", self.lang), "withdraw"))
        if possible:
            tools.append(button(say("ui.refuse", self.lang), "refuse"))
            buttons.append(button(say("ui.approve", self.lang), "approve", loud=True))
        if tools:
            below.append(ItemGrid(*tools, min_column_width=TOOL_CELLS, classes="tools"))
        preview = Static(self.wording.approval(self._approval, self._labels), id="preview")
        statement = self.folded(self._approval.statement)
        yield self.box(self._title, preview, *statement, below=below, buttons=tuple(buttons))

    def on_mount(self) -> None:
        """Count down, and notice what is decided elsewhere."""
        super().on_mount()
        if self._direct:
            self.query_one("#approve").focus()
        self.set_interval(LOOK_S, self._look)

    @on(Button.Pressed, "#approve")
    @on(Input.Submitted, "#pin")
    def action_approve(self) -> None:
        """Say yes; with the PIN given and a refusal begun, the Enter means that."""
        if self._who is not None and not self._who.pin:
            self._who.complain(Message("ui.pin_wanted"))  # an empty one would count as a wrong one
        elif self._refusing:
            self.action_refuse()
        else:
            self.run_worker(self._decide(""))

    @on(Button.Pressed, "#refuse")
    @on(Input.Submitted, "#reason")
    def action_refuse(self) -> None:
        """Ask for the reason first, then say no."""
        field = self.query_one("#reason", Input)
        self._refusing = field.display = True
        if field.value.strip():
            self.run_worker(self._decide(field.value.strip()))
        else:
            self._complain(Message("ui.refuse_needs_why"))
            field.focus()

    @on(Button.Pressed, "#withdraw")
    def action_withdraw(self) -> None:
        """Take the request back."""
        self.run_worker(self._withdraw())

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Leave it waiting."""
        self.dismiss(None)

    async def _decide(self, refusal: str) -> None:
        person = self._viewer if self._who is None else await self._who.prove()
        if person is None:
            return
        if refusal:
            await self._do(self._room.refuse(self._approval.run, person, refusal), "refused")
        else:
            await self._do(self._room.approve(self._approval.run, person), "approved")

    async def _withdraw(self) -> None:
        await self._do(self._room.withdraw(self._approval.run), "withdrawn")

    async def _do(self, wish: Awaitable[None], decision: Decision) -> None:
        self._deciding = True
        try:
            await wish
        except RoomError as error:
            self._complain(error.message)
        else:
            self.dismiss(decision)
        finally:
            self._deciding = False

    def _complain(self, message: Message) -> None:
        words = self.wording.plain(say(message, self.lang))
        self.query_one("#wrong", Complaint).say(words)

    def _look(self) -> None:
        if self._deciding:
            return
        if not any(waiting.run == self._approval.run for waiting in self._room.approvals()):
            self.dismiss("over")
            return
        words = self.wording.approve_left(self._approval, self._others, self._room.now())
        self.query_one("#left", Static).update(words)
