"""What passes between a screen and the door: a run asked for, a person's yes, a second one's, a hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from situationroom.actions.base import Call, Preview
from situationroom.layout.models import Confirm
from situationroom.paint.words import Heading
from situationroom.values import Message, Person, Row, Value


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that was allowed and previewed, waiting for its confirmation.

    Attributes:
        run: the run's id.
        call: what was asked.
        preview: what it will do.
        confirmation: how it must be confirmed.
        expires: after this the preview is too old and must be made again.

    """

    run: str
    call: Call
    preview: Preview
    confirmation: Confirm
    expires: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person's yes.

    Attributes:
        typed: what they typed, for a confirmation by ``type``.
        by: who they are, from :meth:`Room.sign_in` after the preview; a shared wall asks for it.

    """

    typed: str = ""
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """All actions are held: nothing new is fired, on any screen of the room; what runs goes on.

    Attributes:
        person: who holds.
        since: since when.
        reason: why, in their words, or "".

    """

    person: Person
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A run that waits for its second person, as that person sees it: the asker's own preview.

    Attributes:
        run: the run's id.
        action: the action's id in the layout.
        subject: what it is about, as :attr:`RunStatus.subject`.
        asker: who asked; never the one who approves.
        where: from where they asked.
        asked: when.
        expires: when it lapses by itself.
        what: the effect in one sentence.
        before, after: what is true now and what will be, where that can be said.
        count: rows or items it will touch, None where unknown.
        columns, rows: the first of the very rows, cells as text.
        statement: the SQL or the request, never with secrets.
        warnings: what to mind.
        headings: how the columns are headed and written.
        brake: what its brake measured when it was asked.
        values: the inputs by name, secret ones hidden.

    """

    run: str
    action: str
    asker: Person
    where: str
    asked: datetime
    expires: datetime
    what: Message
    before: Message | None = None
    after: Message | None = None
    count: int | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    statement: str = ""
    warnings: tuple[Message, ...] = ()
    headings: tuple[Heading, ...] = ()
    brake: Message | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    subject: str = ""
