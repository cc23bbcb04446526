"""Services behind TLS: checked by the usual certificates, a file or none; directly and through a proxy."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from situationroom.sources.base import Request
from tests.helpers import reason_in
from tests.live.http_proxy import http_proxy
from tests.live.test_http_source import LIMIT_S, ask, failure, opened, saying

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl to make a certificate with"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody vouches for, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=room",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return made, key


@asynccontextmanager
async def secured(certificate: tuple[Path, Path]) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    runner = web.ServerRunner(web.Server(saying("[1]")), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_certificate_is_checked_by_the_file_of_the_layout(certificate: tuple[Path, Path]) -> None:
    async with secured(certificate) as url:
        async with opened(url, verify=str(certificate[0])) as source:
            assert (await ask(source, 5)).rows == ({"value": 1},)
            assert (await source.send(Request("POST"), 5)).status == 200
        async with opened(url, verify=False) as source:
            assert (await ask(source, 5)).rows == ({"value": 1},)
        async with opened(url) as source:
            assert reason_in((await failure(source, 5)).message).id == "sources.tls"


async def test_a_file_of_certificates_that_cannot_be_read_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing", "utf-8")
    for name in ("missing.pem", "empty.pem"):
        async with opened("https://127.0.0.1:1/", verify=str(tmp_path / name)) as source:
            assert reason_in((await failure(source)).message).id in ("sources.tls", "sources.unreachable")


async def test_tls_goes_through_a_proxys_tunnel_to_the_service_itself(certificate: tuple[Path, Path]) -> None:
    async with (
        secured(certificate) as url,
        http_proxy() as proxy,
        opened(url, verify=str(certificate[0]), proxy=proxy.url) as source,
    ):
        for _ in range(2):
            assert (await ask(source, LIMIT_S)).rows == ({"value": 1},)
        assert (await source.send(Request("POST"), LIMIT_S)).status == 200
        assert proxy.heard == [f"CONNECT {url.removeprefix('https://')} HTTP/1.1"] * 2  # kept for the second
