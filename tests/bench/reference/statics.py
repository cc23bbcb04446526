"""Twelve static texts in a grid, each given a new figure every second: the least a moving wall can be."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Statics(App[None]):
    CSS = "Screen { layout: grid; grid-size: 3 4; } Static { border: round gray; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def compose(self) -> ComposeResult:
        for number in range(12):
            yield Static(f"figure {number}")

    def on_mount(self) -> None:
        self.set_interval(1.0, self._step)

    def _step(self) -> None:
        self._count += 1
        for number, static in enumerate(self.query(Static)):
            static.update(f"figure {number}: {self._count + number:,}")


if __name__ == "__main__":
    Statics().run()
