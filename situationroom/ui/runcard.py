"""The card of one run: all that is known of it, and what may be done about it now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import ItemGrid
from textual.widgets import Button, Static

from situationroom.engine.interface import Room
from situationroom.errors import RoomError
from situationroom.formats import duration, number
from situationroom.i18n import say
from situationroom.paint.runs import run_due, run_errors, run_progress, run_state, run_steps
from situationroom.ui.dialog import TOOL_CELLS, Dialog, button
from situationroom.ui.preview import Wording
from situationroom.values import Message, RunState, RunStatus

LOOK_S = 0.5
"""How often the card is brought up to date."""

InPlace = Literal["pause", "resume", "stop", "slower", "faster", "happened", "did-not"]
Leaving = Literal["undo", "again", "continue", "approval"]
"""What the card is closed for, since a preview and a confirmation follow."""

Do = Callable[[InPlace, RunStatus], Awaitable[Message | None]]
"""Does something about a run; gives what there is to say of it, or None."""

_LOUD = frozenset({"stop", "happened", "did-not", "again", "undo", "continue"})
_IN_PLACE: tuple[InPlace, ...] = ("pause", "resume", "stop", "slower", "faster", "happened", "did-not")
_LEAVING: tuple[Leaving, ...] = ("again", "undo", "continue", "approval")


def offered(run: RunStatus) -> frozenset[str]:
    """What may be done about a run as it stands now."""
    if run.unsettled:
        return frozenset({"happened", "did-not", "again"})
    if run.state is RunState.AWAITING:
        return frozenset({"approval"})
    if run.state in (RunState.CLAIMED, RunState.RUNNING):
        paced = {"slower", "faster"} if run.total is not None or run.limit_per_s is not None else set()
        return frozenset({"stop", "resume" if run.paused else "pause", *paced})
    may = {"undo"} if run.undo_left_s is not None else set()
    return frozenset(may | ({"continue"} if run.can_continue else set()))


class RunScreen(Dialog[Leaving | None]):
    """Shows a run as it goes on; answers with what it was closed for. Focus starts on Close.

    An unknown run can only be settled after the card has shown what is true now, or why that cannot be known.
    """

    AUTO_FOCUS: ClassVar[str | None] = "#close"

    def __init__(self, run: RunStatus, title: str, room: Room, do: Do, wording: Wording) -> None:
        super().__init__(wording)
        self._run = run
        self.about = run.action
        self._title = title
        self._room = room
        self._do = do
        self._truth: Text | None = None
        self._probed = False
        self._said = Text()

    def compose(self) -> ComposeResult:
        """The facts, what may be done, the way out."""
        tools = [
            button(say(f"ui.run_{name.replace('-', '_')}", self.lang), name, loud=name in _LOUD)
            for name in (*_IN_PLACE, *_LEAVING)
        ]
        yield self.box(
            self._title,
            Static(id="facts"),
            Static(id="truth"),
            Static(id="said"),
            below=[ItemGrid(*tools, min_column_width=TOOL_CELLS, classes="tools")],
            buttons=(button(say("ui.close", self.lang), "close"),),
        )

    def on_mount(self) -> None:
        """Follow the run; of an unknown one, ask what is true now."""
        super().on_mount()
        if self._run.unsettled:
            self._truth = self.wording.line((say("ui.probing", self.lang), "muted"))
            self.run_worker(self._probe())
        self.set_interval(LOOK_S, self._look)
        self._show()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        name = event.button.id
        for wish in _IN_PLACE:
            if name == wish:
                self.run_worker(self._act(wish))
        for leaving in _LEAVING:
            if name == leaving:
                self.dismiss(leaving)
        if name == "close":
            self.dismiss(None)

    async def _act(self, wish: InPlace) -> None:
        try:
            said, style = await self._do(wish, self._run), "muted"
        except RoomError as error:
            said, style = error.message, "critical"
        words = "" if said is None else say(said, self.lang)
        self._said = self.wording.line((words, style))
        self._look()

    async def _probe(self) -> None:
        """What is true now; a person settles by hand where it cannot be learned."""
        try:
            state = await self._room.probe(self._run.id)
        except RoomError as error:
            words = say("ui.probe_failed", self.lang, reason=error.message)
            self._truth = self.wording.line((words, "warning"))
        else:
            words = say(state.text, self.lang)
            self._truth = self.wording.line((f"{say('ui.true_now', self.lang)} ", "muted"), (words, "strong"))
        self._probed = True
        self._show()

    def _look(self) -> None:
        self._run = next((run for run in self._room.runs() if run.id == self._run.id), self._run)
        self._show()

    def _show(self) -> None:
        self.query_one("#facts", Static).update(run_facts(self._run, self.wording))
        for place, text in (("#truth", self._truth), ("#said", self._said)):
            shown = self.query_one(place, Static)
            shown.update(text or "")
            shown.display = bool(text)
        may = offered(self._run)
        for tool in self.query(".tools Button").results(Button):
            tool.display = tool.id in may
            tool.disabled = self._run.unsettled and not self._probed
        self.query_one(".tools").display = bool(may)
        if self.focused is None or not self.focused.display:
            self.query_one("#close", Button).focus()


def run_facts(run: RunStatus, wording: Wording) -> Text:
    """State, what it changed, how far, who, when, how long, what came of it, what went wrong by reason."""
    lang = wording.lang

    def fact(name: str, words: str, style: str = "") -> Text:
        return wording.line((f"{say(f'ui.fact_{name}', lang)}  ", "muted"), (words, style))

    due = [part for words, style in run_due(run, lang) for part in (("  ", ""), (words, style))]
    lines = [wording.line(run_state(run, lang), *due)]
    if (said := run.result if run.state is RunState.DONE else run.reason or run.result) is not None:
        lines += wording.lines(say(said, lang), "critical" if run.unsettled else "")
    lines += [wording.line(*step) for step in run_steps(run, lang)]
    if run.before is not None and not run.steps:
        label = "ui.fact_change" if run.after is not None else "ui.fact_before"
        lines.append(wording.change(run.before, run.after, label))
    elif run.after is not None and not run.steps:
        lines.append(fact("after", say(run.after, lang)))
    if run.total is not None:
        lines += [wording.line(*runs) for runs in run_progress(run, lang, wording.width)]
    elif run.done:
        lines.append(fact("rows", number(run.done)))
    if run.watches is not None and run.verified is None:
        lines += wording.lines(say("ui.fact_watches", lang, what=run.watches), "muted")
    elif run.unverified is not None:
        lines += wording.lines(say(run.unverified, lang), "critical")
    if errors := run_errors(run, lang):
        lines.append(wording.line((f"{say('ui.fact_errors', lang)}  ", "muted"), *errors))
    lines.append(Text())
    began = run.started.astimezone(wording.zone)
    lines.append(fact("asker", " · ".join(part for part in (run.person.name, run.where) if part)))
    if run.approver is not None:
        lines.append(fact("approver", run.approver.name))
    time = f"{began:%Y-%m-%d} {wording.clock(began)}"
    if run.ended is not None:
        took = duration((run.ended - run.started).total_seconds(), lang)
        time += f" – {wording.clock(run.ended)} ({took})"
    lines.append(fact("time", time))
    if run.undoes:
        lines.append(fact("undoes", run.undoes))
    lines.append(fact("id", run.id))
    return Text("\n").join(lines)
