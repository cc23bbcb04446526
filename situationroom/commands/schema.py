"""``situationroom schema``: the JSON Schema of a layout, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from situationroom.catalog import catalog
from situationroom.formats import escaped_json
from situationroom.layout.schema import layout_schema


@click.command()
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose own panels, sources and actions are taken in.",
)
def command(beside: Path | None) -> None:
    """Print the JSON Schema of a layout.

    For the YAML language server, save it and begin a layout with
    `# yaml-language-server: $schema=FILE`.
    """
    schema = layout_schema(catalog(beside))
    click.echo(escaped_json(json.dumps(schema, ensure_ascii=False, indent=2)))
