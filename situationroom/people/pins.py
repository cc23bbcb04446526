"""PINs and passwords: which will do, and their argon2 hashes. Slow on purpose: call it in a thread."""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b64encode
from functools import cached_property
from itertools import pairwise

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerificationError

from situationroom.values import Message

SHORTEST = 4
LONGEST = 128

MOST_KIB = 2**21
"""The most memory a look may take: 2 GiB, the most that RFC 9106 recommends."""

MOST_PASSED_KIB = 2**22
"""Memory times passes, which is what a look takes in time: some seconds."""

MOST_LANES = 64


class Pins:
    """Makes and checks hashes: argon2id with the parameters that RFC 9106 recommends.

    A hash keeps the parameters it was made with, so that old ones still hold when these change.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    def hash(self, pin: str) -> str:
        """The hash of a PIN; another one each time."""
        return self._hasher.hash(_bytes(pin))

    def fits(self, pin: str, kept: str | None) -> bool:
        """Whether ``pin`` is the one that ``kept`` is the hash of; never for None, which takes as long."""
        try:
            self._hasher.verify(kept if kept and _bearable(kept) else self._nobodys, _bytes(pin))
        except (VerificationError, ValueError):  # ValueError: what is kept is no hash at all
            return False
        return kept is not None

    @cached_property
    def _nobodys(self) -> str:
        """A hash that nothing fits, made as fast as a look at it: of random bytes, with our parameters."""
        ours = self._hasher
        salt, made = (
            b64encode(secrets.token_bytes(size)).decode().rstrip("=")
            for size in (ours.salt_len, ours.hash_len)
        )
        return f"$argon2id$v=19$m={ours.memory_cost},t={ours.time_cost},p={ours.parallelism}${salt}${made}"


def _bearable(kept: str) -> bool:
    """Whether a look at a hash ends in time; its parameters are whatever the users file says.

    Raises:
        ValueError: it is no hash.

    """
    cost = extract_parameters(kept)
    return (
        cost.memory_cost <= MOST_KIB
        and cost.memory_cost * cost.time_cost <= MOST_PASSED_KIB
        and cost.parallelism <= MOST_LANES
    )


def why_not(pin: str, person: str) -> Message | None:
    """Why this cannot be the PIN of ``person`` (their id): too short, too long, or the first one guesses."""
    if len(pin) < SHORTEST:
        return Message("people.pin_short", {"least": SHORTEST})
    if len(pin) > LONGEST:
        return Message("people.pin_long", {"most": LONGEST})
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}) or pin.casefold() == person.casefold():
        return Message("people.pin_guessable")
    return None


def _bytes(pin: str) -> bytes:
    """The same bytes for the same letters, however a keyboard composes Hangul."""
    return unicodedata.normalize("NFC", pin[: LONGEST + 1]).encode("utf-8", "surrogatepass")
