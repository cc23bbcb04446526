"""The option of every command that shows a room: in which language."""

from __future__ import annotations

import click

from situationroom.i18n import LANGUAGES

lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="The language of the room's words. [default: the layout's]"
)
