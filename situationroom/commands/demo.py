"""``situationroom demo``: a room on the simulated world, from one command."""

from __future__ import annotations

import asyncio

import click

from situationroom.commands._lang import lang_option


@click.command()
@click.argument("name", default="launch-day")
@click.option("--scenario", help="What goes wrong: kait-lag, calm. By default the world's own.")
@click.option("--seed", type=int, help="The same seed is the same day.")
@click.option(
    "--speed", type=click.FloatRange(0.1, 120), default=1.0, show_default=True, help="Times as fast."
)
@click.option("--as", "person", metavar="PERSON", help="Who sits at the screen.")
@lang_option
def command(
    name: str, scenario: str | None, seed: int | None, speed: float, person: str | None, lang: str | None
) -> int:
    """Start the world NAME and open its room on it."""
    from situationroom.commands._terminal import need_screen
    from situationroom.demo.child import WorldProcess
    from situationroom.demo.scenarios import scenario_called
    from situationroom.demo.worlds import setting

    operator = setting(name).operator
    if scenario is not None:
        scenario_called(scenario)  # said here at once, and not by the child's last words
    need_screen()
    world = WorldProcess(name, scenario=scenario, seed=seed, speed=speed)
    with asyncio.Runner() as runner:
        try:
            runner.run(world.spawn())
            from situationroom.commands.run import run_layout  # takes as long as the world does to start

            runner.run(world.ready())
            return run_layout(name, world.env, person or operator, lang=lang)
        finally:
            runner.run(world.stop())
