"""``kind: http``: one request to a service, with an idempotency key and a true word on what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from situationroom.actions.base import Action, Call, Outcome, Preview, Progress, Sources, State, Trial
from situationroom.actions.template import BodyTemplate, PathTemplate, hidden
from situationroom.errors import ActionDenied, ActionFailed, OutcomeUnknown, SourceError, UsageError
from situationroom.formats import printable
from situationroom.layout.fields import KeepsSecrets, Seconds, Spec
from situationroom.layout.models import ActionSpec
from situationroom.redaction import Redaction
from situationroom.sources.base import Answer, HttpTarget, Request, of_request
from situationroom.sources.net.address import literal, segment
from situationroom.sources.net.headers import Headers
from situationroom.sources.net.secrets import header_secrets
from situationroom.sources.parse.documents import documents
from situationroom.sources.parse.jmes import JmesPath, found
from situationroom.values import GUEST, Message, Value

KEY = "Idempotency-Key"
"""The header that carries the run's id: a service that knows it does the same run once."""

_SHOWN = 200  # characters of an answer that are said
_SENT = ("path", "params", "json", "headers", "state")  # keys whose values reach the service


def _several(value: object) -> object:
    return value if isinstance(value, (list, tuple)) else [value]


def _known(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not all(
        len(one) == 3 and one[0] in "12345" and set(one[1:]) <= set("0123456789x") for one in patterns
    ):
        raise ValueError("actions.http_statuses")
    return patterns


def _as_text(value: object) -> object:
    several = _several(value)
    return [str(one) for one in several] if isinstance(several, (list, tuple)) else several


Statuses = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_text, json_schema_input_type=int | str | list[int | str]),
    AfterValidator(_known),
]
"""``200``, ``[200, 201]``, ``4xx``."""


def _plain(params: BodyTemplate) -> BodyTemplate:
    given = params.document
    if not isinstance(given, dict) or not all(isinstance(one, str | int | float) for one in given.values()):
        raise ValueError("actions.http_params")
    return params


Params = Annotated[BodyTemplate, AfterValidator(_plain)]
"""A query: texts, figures and truths by name; a text may be the name of an input."""


class HttpState(Spec):
    """A GET that tells the present state: ``value`` is where in its JSON (JMESPath).

    Without ``fact`` it is only shown: it may have changed when the request is confirmed, as a queue grows.
    """

    path: PathTemplate
    params: Params | None = None
    value: JmesPath = "@"
    fact: bool = True


class HttpOptions(KeepsSecrets):
    """One request.

    ``expect`` are the statuses of a success, and ``check`` (JMESPath) must then be true of the JSON answer,
    where it is given. ``no_effect`` are statuses that say that nothing was done; every other answer, a
    timeout or a lost connection leaves the outcome unknown. The request bears the run's id as
    ``Idempotency-Key``. ``$name`` is an input: a segment of ``path``, or a value in ``params`` or ``json``.
    """

    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    path: PathTemplate
    params: Params | None = None
    body: Annotated[BodyTemplate | None, Field(alias="json")] = None
    headers: Headers = Field(default_factory=dict, repr=False)
    expect: Statuses = ("2xx",)
    check: JmesPath | None = None
    no_effect: Statuses = ("4xx",)
    state: HttpState | None = None
    timeout: Seconds = 10.0


