"""``python -m tests.live.crash``: end lives of the program from a shell."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import click

from tests.live.crash.hunt import hunt


@click.command()
@click.option("--points", default=1_000, show_default=True, help="How many lives to end.")
@click.option("--seed", default=20240920, show_default=True, help="Chooses where.")
@click.option("--json", "as_json", is_flag=True, help="Say it for programs.")
def main(points: int, seed: int, *, as_json: bool) -> None:
    """End so many lives of the program, and exit with 1 when it broke a promise."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        verdict = hunt(points, seed, Path(folder))
    if as_json:
        click.echo(json.dumps(asdict(verdict)))
    else:
        click.echo(f"seed {seed}: {verdict.killed}")
        click.echo(f"{verdict.lived} lives ended by themselves, {verdict.settled} runs were settled")
        click.echo(f"{time.monotonic() - began:.1f} s")
        for sentence in verdict.broken:
            click.echo(sentence)
    sys.exit(1 if verdict.broken else 0)


if __name__ == "__main__":
    main()
