"""Run the benchmarks, all or those named, and print a table: ``python -m tests.bench [NAME …] [--write]``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

import click

from tests.bench import batch, demo_start, first_paint, notify, version, wall
from tests.bench.programs import as_installed
from tests.bench.report import Figure, machine, table, write

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

BENCHES: Mapping[str, Callable[[], Coroutine[None, None, list[Figure]]]] = {
    "version": version.measure,
    "demo_start": demo_start.measure,
    "first_paint": first_paint.measure,
    "notify": notify.measure,
    "wall": wall.measure,
    "batch": batch.measure,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option("--write", "keep", is_flag=True, help="Put the table into docs/performance.md.")
def main(names: tuple[str, ...], keep: bool) -> None:
    """Measure, print, and exit 1 when a goal is missed."""
    if keep and names:
        raise click.UsageError("--write takes a whole run: name no benchmark with it")
    figures: list[Figure] = []
    with as_installed():
        for name in names or BENCHES:
            click.echo(f"{name} …", err=True)
            figures += asyncio.run(BENCHES[name]())
    text = f"{machine()}\n\n{table(figures)}"
    click.echo(text)
    if keep:
        write(PAGE, text)
    sys.exit(0 if all(figure.met for figure in figures) else 1)


if __name__ == "__main__":
    main()
