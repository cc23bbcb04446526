"""The room in a real browser, on a phone's screen."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, WebSocket, async_playwright

from tests.helpers import wait_until
from tests.live.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE: ViewportSize = {"width": 390, "height": 844}
ESCAPES = re.compile(r"\x1b(\[[0-9;?<>=$]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\))")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium fonts-nanum"),
]


class Phone:
    """A page on a phone's screen, and all the text its terminal was sent."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._sent: list[bytes] = []
        page.on("websocket", self._listen)

    @property
    def text(self) -> str:
        """Everything sent so far, without its escape codes."""
        return ESCAPES.sub("", b"".join(self._sent).decode("utf-8", "replace"))

    async def shows(self, words: str) -> None:
        """Wait until the terminal was sent these words."""
        await wait_until(lambda: words in self.text, 30, f"{words!r} in the browser")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._keep)

    def _keep(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            self._sent.append(frame)


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    """An empty page of a headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield Phone(await browser.new_page(viewport=PHONE, has_touch=True))
        finally:
            await browser.close()


async def test_a_phone_shows_the_launch_day_room_live_and_takes_taps_and_keys(
    phone: Phone, tmp_path: Path
) -> None:
    async with serving("launch-day", "--demo") as served:
        await phone.page.goto(served.url)
        await phone.shows("아이폰16 출시 상황실")
        await phone.shows("KAIT")
        await phone.page.wait_for_selector("body.-first-byte")
        await phone.shows("1,")  # figures have come
        before = await phone.page.screenshot(path=tmp_path / "phone.png")
        await phone.page.touchscreen.tap(200, 8)
        await phone.page.keyboard.press("5")
        await phone.shows("레퍼런스 점검")
        await phone.page.keyboard.press("?")
        await phone.shows("도움말")
        assert await phone.page.screenshot(path=tmp_path / "help.png") != before
        columns = await phone.page.evaluate("() => window.innerWidth")
        assert columns == PHONE["width"]
