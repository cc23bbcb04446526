"""A connection of the driver whose every value can be read, whatever types the database has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from situationroom.sources.pg import oids
from situationroom.sources.pg.codecs import Codecs

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection


class Link(_Connection):
    """One connection, its codecs, and the types of the database that it asks for as text.

    Types that the driver has no codec for are looked up by it as they are met. Those it would refuse are
    asked for as text: new ones of the server, and rows and ranges one part of which has no binary form.
    """

    codecs: Codecs

    def equip(self, encoding: str, *, raw: bool) -> None:
        """Give the connection its codecs; to be done once, before anything is asked."""
        self._as_text = set(oids.AS_TEXT)
        self.codecs = Codecs(self.get_settings(), encoding, raw=raw)

    def ask_as_text(self, types: Iterable[tuple[int, str]]) -> None:
        """Ask for values of these types, by id and name, as text from now on."""
        for oid, name in types:
            if oid not in self._as_text:
                self._as_text.add(oid)
                self.codecs.add_as_text(oid, name)

    async def _introspect_types(self, typeoids: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - the driver's
        """What the driver finds out about types it does not know; parts come before what they are part of."""
        types, statement = await super()._introspect_types(typeoids, timeout)  # type: ignore[misc]
        for found in types:
            self._settle(found)
        return types, statement

    def _settle(self, found: asyncpg.Record) -> None:
        """Decide on text for one type, where the driver would refuse it or could not read its parts."""
        oid: int = found["oid"]
        if oid in self._as_text:
            return
        if self._wants_text(found):
            self._as_text.add(oid)
            self.codecs.add_as_text(oid, found["name"], found["ns"])
        elif {found["elemtype"], found["basetype"]} & self._as_text:
            self._as_text.add(oid)  # the driver then reads the array's or the domain's text itself

    def _wants_text(self, found: asyncpg.Record) -> bool:
        match found["kind"]:
            case _ if found["elemtype"]:
                return False
            case b"c":
                parts: Sequence[int] = found["attrtypoids"] or ()
                return not parts or not self._as_text.isdisjoint(parts)
            case b"r" | b"m":
                return found["range_subtype"] in self._as_text
            case b"b" | b"p":
                return self.get_settings().get_data_codec(found["oid"]) is None
            case _:
                return False
