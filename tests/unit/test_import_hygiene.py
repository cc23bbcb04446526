"""What the house's walls promise beyond what import-linter sees: at run time, and outside the package."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED_IN_PANELS = {"panel", "values", "formats"}


def modules_after(statement: str) -> set[str]:
    """Names in ``sys.modules`` once a fresh interpreter has run the statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_engine_runs_without_a_screen_or_a_web_server() -> None:
    loaded = modules_after("import situationroom.engine.room, situationroom.catalog")
    assert not {"textual", "aiohttp", "apprise"} & loaded


def test_the_engine_waits_with_the_drivers_until_a_source_is_opened() -> None:
    loaded = modules_after("from situationroom.catalog import catalog; catalog()")
    assert not {"asyncpg", "httpx", "websockets", "plotext"} & loaded


def test_asking_for_the_version_loads_nothing_heavy() -> None:
    loaded = modules_after("import situationroom.cli")
    assert not {"textual", "pydantic", "yaml", "asyncpg", "httpx", "rich.console"} & loaded


@pytest.mark.parametrize("file", sorted((ROOT / "panels").glob("*.py")), ids=lambda file: file.stem)
def test_a_shipped_panel_imports_only_what_a_users_panel_may(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            package, _, rest = name.partition(".")
            if package == "situationroom":
                assert rest in ALLOWED_IN_PANELS, f"{file.name} imports {name}"
            assert package not in {"panels", "textual"}, f"{file.name} imports {name}"


def test_nothing_imports_a_panel_file_by_name() -> None:
    for file in [*ROOT.glob("situationroom/**/*.py"), *ROOT.glob("panels/*.py")]:
        assert "situationroom.panels" not in file.read_text("utf-8").replace("situationroom.panels.x", ""), (
            file
        )
