"""``kind: command``: a program of the room's own machine, such as a script operators trust."""

from __future__ import annotations

import shlex
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from situationroom.actions.base import Action, Call, Outcome, Preview, Progress, Sources, State, Trial
from situationroom.actions.process import Ended, execute
from situationroom.actions.template import ArgvTemplate, WordsTemplate, hidden
from situationroom.errors import ActionFailed, InputProblem, OutcomeUnknown, SourceError
from situationroom.layout.fields import KeepsSecrets, Seconds, Spec
from situationroom.layout.models import ActionSpec
from situationroom.redaction import Redaction
from situationroom.sources.parse.charsets import UTF_8, Encoding
from situationroom.values import GUEST, Message, Value

CLOSING = "actions.closing"
"""Why every run is asked to stop when the program ends: a command may use what time is left for its end."""

_STATE_BYTES = 4_000


def _of_a_program(argv: WordsTemplate) -> WordsTemplate:
    if not argv.words or not argv.words[0] or argv.words[0].startswith("$"):
        raise ValueError("actions.command_program")
    return argv


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("actions.command_cwd")
    return path


Argv = Annotated[ArgvTemplate, AfterValidator(_of_a_program)]


class CommandState(Spec):
    """A command whose first line of output is the present state; only shown where it is no ``fact``."""

    argv: Argv
    timeout: Seconds = 3.0
    fact: bool = True


class CommandOptions(KeepsSecrets):
    """One program and its arguments; no shell is in between.

    An argument of ``argv`` is a text or, whole, an input (``$name``); one left out is left out. An input's
    value that begins with ``-`` is refused unless a ``--`` stands before it, so that it cannot become an
    option. The program gets PATH and what ``env`` lists, nothing else, and ``cwd`` as its folder. What does
    not end within ``timeout`` is killed with all it started. ``expect`` are the exit codes of a success; of
    its output, written in ``encoding``, the last ``output`` bytes are kept. Arguments can be seen by whoever
    is on the machine: secrets belong into ``env``; what the environment put there is hidden in the output.
    """

    argv: Argv
    env: Mapping[str, str] = Field(default_factory=dict, repr=False)
    cwd: Annotated[Path, AfterValidator(_absolute)] = Path("/")
    timeout: Seconds = 60.0
    expect: tuple[Annotated[int, Field(ge=0, le=255)], ...] = (0,)
    output: Annotated[int, Field(ge=1_000, le=200_000)] = 10_000
    encoding: Encoding = UTF_8
    state: CommandState | None = None


class Command(Action[CommandOptions]):
    """Runs one program, once."""

    TYPE = "command"
    Options = CommandOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"actor", "actor_name", "run"})

    def __init__(self, name: str, spec: ActionSpec, options: CommandOptions, sources: Sources) -> None:
        super().__init__(name, spec, options, sources)
        self._secret = frozenset(one for one, wanted in spec.inputs.items() if wanted.secret)
        self._unseen = Redaction(options.from_environment("env"))

    async def preview(self, call: Call, now: datetime) -> Preview:
        """The very command line, and the present state where there is a command for it."""
        names = self._names(call, "…")
        list(self._arguments(self.options.argv, names))  # refuses what could be an option
        before = await self.probe(call)
        seen = [word for word, _ in self.options.argv.filled(hidden(names, self._secret)) if word is not None]
        return Preview(
            at=now,
            what=Message("actions.command_what", {"title": self.called(call), "program": seen[0]}),
            before=before,
            statement=f"{shlex.join(seen)}\n# cwd {self.options.cwd}",
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Run it to its end, and judge by its exit code."""
        del preview
        options = self.options

        def stop() -> Message | None:
            why = progress.stop_reason()
            return None if why is not None and why.id == CLOSING else why

        ended = await execute(
            list(self._arguments(options.argv, self._names(call, progress.run))),
            options.env,
            options.cwd,
            timeout_s=options.timeout,
            keep=options.output,
            encoding=options.encoding,
            hide=self._unseen.text,
            stop=stop,
        )
        after = {"exit": ended.code, "output": ended.output}
        said = {"title": self.called(call), "code": ended.code, "last": _last(ended)}
        if (error := _trouble(ended, options.expect, said)) is not None:
            error.after = after
            raise error
        return Outcome(Message("actions.command_done", said), 1, after)

    async def probe(self, call: Call) -> State:
        """What the state's command says; no facts where there is none."""
        state = self.options.state
        if state is None:
            return State({}, Message("actions.no_state"))
        argv = list(self._arguments(state.argv, self._names(call, "")))
        options = self.options
        try:
            ended = await execute(
                argv,
                options.env,
                options.cwd,
                timeout_s=state.timeout,
                keep=_STATE_BYTES,
                encoding=options.encoding,
                hide=self._unseen.text,
            )
        except ActionFailed as error:
            raise SourceError(error.message.id, **error.message.values) from error
        if ended.cut is not None:
            raise SourceError(ended.cut.id, **ended.cut.values)
        if ended.code != 0:
            raise SourceError("actions.command_state", code=ended.code, last=_last(ended))
        value = ended.output.partition("\n")[0]
        return State({"value": value} if state.fact else {}, self.words.state(value))

    async def trials(self) -> Sequence[Trial]:
        """Whether the programs are there; none is started."""
        options = self.options
        programs: list[tuple[tuple[str, ...], WordsTemplate]] = [(("argv",), options.argv)]
        if options.state is not None:
            programs.append((("state", "argv"), options.state.argv))
        names = self._names(Call(self.name, GUEST, {}), "")
        return [
            Trial(path, _no_program(next(iter(argv.filled(names)))[0] or "", options))
            for path, argv in programs
        ]

    def _arguments(self, argv: WordsTemplate, names: Mapping[str, Value]) -> Iterator[str]:
        """The arguments, an input's never as an option.

        Raises:
            InputProblem: a value would be one.

        """
        options_over = False
        for word, name in argv.filled(names):
            if word is None:
                continue
            if name and word.startswith("-") and not options_over:
                title = self.spec.inputs[name].title if name in self.spec.inputs else ""
                raise InputProblem("actions.command_option", name=title or name, field=name)
            options_over = options_over or (not name and word == "--")
            yield word

    def _names(self, call: Call, run: str) -> dict[str, Value]:
        return {**dict.fromkeys(self.spec.inputs), **call.values, **self.who(call), "run": run}


def _no_program(program: str, options: CommandOptions) -> Message | None:
    """Why a program could not be started, as far as can be seen from outside."""
    folder = options.cwd
    if not folder.is_dir():
        return Message("actions.command_no_folder", {"folder": str(folder)})
    there = shutil.which(str(folder / program) if "/" in program else program, path=options.env.get("PATH"))
    return None if there else Message("actions.command_not_there", {"program": program})


def _trouble(
    ended: Ended, expect: tuple[int, ...], said: Mapping[str, object]
) -> ActionFailed | OutcomeUnknown | None:
    """What went wrong, or None: whoever was killed may have done anything."""
    if ended.cut is not None:
        return OutcomeUnknown("actions.command_cut", why=ended.cut, **said)
    if ended.code < 0:
        return OutcomeUnknown("actions.command_killed", signal=_signal(-ended.code), **said)
    if ended.code not in expect:
        return ActionFailed("actions.command_failed", **said)
    return None


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _last(ended: Ended) -> str:
    return ended.output.rpartition("\n")[2][:200] or "–"