class Http(Action[HttpOptions]):
    """Sends one request, once.

    Raises:
        UsageError: it names no source, or one that takes no requests.

    """

    TYPE = "http"
    Options = HttpOptions
    ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"actor", "actor_name", "run"})

    def __init__(self, name: str, spec: ActionSpec, options: HttpOptions, sources: Sources) -> None:
        super().__init__(name, spec, options, sources)
        if spec.source is None:
            raise UsageError("actions.source_missing", action=name, kind=spec.kind)
        source = sources[spec.source]
        if not isinstance(source, HttpTarget):
            raise UsageError("actions.source_not_http", action=name, source=spec.source, type=source.TYPE)
        self._target = source
        self._secret = frozenset(one for one, wanted in spec.inputs.items() if wanted.secret)
        own = (*options.from_environment(*_SENT), *header_secrets(options.headers))
        self._unseen = Redaction(own)
        self._unechoed = Redaction((*own, *source.secrets))
        self._unsaid = Redaction((*own, *source.secrets), pieces=True)

    async def preview(self, call: Call, now: datetime) -> Preview:
        """Method, URL and body, and the present state where it can be asked for."""
        self._request(self._names(call, "…"), "…")  # refuses what would lead elsewhere
        before = await self.probe(call)
        seen = self._seen(call, "…")
        lines = [f"{seen.method} {self._address(seen)}"]
        lines += [json.dumps(seen.body, ensure_ascii=False, indent=2)] if seen.body is not None else []
        return Preview(
            at=now,
            what=Message("actions.http_what", {"title": self.called(call), "method": seen.method}),
            before=before,
            statement=self._unseen.text("\n".join(lines)),
        )

    async def run(self, call: Call, preview: Preview, progress: Progress) -> Outcome:
        """Send it, and judge the answer."""
        del preview
        request = self._request(self._names(call, progress.run), progress.run)
        seen = self._seen(call, progress.run)
        try:
            answer = await self._target.send(request, self.options.timeout)
            self._judge(answer)
        except (ActionFailed, OutcomeUnknown) as error:
            told = self._told(error.message, seen)
            raise type(error)(told.id, **told.values) from error
        said = {"title": self.called(call), "status": answer.status}
        return Outcome(Message("actions.http_done", said), 1, {"status": answer.status})

    async def probe(self, call: Call) -> State:
        """What the state's GET says; no facts where there is none."""
        state = self.options.state
        if state is None:
            return State({}, Message("actions.no_state"))
        names = self._names(call, "")
        try:
            request, seen = self._looking(state, names), self._looking(state, hidden(names, self._secret))
        except ActionDenied as error:
            raise SourceError(error.message.id, **error.message.values) from error
        try:
            answer = await self._target.send(request, self.options.timeout)
            if not 200 <= answer.status < 300:
                raise SourceError("actions.http_state", status=answer.status, start=self._start(answer))
            value = _value(found(_json(answer), state.value))
        except (ActionFailed, OutcomeUnknown, SourceError) as error:
            told = self._told(error.message, seen)
            raise SourceError(told.id, **told.values) from error
        value = self._unechoed.text(value) if isinstance(value, str) else value
        return State({"value": value} if state.fact else {}, self.words.state(value))

    async def trials(self) -> Sequence[Trial]:
        """The state's GET, once, where it needs nobody's values; the request itself is never sent."""
        unsent = Trial(("path",), Message("actions.not_sent"), tried=False)
        state = self.options.state
        if state is None:
            return (unsent,)
        if state.path.inputs or (state.params is not None and state.params.inputs):
            return (Trial(("state",), Message("actions.needs_inputs"), tried=False), unsent)
        try:
            await self.probe(Call(self.name, GUEST, {}))
        except SourceError as error:
            return (Trial(("state",), error.message), unsent)
        return (Trial(("state",)), unsent)

    def _judge(self, answer: Answer) -> None:
        """Nothing where it is a success.

        Raises:
            ActionFailed: the service says that it did nothing.
            OutcomeUnknown: it may have done it.

        """
        options, said = self.options, {"status": answer.status, "start": self._start(answer)}
        if _among(answer.status, options.expect):
            if options.check is None:
                return
            try:
                met = found(_json(answer), options.check)
            except SourceError as error:
                raise OutcomeUnknown("actions.http_unchecked", why=error.message, **said) from error
            if not met:
                raise ActionFailed("actions.http_check", check=options.check, **said)
        elif _among(answer.status, options.no_effect):
            raise ActionFailed("actions.http_refused", **said)
        else:
            raise OutcomeUnknown("actions.http_odd", **said)

    def _request(self, names: Mapping[str, Value], run: str) -> Request:
        options = self.options
        return Request(
            options.method,
            _path(options.path.filled(names)),
            _params(options.params, names),
            options.body.filled(names) if options.body is not None else None,
            {**options.headers, KEY: run},
        )

    def _looking(self, state: HttpState, names: Mapping[str, Value]) -> Request:
        return Request("GET", _path(state.path.filled(names)), _params(state.params, names))

    def _seen(self, call: Call, run: str) -> Request:
        """The request as people may see it."""
        return self._request(hidden(self._names(call, run), self._secret), run)

    def _address(self, seen: Request) -> str:
        return self._unseen.text(self._target.shown(seen))

    def _told(self, reason: Message, seen: Request) -> Message:
        """Why a request came to nothing, without what the service may have echoed, and which one it was."""
        return of_request(self._unsaid.message(reason), seen.method, self._address(seen))

    def _start(self, answer: Answer) -> str:
        """The first words of an answer."""
        return printable(" ".join(self._unsaid.text(answer.body or "").split())[:_SHOWN])

    def _names(self, call: Call, run: str) -> dict[str, Value]:
        return {**dict.fromkeys(self.spec.inputs), **call.values, **self.who(call), "run": run}


def _path(words: Iterable[tuple[str | None, str]]) -> tuple[str, ...]:
    """Segments as they are sent.

    Raises:
        ActionDenied: an input is empty or left out, or its value would lead elsewhere.

    """
    segments = []
    for word, name in words:
        if name and word in (None, "", ".", ".."):
            raise ActionDenied("sources.bad_segment")
        segments.append(segment(word or "") if name else literal(word or ""))
    return tuple(segments)


def _params(template: BodyTemplate | None, names: Mapping[str, Value]) -> dict[str, str | int | float | bool]:
    """A query's values; one whose input was left out is left out too."""
    filled = template.filled(names) if template is not None else {}
    pairs = filled.items() if isinstance(filled, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, (str, int, float, bool))}


def _among(status: int, patterns: tuple[str, ...]) -> bool:
    digits = str(status)
    return any(
        all(mark in ("x", digit) for mark, digit in zip(pattern, digits, strict=True)) for pattern in patterns
    )


def _json(answer: Answer) -> object:
    if answer.body is None:
        trouble = answer.trouble or Message("sources.lost")
        raise SourceError(trouble.id, **trouble.values)
    document, *more = documents(answer.body)
    if more:
        raise SourceError("sources.several_values")
    return document


def _value(value: object) -> Value:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
