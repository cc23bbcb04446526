"""Audit evidence: the requests of a period matched with their approvals and executions.

A run is in a period when any of its entries is, and is then told to its end: what was asked on the last
evening of a month and settled the next morning stands in both months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from situationroom.codec import readable
from situationroom.errors import JournalError
from situationroom.journal.entry import Entry, Json, Kind, utc
from situationroom.journal.verify import Chain, Verdict
from situationroom.values import ROOM, Proof

TWO_PERSON = "two-person"


class Finding(StrEnum):
    """What does not match. An auditor asks about each of these, in this order."""

    NO_REQUEST = "no_request"  # executed, and nobody asked for it
    NOT_APPROVED = "not_approved"  # executed without the second person that was demanded before it
    SELF_APPROVED = "self_approved"
    NOT_CONFIRMED = "not_confirmed"  # executed without the asker's yes
    NO_OUTCOME = "no_outcome"  # executed, with no end recorded: cut off, or still under way
    UNSETTLED = "unsettled"  # its outcome is unknown, and nobody has settled it
    NOT_EXECUTED = "not_executed"  # approved, and then never executed


class Remark(StrEnum):
    """What an auditor has to know of an approval, though it may be in order: at a shared wall it often is."""

    SAME_ACCOUNT = "same_account"  # given from the OS account that the request came from
    PIN_BY_ASKER = "pin_by_asker"  # by a PIN that was last set from that account


@dataclass(frozen=True, slots=True)
class Step:
    """Who did something about a run, when (as stored) and from where."""

    at: str
    person: str
    where: str

    @property
    def login(self) -> str:
        """The OS user it was done as, on whatever machine; "" where nobody knows."""
        return self.where.rpartition("@")[0]


@dataclass(frozen=True, slots=True)
class Case:
    """One run, from its request to its last word.

    Attributes:
        run, action: its ids.
        asked: the request.
        values: the inputs, secret ones hidden.
        subject: what it was about, as people call it; "" where that is the action alone.
        what: its effect in a sentence, from its preview.
        statement: the SQL or the request it made.
        demanded: whether a second person had to approve.
        approved, refused: the second person's answer.
        confirmed: the asker's yes.
        executed: when its intent was put on disk, right before its effect.
        ended: when its end was recorded.
        outcome: the kind of its last step: ``done``, ``failed``, ``stopped``, ``unknown``, ``denied``,
            ``withdrawn``, ``refused``, or how far it came.
        told: what its end said.
        verified: what the live figure said; None where nothing was verified.
        settled: who decided about an unknown outcome; ``verdict`` is what they said.
        undoes: the run that it undid, or "".
        resumes: the run that it continued, or "".
        reverts: whether it is the room itself going back from a temporary setting, which nobody asks for.
        pin: when the PIN by which it was approved was last set before, and from where.
        findings: what does not match; none for a matched one.
        remarks: what there is to know of its approval besides.

    """

    run: str
    action: str
    subject: str = ""
    asked: Step | None = None
    values: Mapping[str, Json] = field(default_factory=dict)
    what: str = ""
    statement: str = ""
    demanded: bool = False
    approved: Step | None = None
    refused: Step | None = None
    confirmed: Step | None = None
    executed: Step | None = None
    ended: Step | None = None
    outcome: str = ""
    told: str = ""
    verified: bool | None = None
    settled: Step | None = None
    verdict: str = ""
    undoes: str = ""
    resumes: str = ""
    reverts: bool = False
    pin: Step | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def begun(self) -> str:
        """When it was first heard of."""
        return next((step.at for step in (self.asked, self.approved, self.executed) if step), "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A period's evidence.

    Attributes:
        since, until: the period, ``until`` exclusive.
        cases: its runs: unmatched ones first, then those with a remark, each part in the order of time.
        pins: the PINs that were set in it: ``person`` is whose, ``where`` by which OS account.
        totals: requests, executions … by name.
        chain: whether the journal as a whole is what was written.
        sound: whether it is, from its first entry to the last one of the period.
        head: the hash of the last entry of the period; "" where it has none.

    """

    since: datetime
    until: datetime
    cases: tuple[Case, ...]
    pins: tuple[Step, ...]
    totals: Mapping[str, int]
    chain: Verdict
    sound: bool
    head: str

    @property
    def unmatched(self) -> tuple[Case, ...]:
        """The runs that an auditor asks about."""
        return tuple(case for case in self.cases if case.findings)


