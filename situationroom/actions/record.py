"""One run as the journal tells it, moved on by each of its entries; which entry does what is a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from situationroom.actions import stepping
from situationroom.codec import decode
from situationroom.journal import Entry, Kind
from situationroom.journal.entry import Json
from situationroom.values import Message, Proof, RunState, Settlement, StepStatus

Facts = Mapping[str, Json]
Typed = Mapping[str, object]

_PROOFS = tuple(Proof)
_VERDICTS = tuple(Settlement)
_TOO_LATE = frozenset({"actions.approval_expired", "actions.preview_old"})


@dataclass(frozen=True, slots=True)
class Record:
    """One run.

    Attributes:
        id, action, person, where: as asked.
        asked, moved: when its first and its newest entry were written.
        claimed: when its intent was, right before its effect; None where it never came so far.
        state: where it stands, as far as entries say.
        fired: whether it was ever confirmed.
        lease: the sign of life of the process that carries it.
        values: the inputs, secret ones hidden.
        subject: what it is about, as people call it; "" where that is the action alone, or nobody wrote it.
        about: those of the inputs that say which thing is changed.
        target: what no other run may touch meanwhile, or "".
        undoes: the run it goes back from, or ""; ``reverts``: by itself, when its time was over.
        resumes: the run it continues, or "".
        what, before, after, result, reason: sentences, in the words that were said.
        count, columns, rows, statement, warnings, brake: of its preview.
        before_facts, after_facts: the figures its preview and its outcome stand on.
        goes_back_to: what a temporary setting goes back to.
        for_s: for how long the setting holds, None for good.
        reverted: it went back by itself, or that was given up.
        superseded: a later run changed the same again.
        proof: how the asker was known when they confirmed.
        waits_since, expires: when its wait for a second person began, and when it lapses.
        approver, approver_proof, approved: who approved, how they are known, and when.
        refused: why a second person refused it.
        ended: when its end was written.
        set_back: by how much the clock had been set back when it ended, or its wait began.
        done, total, failed, errors, facts: where a batch stands.
        paused, limit_per_s: as a person set it; ``limit_set`` whether one did.
        steps: of a run made of several, how each of them stands.
        chosen: by input, what its conditions know of the row that was chosen for it.
        held: whether what verifies it held before it had any effect; None where nobody knows.
        verified: what the live figures said; ``unverified`` what they showed instead.
        settled, settled_by: what a person decided about an unknown outcome.

    """

    id: str
    action: str
    person: str
    where: str
    asked: datetime
    moved: datetime
    claimed: datetime | None = None
    state: RunState = RunState.ASKED
    fired: bool = False
    lease: str = ""
    values: Typed = field(default_factory=dict)
    subject: str = ""
    about: Typed = field(default_factory=dict)
    target: str = ""
    undoes: str = ""
    resumes: str = ""
    reverts: bool = False
    what: Message | None = None
    before: Message | None = None
    after: Message | None = None
    result: Message | None = None
    reason: Message | None = None
    count: int | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Typed, ...] = ()
    statement: str = ""
    warnings: tuple[Message, ...] = ()
    brake: Message | None = None
    before_facts: Typed = field(default_factory=dict)
    after_facts: Typed = field(default_factory=dict)
    goes_back_to: Typed = field(default_factory=dict)
    for_s: float | None = None
    reverted: bool = False
    superseded: bool = False
    proof: Proof = Proof.CLAIMED
    waits_since: datetime | None = None
    expires: datetime | None = None
    approver: str = ""
    approver_proof: Proof = Proof.CLAIMED
    approved: datetime | None = None
    refused: str = ""
    ended: datetime | None = None
    set_back: timedelta = timedelta()
    done: int = 0
    total: int | None = None
    failed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    facts: Typed = field(default_factory=dict)
    paused: bool = False
    limit_per_s: float | None = None
    steps: tuple[StepStatus, ...] = ()
    chosen: Typed = field(default_factory=dict)
    held: bool | None = None
    verified: bool | None = None
    unverified: Message | None = None
    settled: Settlement | None = None
    settled_by: str = ""

    @property
    def happened(self) -> bool:
        """Whether it had its effect, as far as anybody knows."""
        return self.state is RunState.DONE or self.settled is Settlement.HAPPENED

    @property
    def last_change(self) -> bool:
        """Whether nothing has changed since what it changed: then it may be undone."""
        return self.happened and not self.superseded and not self.reverted

    @property
    def matters(self) -> bool:
        """Whether something may still come of it, so that it must not be forgotten."""
        return (
            (not self.state.ended and self.fired)
            or (self.state is RunState.UNKNOWN and self.settled is None)
            or (self.for_s is not None and self.happened and not (self.reverted or self.superseded))
        )


def applied(record: Record | None, entry: Entry) -> Record:
    """The record once ``entry`` is written; the first entry of a run makes it."""
    moment = entry.moment
    if record is None:
        record = Record(entry.run, entry.action, entry.person, entry.where, moment, moment)
    change = _CHANGES.get(entry.kind)
    changed = change(record, entry, entry.facts) if change else {}
    return replace(record, moved=moment, **changed)


Change = Callable[[Record, Entry, Facts], dict[str, Any]]
"""What an entry changes of a record, by field; values as the fields have them."""


def _asked(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record, entry
    return {"values": _typed(facts.get("values")), "undoes": _text(facts.get("undoes"))}


def _previewed(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del entry
    rows, columns, warnings = facts.get("rows"), facts.get("columns"), facts.get("warnings")
    count, before = facts.get("count"), _typed(facts.get("before"))
    return {
        "state": RunState.PREVIEWED,
        "subject": _text(facts.get("subject")) or record.subject,
        "what": _said(facts.get("what")),
        "before": _said(facts.get("now")),
        "after": _said(facts.get("then")),
        "before_facts": before,
        "goes_back_to": record.goes_back_to or before,
        "count": count if isinstance(count, int) else None,
        "statement": _text(facts.get("statement")),
        "columns": tuple(str(name) for name in columns) if isinstance(columns, list) else (),
        "rows": tuple(_typed(row) for row in rows) if isinstance(rows, list) else (),
        "brake": _said(facts.get("brake")),
        "warnings": tuple(filter(None, map(_said, warnings))) if isinstance(warnings, list) else (),
    }


def _approval_asked(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    expires = facts.get("expires")
    return {
        **_previewed(record, entry, facts),
        "state": RunState.AWAITING,
        "fired": True,
        "lease": _text(facts.get("lease")),
        "proof": _proof(facts),
        "waits_since": entry.moment,
        "expires": datetime.fromisoformat(expires) if isinstance(expires, str) else entry.moment,
    }


def _approved(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    if record.state is not RunState.AWAITING:
        return {}
    return {"approver": entry.person, "approver_proof": _proof(facts), "approved": entry.moment}


def _refused(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    if record.state is not RunState.AWAITING:
        return {}
    return {
        "state": RunState.DENIED,
        "refused": entry.person,
        "ended": entry.moment,
        "reason": _said(facts.get("reason")),
    }


def _confirmed(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record, entry
    lease = _text(facts.get("lease"))
    return {"state": RunState.CONFIRMED, "fired": True, "lease": lease, "proof": _proof(facts)}


def _claimed(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    for_s = facts.get("for_s")
    return {
        **_previewed(record, entry, facts),
        "state": RunState.CLAIMED,
        "claimed": entry.moment,
        "steps": stepping.planned(facts.get("steps")),
        "fired": True,
        "lease": _text(facts.get("lease")),
        "about": _typed(facts["about"]) if "about" in facts else record.values,
        "target": _text(facts.get("target")),
        "undoes": _text(facts.get("undoes")),
        "resumes": _text(facts.get("resumes")),
        "reverts": facts.get("reverts") is True,
        "values": _typed(facts.get("values")) or record.values,
        "chosen": _typed(facts.get("chosen")),
        "held": held if isinstance(held := facts.get("held"), bool) else None,
        "for_s": float(for_s) if isinstance(for_s, (int, float)) else None,
    }


def _stand(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    """Where a run stands: of a checkpoint, and of its end."""
    del entry
    done, failed, total = facts.get("done"), facts.get("failed"), facts.get("total")
    errors = _mapping(facts.get("errors"))
    return {
        "done": done if isinstance(done, int) else record.done,
        "failed": failed if isinstance(failed, int) else record.failed,
        "total": total if isinstance(total, int) else record.total,
        "errors": {name: count for name, count in errors.items() if isinstance(count, int)},
        "facts": _typed(facts.get("facts")) or record.facts,
    }


def _ends(state: RunState) -> Change:
    def change(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
        return {
            **_stand(record, entry, facts),
            "state": state,
            "steps": stepping.ended(record.steps, state, stepping.done_in(facts.get("after"))),
            "ended": entry.moment,
            "paused": False,
            "result": _said(facts.get("result")),
            "reason": _said(facts.get("reason")),
            "after_facts": _typed(facts.get("after")),
        }

    return change


def _denied(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record
    reason = facts.get("reason")
    late = isinstance(reason, dict) and reason.get("id") in _TOO_LATE  # as it was once recorded
    state = RunState.EXPIRED if late else RunState.DENIED
    return {"state": state, "ended": entry.moment, "reason": _said(reason)}


def _withdrawn(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record, facts
    return {"state": RunState.WITHDRAWN, "ended": entry.moment}


def _expired(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record
    return {"state": RunState.EXPIRED, "ended": entry.moment, "reason": _said(facts.get("reason"))}


def _step(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del entry
    return {"steps": stepping.begun(record.steps, _text(facts.get("step")))}


def _not_verified(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record, entry
    return {"verified": False, "unverified": _said(facts.get("reason"))}


def _settled(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    verdict = facts.get("verdict")
    if record.settled is not None or verdict not in _VERDICTS:
        return {}
    return {
        "state": RunState.UNKNOWN,
        "settled": Settlement(str(verdict)),
        "settled_by": entry.person,
        "ended": record.ended or entry.moment,
    }


def _rate(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
    del record, entry
    per_s = facts.get("per_s")
    return {"limit_per_s": float(per_s) if isinstance(per_s, (int, float)) else None}


def _sets(**fields: object) -> Change:
    """A change that is the same whatever the entry's particulars."""

    def change(record: Record, entry: Entry, facts: Facts) -> dict[str, Any]:
        del record, entry, facts
        return dict(fields)

    return change


_CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        Kind.ASKED: _asked,
        Kind.PREVIEWED: _previewed,
        Kind.DENIED: _denied,
        Kind.EXPIRED: _expired,
        stepping.STEP: _step,
        Kind.WITHDRAWN: _withdrawn,
        Kind.APPROVAL_ASKED: _approval_asked,
        Kind.APPROVED: _approved,
        Kind.REFUSED: _refused,
        Kind.CONFIRMED: _confirmed,
        Kind.CLAIMED: _claimed,
        Kind.CHECKPOINT: _stand,
        Kind.PAUSED: _sets(paused=True),
        Kind.RESUMED: _sets(paused=False),
        Kind.RATE: _rate,
        Kind.DONE: _ends(RunState.DONE),
        Kind.FAILED: _ends(RunState.FAILED),
        Kind.STOPPED: _ends(RunState.STOPPED),
        Kind.UNKNOWN: _ends(RunState.UNKNOWN),
        Kind.VERIFIED: _sets(verified=True),
        Kind.NOT_VERIFIED: _not_verified,
        Kind.SETTLED: _settled,
        Kind.REVERTED: _sets(reverted=True),
    }
)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _typed(value: Json) -> dict[str, object]:
    """Values of any type, as they were; those of a journal from before types were kept are text."""
    found = decode(value)
    return found if isinstance(found, dict) else {}


def _proof(facts: Facts) -> Proof:
    proof = facts.get("proof")
    return Proof(str(proof)) if proof in _PROOFS else Proof.CLAIMED


def _said(value: Json) -> Message | None:
    """A recorded sentence, in the words it was said in; its id is kept for nobody but an auditor."""
    text = value.get("text") if isinstance(value, dict) else value
    return Message("actions.quoted", {"text": text}) if isinstance(text, str) and text else None
