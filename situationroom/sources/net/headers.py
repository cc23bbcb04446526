"""HTTP headers as a layout gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _in_their_lines(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise ValueError("sources.bad_header")
    return headers


Headers = Annotated[Mapping[str, str], AfterValidator(_in_their_lines)]
"""Names and values that cannot break out of their lines. Values may be secrets: not for ``repr``."""