def evidence(read: Callable[[], Iterable[Entry]], since: datetime, until: datetime) -> Evidence:
    """Match the runs of a period.

    ``read`` gives all entries of the journal, oldest first, the same ones each time: they are read twice, so
    that those of other periods need not be kept.
    """
    first, after = utc(since), utc(until)
    runs = {entry.run for entry in _readable(read()) if entry.run and first <= entry.at < after}
    chain, kinds = Chain(), Counter[str]()
    cases: dict[str, Case] = {}
    pins: dict[str, Step] = {}
    pins_set: list[Step] = []
    last: Entry | None = None
    for entry in _readable(read(), chain):
        chain.add(entry)
        if entry.kind == Kind.PIN_SET:
            pins[entry.person] = Step(entry.at, entry.person, entry.where)
            pins_set += [pins[entry.person]] if first <= entry.at < after else []
        if first <= entry.at < after:
            kinds[entry.kind] += 1
            last = entry
        if entry.run in runs:
            case = _heard(cases.get(entry.run) or Case(entry.run, entry.action), entry)
            if entry.kind == Kind.APPROVED and case.pin is None and _facts(entry).get("proof") == Proof.PIN:
                case = replace(case, pin=pins.get(entry.person))
            cases[entry.run] = case
    judged = sorted(
        (_judged(case) for case in cases.values()),
        key=lambda case: (not case.findings, not case.remarks, case.begun),
    )
    verdict = chain.verdict()
    sound = verdict.fault is None or (last is not None and verdict.fault.id > last.id)
    return Evidence(
        since,
        until,
        tuple(judged),
        tuple(pins_set),
        _totals(judged, kinds),
        verdict,
        sound,
        last.hash if last else "",
    )


def _readable(entries: Iterable[Entry], chain: Chain | None = None) -> Iterator[Entry]:
    """The entries as far as the file can be read; the chain is told where it breaks off."""
    try:
        yield from entries
    except JournalError as error:
        if chain is not None:
            chain.breaks_off(str(error.message.values.get("detail", error)))


_ENDS = frozenset({Kind.DONE, Kind.FAILED, Kind.STOPPED, Kind.UNKNOWN})
_OUTCOMES = _ENDS | {
    Kind.ASKED, Kind.PREVIEWED, Kind.APPROVAL_ASKED, Kind.APPROVED, Kind.REFUSED, Kind.CONFIRMED,
    Kind.CLAIMED, Kind.DENIED, Kind.EXPIRED, Kind.WITHDRAWN,
}  # fmt: skip


def _heard(case: Case, entry: Entry) -> Case:
    """The case once one more of its entries is known. Of steps made twice the first one counts."""
    step, facts = Step(entry.at, entry.person, entry.where), _facts(entry)
    if entry.kind in _OUTCOMES:
        case = replace(case, outcome=entry.kind)
    match entry.kind:
        case Kind.ASKED:
            values = facts.get("values")
            return replace(
                case,
                asked=case.asked or step,
                values=plain if isinstance(plain := readable(values), dict) else {},
                undoes=_text(facts.get("undoes")),
                resumes=_text(facts.get("resumes")),
            )
        case Kind.PREVIEWED:
            return replace(
                case,
                subject=_text(facts.get("subject")),
                what=_text(facts.get("what")),
                statement=_text(facts.get("statement")),
            )
        case Kind.APPROVAL_ASKED:
            return replace(case, demanded=True, confirmed=case.confirmed or step)
        case Kind.APPROVED:
            return replace(case, approved=case.approved or step)
        case Kind.REFUSED:
            return replace(case, refused=case.refused or step, told=_text(facts.get("reason")))
        case Kind.CONFIRMED:
            demanded = case.demanded or facts.get("how") == TWO_PERSON
            return replace(case, confirmed=case.confirmed or step, demanded=demanded)
        case Kind.CLAIMED:
            return replace(
                case,
                executed=case.executed or step,
                subject=case.subject or _text(facts.get("subject")),
                what=case.what or _text(facts.get("what")),
                statement=case.statement or _text(facts.get("statement")),
                undoes=case.undoes or _text(facts.get("undoes")),
                reverts=facts.get("reverts") is True and entry.person == ROOM.id,
            )
        case Kind.DENIED | Kind.EXPIRED | Kind.WITHDRAWN:
            return replace(case, told=_text(facts.get("reason")) or case.told)
        case Kind.VERIFIED | Kind.NOT_VERIFIED:
            return replace(case, verified=entry.kind == Kind.VERIFIED)
        case Kind.SETTLED:
            return replace(case, settled=step, verdict=_text(facts.get("verdict")))
        case kind if kind in _ENDS:
            told = _text(facts.get("result")) or _text(facts.get("reason"))
            return replace(case, ended=step, told=told)
    return case


