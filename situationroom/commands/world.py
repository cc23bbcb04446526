"""``situationroom world``: the simulated outside alone, for ``run``, other tools and tests."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys

import click

from situationroom.demo.child import READY
from situationroom.errors import WorldError


@click.command()
@click.argument("name", default="launch-day")
@click.option("--scenario", help="What goes wrong: kait-lag, calm. By default the world's own.")
@click.option("--seed", type=int, default=16, show_default=True, help="The same seed is the same day.")
@click.option(
    "--speed", type=click.FloatRange(0.1, 120), default=1.0, show_default=True, help="Times as fast."
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input closes.")
def command(name: str, scenario: str | None, seed: int, speed: float, with_parent: bool) -> None:
    """Run the simulated world NAME and print where it is as export lines, until ended."""
    asyncio.run(_run(name, scenario, seed, speed, with_parent=with_parent))


async def _run(name: str, scenario: str | None, seed: int, speed: float, *, with_parent: bool) -> None:
    """Until a signal, a closed standard input or the world's own end.

    Raises:
        WorldError: it cannot start, or ended by itself.

    """
    try:
        from situationroom.demo.world import World
    except ModuleNotFoundError as error:
        raise WorldError("demo.no_aiohttp") from error
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ending.set)
    watching = loop.create_task(_closed_input(ending)) if with_parent else None
    async with World(name, scenario=scenario, seed=seed, speed=speed) as world:
        for variable, value in world.env.items():
            print(f"export {variable}={shlex.quote(value)}")
        print(READY, flush=True)
        ended, told = loop.create_task(world.wait()), loop.create_task(ending.wait())
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            ended.result()  # raises: a world does not end by itself
        ended.cancel()
    if watching is not None:
        watching.cancel()


async def _closed_input(ending: asyncio.Event) -> None:
    """Set ``ending`` once whoever started us has gone."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        continue
    ending.set()
