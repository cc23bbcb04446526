"""Sending to a chat, to a real HTTP service on loopback."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from situationroom.errors import ShareError
from situationroom.layout.models import ChannelSpec
from situationroom.share.chat import send

# Apprise loads every plug-in it has, and one of them imports a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@dataclass
class Service:
    """A chat service: keeps what it is sent, answers with ``status``, waits for ``answers`` first."""

    status: int = 200
    got: list[dict[str, object]] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def channel(self) -> ChannelSpec:
        return ChannelSpec(url=f"json://room:token-secret@127.0.0.1:{self.port}/room")


@contextmanager
def service(status: int = 200, *, mute: bool = False) -> Iterator[Service]:
    state = Service(status)
    if not mute:
        state.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append(json.loads(body))
            state.answers.wait(20)
            self.send_response(state.status)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.answers.set()
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_message_arrives_as_it_was_written() -> None:
    with service() as chat:
        await send("situation", chat.channel, "출시 상황실 · ■1", "■ 오류율 [red] <b>\n╭ 대외기관 ── 2s ╮")
    (message,) = chat.got
    assert message["title"] == "출시 상황실 · ■1"
    assert message["message"] == "■ 오류율 [red] <b>\n╭ 대외기관 ── 2s ╮"


async def test_a_refusal_says_so_with_its_code_and_without_the_address(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with service(500) as chat, pytest.raises(ShareError) as caught:
        await send("situation", chat.channel, "t", "x")
    assert caught.value.message.id == "share.refused"
    assert "HTTP 500" in str(caught.value)
    assert "token-secret" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


async def test_a_service_that_is_not_there_says_that_nothing_was_sent(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with service() as chat:
        gone = chat.channel
    with pytest.raises(ShareError) as caught:
        await send("situation", gone, "t", "x")
    assert caught.value.message.id == "share.not_sent"
    assert capfd.readouterr() == ("", "")


async def test_a_service_that_does_not_answer_holds_nobody_up() -> None:
    with service(mute=True) as chat:
        with pytest.raises(ShareError) as caught:
            await send("situation", chat.channel, "t", "x", timeout_s=0.2)
        chat.answers.set()
    assert caught.value.message.id == "share.timeout"


async def test_an_address_nobody_knows_is_said_without_showing_it() -> None:
    with pytest.raises(ShareError) as caught:
        await send("situation", ChannelSpec(url="nonsense://very-secret"), "t", "x")
    assert caught.value.message.id == "share.bad_channel"
    assert "very-secret" not in str(caught.value)


async def test_without_the_extra_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ShareError, match="pip install apprise"):
        await send("situation", ChannelSpec(url="json://127.0.0.1:1/"), "t", "x")
