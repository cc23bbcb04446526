"""A period's evidence written out: cards for people, a record a run as CSV, all of it as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from situationroom.formats import fit, printable, width
from situationroom.i18n import say
from situationroom.journal.entry import Json, Kind, canonical
from situationroom.journal.evidence import Case, Evidence, Step
from situationroom.journal.export import csv_record, folded, kind_said, named

COLUMNS = (
    "findings", "run", "action", "subject", "outcome", "asked_at", "asked_by", "asked_name", "asked_from",
    "values", "what", "statement", "demanded", "approved_at", "approved_by", "approved_name", "approved_from",
    "refused_at", "refused_by", "refused_name", "confirmed_at", "confirmed_by", "confirmed_name",
    "executed_at", "ended_at", "told", "verified", "settled_at", "settled_by", "settled_name", "verdict",
    "undoes", "resumes", "reverts", "remarks", "pin_set_at", "pin_set_from",
)  # fmt: skip
"""The columns of the CSV form; times are UTC as the journal has them."""

_INDENT = 4


def lines(
    found: Evidence, lang: str, zone: ZoneInfo, cells: int, names: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The cards, unmatched runs first, on a terminal of so many cells; times in ``zone``.

    ``names`` are those of people, by id.
    """
    teller = _Teller(lang, zone, cells, names or {})
    yield from _totals(found, lang, cells)
    if found.pins:
        yield ""
        yield say("journal.evidence_pins", lang, count=len(found.pins))
        for step in found.pins:
            yield from folded(" " * _INDENT + teller.said(step), cells, _INDENT)
    matched = [case for case in found.cases if not case.findings]
    for name, cases in (("unmatched", found.unmatched), ("matched", matched)):
        yield ""
        yield say(f"journal.evidence_{name}", lang, count=len(cases))
        for case in cases:
            yield ""
            yield from _card(case, teller)


def csv_lines(found: Evidence, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """A heading and a record a run, without line ends."""
    yield csv_record(COLUMNS)
    for case in found.cases:
        facts = case_facts(case, names)
        yield csv_record([_csv(facts[name]) for name in COLUMNS])


def facts(found: Evidence, names: Mapping[str, str] | None = None) -> dict[str, Json]:
    """All of it, for programs."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "sound": found.sound,
        "head": found.head,
        "chain": found.chain.facts(),
        "totals": dict(found.totals),
        "pins_set": [
            {"at": pin.at, "person": pin.person, "name": (names or {}).get(pin.person), "from": pin.where}
            for pin in found.pins
        ],
        "runs": [case_facts(case, names) for case in found.cases],
    }


def case_facts(case: Case, names: Mapping[str, str] | None = None) -> dict[str, Json]:
    """One run, for programs."""
    flat: dict[str, Json] = {"findings": [finding.value for finding in case.findings]}
    for name in ("asked", "approved", "refused", "confirmed", "executed", "ended", "settled"):
        step: Step | None = getattr(case, name)
        flat[f"{name}_at"] = step.at if step else None
        flat[f"{name}_by"] = step.person if step else None
        flat[f"{name}_name"] = (names or {}).get(step.person) if step else None
        flat[f"{name}_from"] = step.where if step else None
    return {
        **flat, "run": case.run, "action": case.action, "subject": case.subject,
        "outcome": case.outcome, "values": dict(case.values),
        "what": case.what, "statement": case.statement, "demanded": case.demanded, "told": case.told,
        "verified": case.verified, "verdict": case.verdict, "undoes": case.undoes,
        "resumes": case.resumes, "reverts": case.reverts,
        "remarks": [remark.value for remark in case.remarks],
        "pin_set_at": case.pin.at if case.pin else None, "pin_set_from": case.pin.where if case.pin else None,
    }  # fmt: skip


def _totals(found: Evidence, lang: str, cells: int) -> Iterator[str]:
    """``요청 12 · 실행 10 …``; what did not occur is left out."""
    shown = (
        f"{say(f'journal.total_{name}', lang)} {count:,}" for name, count in found.totals.items() if count
    )
    yield from folded(" · ".join(shown) or say("journal.evidence_none", lang), cells)


@dataclass(frozen=True, slots=True)
class _Teller:
    """How steps are told: language, zone, cells of a line, and people's names."""

    lang: str
    zone: ZoneInfo
    cells: int
    names: Mapping[str, str]

    def said(self, step: Step | None, more: str = "") -> str:
        """``11-20 09:00:00  김운영 (kim)  kim@desk``."""
        if step is None:
            return "–"
        person = named(step.person, self.names)
        return "  ".join(filter(None, (_clock(step, self.zone), person, step.where, more)))


def _card(case: Case, teller: _Teller) -> Iterator[str]:
    lang, zone, cells = teller.lang, teller.zone, teller.cells
    mark = "■" if case.findings else "▲" if case.remarks else "●"
    about = case.what if case.subject in case.what else f"{case.subject}  {case.what}"
    yield from folded(f"{mark} {case.run[:8]}  {case.action}  {about}", cells, _INDENT)
    told = [("finding", say(f"journal.finding_{finding}", lang)) for finding in case.findings]
    told.append(("asked", teller.said(case.asked, _values(case))))
    if case.demanded or case.approved:
        told.append(("approved", teller.said(case.approved)))
        told += [("remark", say(f"journal.remark_{remark}", lang)) for remark in case.remarks]
    if case.refused:
        told.append(("refused", teller.said(case.refused)))
    told.append(("executed", _clock(case.executed, zone)))
    told.append(("outcome", " ".join(filter(None, (
        _clock(case.ended, zone) if case.ended else "", kind_said(case.outcome, lang), case.told
    )))))  # fmt: skip
    if case.verified is not None:
        told.append(("verified", kind_said(Kind.VERIFIED if case.verified else Kind.NOT_VERIFIED, lang)))
    if case.settled:
        verdict = say(f"journal.verdict_{case.verdict}", lang) if case.verdict else ""
        told.append(("settled", teller.said(case.settled, verdict)))
    if case.undoes:
        told.append(("reverts" if case.reverts else "undoes", case.undoes[:8]))
    if case.resumes:
        told.append(("resumes", case.resumes[:8]))
    if case.statement:
        told.append(("statement", case.statement))
    heads = {name: say(f"journal.evidence_{name}", lang) for name, _ in told}
    wide = max(map(width, heads.values())) + 2
    for name, text in told:
        first, *more = folded(text, cells - _INDENT - wide) or [""]
        yield f"{' ' * _INDENT}{fit(heads[name], wide)}{first}".rstrip()
        yield from (" " * (_INDENT + wide) + line for line in more)


def _clock(step: Step | None, zone: ZoneInfo) -> str:
    if step is None:
        return "–"
    try:
        return datetime.fromisoformat(step.at).astimezone(zone).strftime("%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return printable(step.at)


def _values(case: Case) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else canonical(value)}"
        for name, value in case.values.items()
        if value is not None
    )


def _csv(value: Json) -> str | float | None:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    if isinstance(value, dict):
        return canonical(value) if value else ""
    return ("true" if value else "false") if isinstance(value, bool) else value
