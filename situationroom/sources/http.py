"""HTTP: a feed asks one URL and reads JSON, CSV or plain text as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, model_validator

from situationroom.errors import SourceError
from situationroom.layout.fields import KeepsSecrets, Seconds, Spec
from situationroom.redaction import Redaction
from situationroom.sources.base import Answer, HttpTarget, Request, Rows, Source, of_request
from situationroom.sources.net.address import address, below, leads_astray, literal, shown
from situationroom.sources.net.headers import Headers
from situationroom.sources.net.proxies import NONE, ProxySetting
from situationroom.sources.net.secrets import address_secrets, source_secrets
from situationroom.sources.parse.charsets import Encoding, decoded
from situationroom.sources.parse.csv_text import Csv, csv_rows
from situationroom.sources.parse.documents import LINES, documents, rows_in
from situationroom.sources.parse.jmes import JmesPath, table
from situationroom.sources.parse.texts import Pattern, matched_rows

if TYPE_CHECKING:
    from situationroom.sources.net.exchange import Exchanger

THREAD_BYTES = 100_000
"""Answers longer than this are parsed in a thread."""


def _url(text: str) -> str:
    """An http URL of a host; user and password belong under ``auth``, where they are never shown."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        address(text)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("sources.bad_url")
    if "@" in parts.netloc:
        raise ValueError("sources.url_with_password")
    return text


def _path(text: str) -> str:
    """A path below the source's URL: it can lead to no other host."""
    if "?" in text or "#" in text or "://" in text or text.startswith("//") or leads_astray(text):
        raise ValueError("sources.bad_http_path")
    return text


class Auth(Spec):
    """Basic authentication."""

    user: str = Field(repr=False)
    password: str = Field(repr=False)


class HttpOptions(KeepsSecrets):
    """One HTTP service.

    ``timeout`` is the longest any question may take from connecting to the last byte; a feed's own can
    only be shorter. ``redirects`` are followed on the same host only. ``verify`` is whether the
    certificate is checked, or a file of certificates to check against. ``max_bytes`` caps an answer.
    ``proxy`` is ``none``, ``environment`` or the URL of a proxy.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_url)]
    timeout: Seconds | None = None
    headers: Headers = Field(default_factory=dict, repr=False)
    auth: Auth | None = Field(default=None, repr=False)
    max_bytes: int = Field(default=5_000_000, ge=1_000, le=200_000_000)
    redirects: bool = False
    verify: bool | Path = True
    proxy: ProxySetting = Field(default=NONE, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen where the service or a proxy echoes it."""
        auth = (self.auth.user, self.auth.password) if self.auth else ()
        return (*auth, ":".join(auth), *source_secrets(self, self.url, self.headers, self.proxy))


class HttpQuestion(KeepsSecrets):
    """One request and how its answer is read: by ``rows`` (JMESPath, the default), ``csv`` or ``text``."""

    path: Annotated[str, AfterValidator(_path)] = ""
    params: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    method: Literal["GET", "POST"] = "GET"
    body: JsonValue = Field(default=None, alias="json")
    encoding: Encoding | None = None
    rows: JmesPath | None = None
    csv: Csv | bool = False
    text: Pattern | None = None

    @model_validator(mode="after")
    def _one_way_to_read(self) -> HttpQuestion:
        if sum((self.rows is not None, self.csv is not False, self.text is not None)) > 1:
            raise ValueError("sources.one_way_to_read")
        if self.body is not None and self.method != "POST":
            raise ValueError("sources.body_needs_post")
        return self

    @property
    def encoded_path(self) -> str:
        """``path`` as it is sent."""
        return literal(self.path)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen where the service echoes it."""
        return self.from_environment("path", "params", "json")


class HttpSource(Source[HttpOptions, HttpQuestion], HttpTarget):
    """One HTTP service behind one bounded client."""

    TYPE: ClassVar[str] = "http"
    Options = HttpOptions
    Question = HttpQuestion

    def __init__(self, name: str, options: HttpOptions) -> None:
        super().__init__(name, options)
        self._exchanger: Exchanger | None = None

    async def open(self) -> None:
        """Make the client; nothing is connected before the first question."""
        if self._exchanger is None:
            from situationroom.sources.net.exchange import Exchanger

            self._exchanger = Exchanger(self.options)

    async def ask(self, question: HttpQuestion, timeout_s: float) -> Rows:
        """The answer's rows; ``at`` is the server's ``Date``, to the second."""
        await self.open()
        assert self._exchanger is not None
        limit_s = min(timeout_s, self.options.timeout or timeout_s)
        try:
            page = await self._exchanger.exchange(question, limit_s)
            reading = partial(read, page.body, page.charset, question, many=page.media_type in LINES)
            in_thread = len(page.body) > THREAD_BYTES or question.text is not None
            rows = await asyncio.to_thread(reading) if in_thread else reading()
        except SourceError as error:
            reason = self._redaction(question).message(error.message)
            told = of_request(reason, question.method, self._address_of(question))
            raise SourceError(told.id, **told.values) from error
        notes = tuple(map(self._redaction(question).message, rows.notes)) if rows.notes else ()
        return Rows(rows.columns, rows.rows, page.at, notes)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What of this source must not be seen where the service echoes it."""
        return self.options.secrets

    def shown(self, request: Request) -> str:
        """Its URL without the query that the source's own may have, which can hold a key."""
        whole = shown(self.options.url, below(request.path), request.params)
        return Redaction(address_secrets(self.options, self.options.url)).text(whole)

    async def send(self, request: Request, timeout_s: float) -> Answer:
        """Send once, with the source's headers and authentication, and read the answer."""
        await self.open()
        assert self._exchanger is not None
        return await self._exchanger.send(request, timeout_s)

    async def close(self) -> None:
        """Close every connection."""
        exchanger, self._exchanger = self._exchanger, None
        if exchanger is not None:
            await exchanger.close()

    def _address_of(self, question: HttpQuestion) -> str:
        whole = shown(self.options.url, question.encoded_path, question.params)
        secrets = (*address_secrets(self.options, self.options.url), *question.secrets)
        return Redaction(secrets).text(whole)

    def _redaction(self, question: HttpQuestion) -> Redaction:
        return Redaction((*self.options.secrets, *question.secrets), pieces=True)


def read(body: bytes, charset: str | None, question: HttpQuestion, *, many: bool = False) -> Rows:
    """A body as rows, in the way the question says. ``many``: the server says that it holds JSON lines.

    Raises:
        SourceError: it is something else.

    """
    text, notes = decoded(body, question.encoding or charset)
    rows = _rows(text, question, many=many)
    return Rows(rows.columns, rows.rows, notes=(*notes, *rows.notes))


def _rows(text: str, question: HttpQuestion, *, many: bool) -> Rows:
    if question.csv is not False:
        return csv_rows(text, question.csv if isinstance(question.csv, Csv) else Csv())
    if question.text is not None:
        return matched_rows(text, question.text)
    path = question.rows or "@"
    rows = rows_in(documents(text, many=many), path)
    if rows is None:
        raise SourceError("sources.path_found_nothing", path=path)
    return table(rows)
