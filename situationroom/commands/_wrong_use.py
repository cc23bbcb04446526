"""What click says of a wrong command line, as our own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

import click

from situationroom.errors import UsageError

_VALUE = re.compile(r"'(.*?)' (?:is not|does not)", re.DOTALL)
"""The value in click's sentence, which it tells in no other way."""

_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)


class Commands(click.Group):
    """A group whose commands are missed in the reader's language."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Raises UsageError where there is no such command."""
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            raise _unknown("cli.no_command", "cli.no_command_near", args[0], known)
        return super().resolve_command(ctx, args)


def said_by_us(error: click.ClickException) -> UsageError:
    """The same, in the reader's language, with the nearest name where there is one."""
    said = error.format_message()
    match error:
        case click.NoSuchOption():
            return _unknown(
                "cli.no_option", "cli.no_option_near", error.option_name, error.possibilities or ()
            )
        case click.MissingParameter():
            return UsageError("cli.missing", name=_name(error))
        case click.BadParameter():
            return _unfit(error)
        case click.BadOptionUsage():
            return UsageError("cli.option_alone", name=error.option_name)
    if extra := _EXTRA.search(said):
        return UsageError("cli.too_many", words=extra[1])
    if said.startswith("Missing command"):
        return UsageError("cli.missing", name="COMMAND")
    return UsageError("cli.wrong_use", detail=said)


def _unknown(identifier: str, with_near: str, name: str, known: Iterable[str]) -> UsageError:
    known = list(known)
    near = get_close_matches(name, known, 1)
    if near:
        return UsageError(with_near, name=name, near=near[0])
    return UsageError(identifier, name=name, known=", ".join(known))


def _unfit(error: click.BadParameter) -> UsageError:
    """A value does not fit what its option or argument takes."""
    name, kind = _name(error), error.param.type if error.param else None
    found = _VALUE.search(error.message)
    value = found[1] if found else ""
    if isinstance(kind, click.Tuple):
        kind = next((each for each in kind.types if isinstance(each, click.Choice)), kind)
    match kind:
        case click.Choice():
            known = ", ".join(map(str, kind.choices))
            return UsageError("cli.not_a_choice", name=name, value=value, known=known)
        case click.IntRange() | click.FloatRange():
            return UsageError("cli.not_in_range", name=name, least=kind.min, most=kind.max)
        case click.Path():
            return UsageError("cli.no_folder", name=name, value=value)
        case _ if kind is click.INT:
            return UsageError("cli.not_a_number", name=name, value=value)
        case _:
            return UsageError("cli.unfit", name=name, detail=error.message)


def _name(error: click.BadParameter) -> str:
    """``--theme`` or ``LAYOUT``."""
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    return error.param.human_readable_name if error.param else str(error.param_hint or "")
