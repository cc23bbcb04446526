"""The program ``situationroom``: finds the command, says errors in one line, starts nothing else."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from situationroom import __version__
from situationroom.commands._output import give_up_output, settle_output
from situationroom.commands._wrong_use import Commands, said_by_us
from situationroom.errors import OutputError, RoomError, UsageError
from situationroom.formats import printable

WRONG_USE = 2


class _Commands(Commands):
    """Commands by file name in ``commands/``, imported when called: ``--version`` pays for none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        folder = Path(__file__).parent / "commands"
        return sorted(file.stem for file in folder.glob("[!_]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        with _startup_kept():
            command = importlib.import_module(f"situationroom.commands.{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@contextmanager
def _startup_kept() -> Iterator[None]:
    """Import without collecting garbage, then keep what there is out of every later collection.

    The thousands of functions and classes of a start live as long as the program. Looking through them again
    and again costs a tenth of the start, and later a pause that a screen shows.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="situationroom")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def program(ctx: click.Context, debug: bool) -> None:
    """The live room that carries a launch day or an incident day."""
    ctx.obj = debug


def main(args: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 good, 1 the room has a problem, 2 wrong use."""
    words = list(sys.argv[1:] if args is None else args)
    settle_output()
    try:
        code = program.main(words, prog_name="situationroom", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        _say(error.format_message())
        code = WRONG_USE
    except click.ClickException as error:
        if "--debug" in words:
            raise
        code = _told(said_by_us(error))
    except click.Abort:
        code = 130
    except RoomError as error:
        if "--debug" in words:
            raise
        code = _told(error)
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: RoomError) -> int:
    """Say it; the exit code."""
    if isinstance(error, OutputError):
        give_up_output()
    _say("\n".join(printable(line, None) for line in str(error).split("\n")))
    return WRONG_USE if isinstance(error, UsageError) else 1


def _say(text: str) -> None:
    with suppress(OSError):  # a standard error that takes nothing: nobody is left to be told
        for line in text.split("\n"):
            click.echo(line, err=True)
