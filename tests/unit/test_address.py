"""Addresses: what an author writes keeps its escapes, what is a value is encoded once."""

from __future__ import annotations

import pytest

from situationroom.sources.net.address import address, below, literal, segment, shown


@pytest.mark.parametrize(
    ("url", "path", "whole"),
    [
        ("http://h", "", "http://h/"),
        ("http://h/api/", "", "http://h/api/"),
        ("http://h/api/", "/stats", "http://h/api/stats"),
        ("http://h/api", "stats/", "http://h/api/stats/"),
        ("http://h", "GB%2FT/7714", "http://h/GB%2FT/7714"),
        ("http://h/a%2Fb", "c%20d", "http://h/a%2Fb/c%20d"),
        ("http://h", "a b+c", "http://h/a%20b+c"),
        ("http://h", "100%", "http://h/100%25"),
        ("http://h", "%zz%4", "http://h/%25zz%254"),
        ("http://h", "기관/통계", "http://h/%EA%B8%B0%EA%B4%80/%ED%86%B5%EA%B3%84"),
        ("http://h/기관", "v1", "http://h/%EA%B8%B0%EA%B4%80/v1"),
        ("http://h", "a;v=1,2:b@c", "http://h/a;v=1,2:b@c"),
        ("http://h", "a%3Fb%23c", "http://h/a%3Fb%23c"),
        ("http://h", 'a"<>\\^`{|}', "http://h/a%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("https://[::1]:8443/x", "y", "https://[::1]:8443/x/y"),
        ("http://통신.example:80/", "", "http://xn--zv4b74y.example:80/"),
        ("ws://h/live#top", "", "ws://h/live"),
    ],
)
def test_a_path_is_sent_as_it_is_written_with_what_cannot_be_encoded(url: str, path: str, whole: str) -> None:
    assert address(url, literal(path)) == whole


@pytest.mark.parametrize(
    ("params", "query"),
    [
        ({"q": "a b"}, "q=a%20b"),
        ({"q": "a+b&c=d#e?f/g"}, "q=a%2Bb%26c%3Dd%23e%3Ff%2Fg"),
        ({"q": "%2F"}, "q=%252F"),
        ({"기관": "카이트"}, "%EA%B8%B0%EA%B4%80=%EC%B9%B4%EC%9D%B4%ED%8A%B8"),
        ({"on": True, "n": 3, "x": 0.5}, "on=true&n=3&x=0.5"),
        ({"empty": ""}, "empty="),
    ],
)
def test_a_value_of_the_query_is_encoded_once(
    params: dict[str, str | int | float | bool], query: str
) -> None:
    assert address("http://h/", "", params) == f"http://h/?{query}"


def test_the_urls_own_query_stays_as_it_is_written_and_gives_way_to_a_parameter_of_its_name() -> None:
    url = "http://h/api?key=a%2Bb&v=1&sig=x%20y&v=2&flag&기=관"
    assert address(url, "/s", {"v": 3}) == "http://h/api/s?key=a%2Bb&sig=x%20y&flag&%EA%B8%B0=%EA%B4%80&v=3"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [("GB/T", "GB%2FT"), ("%2F", "%252F"), ("a b+c", "a%20b%2Bc"), ("가", "%EA%B0%80"), ("..", "..")],
)
def test_a_value_is_one_segment_whatever_is_in_it(value: str, encoded: str) -> None:
    assert below(["v1", segment(value)]) == f"/v1/{encoded}"


def test_people_see_the_address_without_the_query_of_the_source() -> None:
    assert shown("https://h:8443/api?key=hunter22#x", "/s", {"w": 60}) == "https://h:8443/api/s?w=60"
