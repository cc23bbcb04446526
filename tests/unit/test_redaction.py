"""Secrets taken out of what partners echo."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from situationroom.redaction import HIDDEN, Redaction
from situationroom.sources.net.secrets import header_secrets
from situationroom.values import Message

SECRET = 'p@ss/w "한" +&<'


@pytest.mark.parametrize(
    "echoed",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower().replace("p%40", "p%40"),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        "p@ss/w &quot;한&quot; +&amp;&lt;",
    ],
)
def test_a_secret_is_hidden_in_every_form_it_may_be_echoed_in(echoed: str) -> None:
    said = Redaction([SECRET]).text(f"bad token [{echoed}] twice: {echoed}")
    assert said.startswith(f"bad token [{HIDDEN}")
    assert echoed.rstrip("=") not in said


def test_longer_secrets_go_first_and_short_ones_are_left() -> None:
    redaction = Redaction(["hunter", "hunter22", "abc", ""])
    assert redaction.text("hunter22 hunter abc") == f"{HIDDEN} {HIDDEN} abc"


def test_a_sentence_is_cleaned_with_all_the_sentences_in_it() -> None:
    inner = Message("sources.http_status", {"status": 401, "start": "token=hunter22"})
    told = Redaction(["hunter22"]).message(
        Message("sources.by_proxy", {"reason": inner, "list": ["hunter22", 7]})
    )
    assert told.values["reason"] == Message(
        "sources.http_status", {"status": 401, "start": f"token={HIDDEN}"}
    )
    assert told.values["list"] == [HIDDEN, 7]


@pytest.mark.parametrize(("cut", "said"), [("key hunt", f"key {HIDDEN}"), ("key hunter2…", f"key {HIDDEN}"),
                                           ("key hun", "key hun"), ("hunters", "hunters")])  # fmt: skip
def test_a_piece_that_a_cut_left_of_a_secret_is_hidden_where_asked_for(cut: str, said: str) -> None:
    assert Redaction(["hunter22"], pieces=True).text(cut) == said
    assert Redaction(["hunter22"]).text(cut) == cut


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({"Authorization": "Bearer abc.def"}, {"Bearer abc.def", "abc.def"}),
        ({"X-Api-Key": "k1"}, {"k1"}),
        ({"Cookie": "sid=s3cret; lang=ko"}, {"sid=s3cret; lang=ko", "s3cret", "ko"}),
        (
            {
                "Accept": "application/json",
                "user-agent": "room",
                "Content-Type": "x",
                "Accept-Language": "ko",
            },
            set(),
        ),
    ],
)
def test_of_headers_all_but_the_harmless_are_secrets(headers: dict[str, str], secrets: set[str]) -> None:
    assert secrets <= set(header_secrets(headers))
    assert bool(secrets) == bool(set(header_secrets(headers)))
