"""The program ``situationroom``: finds the command, says errors in one line, starts nothing else."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from situationroom import __version__
from situationroom.errors import RoomError, UsageError

WRONG_USE = 2


class _Commands(click.Group):
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
    try:
        code = program.main(words, prog_name="situationroom", standalone_mode=False)
    except click.ClickException as error:
        if "--debug" in words:
            raise
        _say(error.format_message())
        code = error.exit_code
    except click.Abort:
        code = 130
    except RoomError as error:
        if "--debug" in words:
            raise
        for line in str(error).splitlines() or [""]:
            _say(line)
        code = WRONG_USE if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has gone
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _say(line: str) -> None:
    click.echo(line, err=True)
