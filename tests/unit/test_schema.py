from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from situationroom.catalog import catalog
from situationroom.commands.schema import command
from situationroom.layout.schema import layout_schema
from situationroom.layout.yaml_nodes import read
from situationroom.paths import bundled
from tests.unit.layout_types import TYPES
from tests.unit.test_layout_load import WHOLE


def errors(text: str) -> list[str]:
    """What the schema of our small types says against a layout's text."""
    validator = jsonschema.Draft202012Validator(dict(layout_schema(TYPES)))
    data: Any = read(text.encode(), "f").data
    return [error.json_path for error in validator.iter_errors(data)]


@pytest.mark.parametrize("file", sorted(bundled("layouts").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_layout_fits_the_schema(file: Path) -> None:
    schema = dict(layout_schema(catalog(file.parent)))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(file.read_bytes(), file.name).data, schema)


def test_a_layout_that_loads_fits_the_schema() -> None:
    assert errors(WHOLE) == []
    assert (
        errors("{room: x, sources: {a: {type: postgres, dsn: x, pool: '${POOL}', ssl: '${S:-true}'}}}") == []
    )
    assert errors("{room: x, lang: '${L}', rules: , feeds: ~}") == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{}", "$"),
        ("{room: x, sorces: {}}", "$"),
        ("{room: x, lang: de}", "$.lang"),
        ("{room: x, sources: {a: {type: postgres, dns: x}}}", "$.sources.a"),
        ("{room: x, sources: {a: {type: postgre}}}", "$.sources.a.type"),
        ("{room: x, sources: {a: {type: postgres, dsn: x, pool: many}}}", "$.sources.a.pool"),
        ("{room: x, panels: {a: {type: note, lines: []}}}", "$.panels.a"),
        ("{room: x, feeds: {a: {source: s, sql: x, evry: 3s}}}", "$.feeds.a"),
        ("{room: x, feeds: {a: {source: s, sql: x, every: 3}}}", "$.feeds.a"),
        ("{room: x, pages: {a: {grid: [x]}}}", "$.pages.a"),
        ("{room: x, path: y}", "$"),
    ],
)
def test_an_editor_sees_what_the_loader_would_refuse(text: str, path: str) -> None:
    assert any(found.startswith(path) for found in errors(text))


def test_the_command_prints_the_schema_of_every_shipped_type() -> None:
    result = CliRunner().invoke(command)
    assert result.exit_code == 0
    schema = json.loads(result.output)
    jsonschema.Draft202012Validator.check_schema(schema)
    known = catalog()
    assert schema["properties"]["panels"]["additionalProperties"]["properties"]["type"]["enum"] == sorted(
        known.panels
    )