def _judged(case: Case) -> Case:
    """The case with what does not match in it."""
    executed, approved = case.executed, case.approved
    by_itself = case.reverts and bool(case.undoes)
    asker = (case.asked or case.confirmed or Step("", "", "")).person
    tests = {
        Finding.NO_REQUEST: executed is not None
        and not by_itself
        and (case.asked is None or case.asked.at > executed.at),
        Finding.NOT_APPROVED: executed is not None
        and case.demanded
        and (approved is None or approved.at > executed.at),
        Finding.SELF_APPROVED: approved is not None and approved.person == asker,
        Finding.NOT_CONFIRMED: executed is not None
        and not by_itself
        and (case.confirmed is None or case.confirmed.at > executed.at),
        Finding.NO_OUTCOME: executed is not None and case.ended is None and case.settled is None,
        Finding.UNSETTLED: case.outcome == Kind.UNKNOWN and case.settled is None,
        Finding.NOT_EXECUTED: approved is not None and executed is None,
    }
    findings = tuple(finding for finding, holds in tests.items() if holds)
    return replace(case, findings=findings, remarks=_remarks(case))


def _remarks(case: Case) -> tuple[Remark, ...]:
    """What there is to know of an approval, by the OS accounts it has to do with."""
    asked = case.asked or case.confirmed
    if asked is None or case.approved is None or not asked.login:
        return ()
    tests = {
        Remark.SAME_ACCOUNT: case.approved.login == asked.login,
        Remark.PIN_BY_ASKER: case.pin is not None and case.pin.login == asked.login,
    }
    return tuple(remark for remark, holds in tests.items() if holds)


def _totals(cases: Sequence[Case], kinds: Mapping[str, int]) -> dict[str, int]:
    counted = Counter[str]()
    for case in cases:
        counted["runs"] += 1
        counted["requested"] += case.asked is not None
        counted["demanded"] += case.demanded
        counted["approved"] += case.approved is not None
        counted["refused"] += case.refused is not None
        counted["executed"] += case.executed is not None
        counted["verified"] += case.verified is True
        counted["not_verified"] += case.verified is False
        counted["settled"] += case.settled is not None
        counted["unmatched"] += bool(case.findings)
        counted["remarked"] += bool(case.remarks)
    ends = (Kind.DONE, Kind.FAILED, Kind.STOPPED, Kind.UNKNOWN, Kind.DENIED, Kind.EXPIRED, Kind.WITHDRAWN)
    for kind in ends:
        counted[kind.value] = sum(case.outcome == kind for case in cases)
    for kind in (Kind.HELD, Kind.RELEASED, Kind.SIGN_IN_FAILED, Kind.LOCKED_OUT, Kind.UNLOCKED, Kind.PIN_SET):
        counted[kind.value] = kinds.get(kind, 0)
    return dict(counted)


def _facts(entry: Entry) -> dict[str, Json]:
    """The particulars; none where somebody made them no JSON (the chain tells of it)."""
    try:
        return entry.facts
    except (ValueError, RecursionError):
        return {}


def _text(value: Json) -> str:
    """A text, or the words of a sentence that was recorded with its id."""
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) else ""
