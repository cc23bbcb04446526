"""Audit evidence: a month's requests matched with approvals and executions, what does not match first."""

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from situationroom.formats import width
from situationroom.journal import Draft, Entry
from situationroom.journal.evidence import Case, Evidence, Finding, Remark, evidence
from situationroom.journal.evidence_export import case_facts, csv_lines, facts, lines
from situationroom.journal.export import json_text
from tests.unit.journals import NINE, SEOUL, chained, run

Steps = list[str | tuple[str, str]]

FIRST = datetime(2026, 11, 1, tzinfo=SEOUL)
AFTER = datetime(2026, 12, 1, tzinfo=SEOUL)

PRESSED: Steps = ["asked", "previewed", "confirmed", "claimed", "done"]
APPROVED: Steps = [
    "asked",
    "previewed",
    "approval_asked",
    ("approved", "lee"),
    "confirmed",
    "claimed",
    "done",
]
LATE = [Finding.NOT_APPROVED]
TWO: dict[str, dict[str, object]] = {"confirmed": {"how": "two-person"}}


def found(*drafts: list[Draft], since: datetime = FIRST, until: datetime = AFTER) -> Evidence:
    entries = chained(sorted((draft for each in drafts for draft in each), key=lambda draft: draft.at))
    return evidence(lambda: entries, since, until)


def the_case(*drafts: list[Draft]) -> Case:
    (case,) = found(*drafts).cases
    return case


def test_a_run_is_told_from_its_request_to_its_last_word() -> None:
    body: dict[str, dict[str, object]] = {
        "asked": {"values": {"code": "E01"}, "undoes": "earlier"},
        "previewed": {"what": {"id": "x", "text": "꺼짐 → 켜짐"}, "statement": "update x"},
        "done": {"result": {"id": "x", "text": "변경 완료"}},
        **TWO,
    }
    case = the_case(run("r1", [*APPROVED, "verified"], body=body))
    assert case.asked is not None
    assert (case.asked.person, case.asked.where, case.values) == ("kim", "kim@desk", {"code": "E01"})
    assert (case.what, case.statement, case.undoes) == ("꺼짐 → 켜짐", "update x", "earlier")
    assert case.approved is not None
    assert case.approved.person == "lee"
    assert (case.outcome, case.told, case.verified) == ("done", "변경 완료", True)
    assert case.demanded
    assert case.findings == ()


@pytest.mark.parametrize("kind", ["failed", "stopped", "unknown"])
def test_a_run_that_did_not_do_all_it_should_tells_why(kind: str) -> None:
    because: dict[str, dict[str, object]] = {kind: {"reason": {"id": "x", "text": "행이 잠겨 있음"}}}
    case = the_case(run("r1", [*PRESSED[:-1], kind], body=because))
    assert (case.outcome, case.told) == (kind, "행이 잠겨 있음")


@pytest.mark.parametrize(
    ("kinds", "findings"),
    [
        (PRESSED, []),
        (APPROVED, []),
        (["asked", "previewed", "withdrawn"], []),
        (["asked", "denied"], []),
        (["asked", "previewed", "approval_asked", ("refused", "lee")], []),
        ([*PRESSED, "not_verified"], []),
        ([*PRESSED[:-1], "unknown", "settled"], []),
        ([*PRESSED[:-1], "settled"], []),
        (["claimed", "done"], [Finding.NO_REQUEST, Finding.NOT_CONFIRMED]),
        (["claimed", "asked", "confirmed", "done"], [Finding.NO_REQUEST, Finding.NOT_CONFIRMED]),
        (["asked", "previewed", "claimed", "done"], [Finding.NOT_CONFIRMED]),
        (["asked", "approval_asked", "confirmed", "claimed", "done"], [Finding.NOT_APPROVED]),
        (["asked", "approval_asked", "claimed", ("approved", "lee")], [*LATE, Finding.NO_OUTCOME]),
        (["asked", "approval_asked", "approved", "confirmed", "claimed", "done"], [Finding.SELF_APPROVED]),
        (PRESSED[:-1], [Finding.NO_OUTCOME]),
        ([*PRESSED[:-1], "unknown"], [Finding.UNSETTLED]),
        (APPROVED[:4], [Finding.NOT_EXECUTED]),
        ([*APPROVED[:4], "denied"], [Finding.NOT_EXECUTED]),
    ],
)  # fmt: skip
def test_what_does_not_match_is_found(kinds: Steps, findings: list[Finding]) -> None:
    assert list(the_case(run("r1", kinds)).findings) == findings


def test_a_two_person_confirmation_without_a_second_person_is_found_though_nobody_was_asked() -> None:
    assert the_case(run("r1", PRESSED, body=TWO)).findings == (Finding.NOT_APPROVED,)


def test_a_temporary_setting_that_goes_back_by_itself_needs_no_request_but_only_the_room_may_say_so() -> None:
    body: dict[str, dict[str, object]] = {
        "claimed": {"reverts": True, "undoes": "r1", "statement": "update x"}
    }
    case = the_case(run("r2", [("claimed", "situationroom"), ("done", "situationroom")], body=body))
    assert case.findings == ()
    assert (case.reverts, case.undoes, case.statement) == (True, "r1", "update x")
    claimed_by_kim = the_case(run("r2", ["claimed", "done"], body=body))
    assert Finding.NO_REQUEST in claimed_by_kim.findings
    of_nothing: dict[str, dict[str, object]] = {"claimed": {"reverts": True}}
    assert Finding.NO_REQUEST in the_case(run("r2", [("claimed", "situationroom")], body=of_nothing)).findings
    not_said: dict[str, dict[str, object]] = {"claimed": {"undoes": "r1"}}
    assert Finding.NO_REQUEST in the_case(run("r2", [("claimed", "situationroom")], body=not_said)).findings


def test_unmatched_runs_come_first_then_all_in_the_order_of_time() -> None:
    found_ = found(
        run("early", PRESSED, at=NINE),
        run("middle", PRESSED[:-1], at=NINE + timedelta(hours=1)),
        run("late", PRESSED, at=NINE + timedelta(hours=2)),
        run("last", ["claimed"], at=NINE + timedelta(hours=3)),
    )
    assert [case.run for case in found_.cases] == ["middle", "last", "early", "late"]
    assert [case.run for case in found_.unmatched] == ["middle", "last"]
    assert found_.totals["runs"] == 4
    assert found_.totals["executed"] == 4
    assert found_.totals["unmatched"] == 2


def test_a_run_over_midnight_stands_in_both_months_with_all_its_steps() -> None:
    drafts = run("night", [*PRESSED[:-1], "unknown"], at=AFTER - timedelta(seconds=3))
    settled = [
        Draft(AFTER + timedelta(days=1), "settled", "night", "lee", "", "skip", {"verdict": "happened"})
    ]
    other = run("other", PRESSED, at=AFTER + timedelta(days=2))
    november = found(drafts, settled, other)
    december = found(drafts, settled, other, since=AFTER, until=AFTER + timedelta(days=31))
    assert [case.run for case in november.cases] == ["night"]
    assert [case.run for case in december.cases] == ["night", "other"]
    assert november.cases[0] == december.cases[0]
    assert november.cases[0].verdict == "happened"
    assert november.cases[0].findings == ()


def test_holds_and_failed_sign_ins_of_the_month_are_counted() -> None:
    found_ = found(run("", ["held", "released", "sign_in_failed", "sign_in_failed", "locked_out"]))
    assert found_.cases == ()
    assert (found_.totals["held"], found_.totals["sign_in_failed"], found_.totals["locked_out"]) == (1, 2, 1)


def altered(place: int) -> Evidence:
    entries = chained(
        [
            *run("october", PRESSED, at=FIRST - timedelta(days=5)),
            *run("november", PRESSED),
            *run("december", PRESSED, at=AFTER + timedelta(days=5)),
        ]
    )
    entries[place] = replace(entries[place], person="lee")
    return evidence(lambda: entries, FIRST, AFTER)


def test_the_chain_is_judged_from_its_start_to_the_end_of_the_month() -> None:
    assert not altered(1).sound
    assert not altered(7).sound
    later = altered(12)
    assert later.sound
    assert later.chain.fault is not None, "and what was altered later is told"
    assert (
        later.head
        == chained([*run("october", PRESSED, at=FIRST - timedelta(days=5)), *run("november", PRESSED)])[
            -1
        ].hash
    )


def test_entries_that_somebody_made_unreadable_do_not_hide_the_others() -> None:
    entries = chained(run("r1", PRESSED))
    entries[1] = replace(entries[1], body="no json")
    found_ = evidence(lambda: entries, FIRST, AFTER)
    assert found_.cases[0].outcome == "done"
    assert not found_.sound


NASTY: dict[str, dict[str, object]] = {
    "asked": {"values": {"code": "=cmd|'x'!A0", "memo": "\x1b]0;x\x07[red]", "left_out": None}},
    "previewed": {
        "what": {"id": "x", "text": "KAIT 보험 사전체크 SKIP: 꺼짐 → 켜짐 " * 4},
        "statement": "=1\n+2",
    },
    "settled": {"verdict": "did_not"},
    **TWO,
}


def nasty() -> Evidence:
    unknown: Steps = [*APPROVED[:-1], "unknown", ("settled", "park")]
    return found(
        run("0123456789", unknown, body=NASTY), run("9876543210", PRESSED, body=TWO, at=NINE + timedelta(1))
    )


def test_the_cards_fit_eighty_columns_and_tell_all() -> None:
    shown = list(lines(nasty(), "ko", SEOUL, 80))
    assert max(map(width, shown)) <= 80
    text = "\n".join(shown)
    assert text.replace("\n", "").isprintable()
    for word in ("확인 필요 1건", "필요한 승인 없이 실행됨", "01234567", "lee@desk", "11-20 09:00:00", "park",
                 "실행되지 않은 것으로 확정", "\\x1b]0;x\\x07[red]"):  # fmt: skip
        assert word in text, word
    assert text.index("98765432") < text.index("01234567")
    assert "left_out" not in text


def approval(where: str, *before: Draft, proof: str = "pin") -> Evidence:
    steps = [
        replace(draft, where=where) if draft.kind == "approved" else draft
        for draft in run("r1", APPROVED, body={"approved": {"proof": proof}, **TWO})
    ]
    return found([*before, *steps])


def pin(person: str, where: str, at: datetime = NINE - timedelta(days=40)) -> Draft:
    return Draft(at, "pin_set", person=person, where=where)


@pytest.mark.parametrize(
    ("where", "pins", "remarks"),
    [
        ("lee@desk", [], []),
        ("kim@desk", [], [Remark.SAME_ACCOUNT]),
        ("kim@phone", [], [Remark.SAME_ACCOUNT]),
        ("lee@desk", [pin("lee", "kim@desk")], [Remark.PIN_BY_ASKER]),
        ("kim@desk", [pin("lee", "kim@desk")], [Remark.SAME_ACCOUNT, Remark.PIN_BY_ASKER]),
        ("lee@desk", [pin("lee", "kim@desk"), pin("lee", "lee@desk", NINE - timedelta(days=1))], []),
        ("lee@desk", [pin("park", "kim@desk")], []),
        ("lee@desk", [pin("lee", "kim@desk", NINE + timedelta(hours=1))], []),
    ],
)
def test_an_approval_from_the_askers_own_os_account_is_told(
    where: str, pins: list[Draft], remarks: list[Remark]
) -> None:
    (case,) = approval(where, *pins).cases
    assert list(case.remarks) == remarks
    assert case.findings == (), "it may be in order"


def test_a_pin_that_was_not_shown_is_not_told() -> None:
    (case,) = approval("lee@desk", pin("lee", "kim@desk"), proof="login").cases
    assert case.remarks == ()


def test_remarked_runs_stand_between_the_unmatched_and_the_others() -> None:
    one = [replace(draft, where="kim@desk") for draft in run("one", APPROVED, at=NINE + timedelta(hours=2))]
    made = found(run("plain", PRESSED), one, run("open", PRESSED[:-1], at=NINE + timedelta(hours=3)))
    assert [case.run for case in made.cases] == ["open", "one", "plain"]
    assert made.totals["remarked"] == 1
    assert "▲ one" in "\n".join(lines(made, "ko", SEOUL, 100))


def test_the_pins_set_in_the_month_are_listed_with_who_set_them() -> None:
    made = approval("kim@desk", pin("park", "root@desk"), pin("lee", "kim@desk", NINE - timedelta(minutes=5)))
    assert [(step.person, step.where) for step in made.pins] == [("lee", "kim@desk")]
    assert made.totals["pin_set"] == 1
    text = "\n".join(lines(made, "ko", SEOUL, 100, {"lee": "이팀장", "kim": "김운영"}))
    assert "PIN 설정 1건" in text
    assert "이팀장 (lee)  kim@desk" in text
    assert "김운영 (kim)" in text
    assert "요청자와 같은 OS 계정에서 승인됨" in text
    assert "승인자의 PIN을 요청자의 OS 계정에서 설정함" in text
    told = json.loads(json_text(facts(made)))
    assert told["pins_set"][0]["from"] == "kim@desk"
    assert told["runs"][0]["remarks"] == ["same_account", "pin_by_asker"]
    names = {"lee": "이팀장", "kim": "김운영"}
    assert json.loads(json_text(facts(made, names)))["pins_set"][0]["name"] == "이팀장"
    (record,) = csv.DictReader(csv_lines(made, names))
    assert (record["approved_by"], record["approved_name"], record["asked_name"]) == (
        "lee",
        "이팀장",
        "김운영",
    )
    assert record["remarks"] == "same_account pin_by_asker"
    assert record["pin_set_from"] == "kim@desk"


def test_the_csv_has_a_record_a_run_and_no_formulas() -> None:
    records = list(csv.DictReader(csv_lines(nasty())))
    assert [record["run"] for record in records] == ["9876543210", "0123456789"]
    assert records[0]["findings"] == "not_approved"
    assert records[1]["approved_by"] == "lee"
    assert records[1]["statement"] == "'=1\\n+2"
    assert records[1]["demanded"] == "true"
    assert "memo" in json.loads(records[1]["values"])
    assert records[0]["values"] == ""
    assert all(cell[:1] not in tuple("=+-@") for record in records for cell in record.values())


def test_the_json_has_all_of_it() -> None:
    made = json.loads(json_text(facts(nasty())))
    assert made["sound"] is True
    assert made["chain"]["sound"] is True
    assert made["totals"]["unmatched"] == 1
    assert [one["findings"] for one in made["runs"]] == [["not_approved"], []]
    assert made["runs"][1]["values"]["memo"] == "\x1b]0;x\x07[red]"


def test_a_month_without_entries_is_empty_and_sound() -> None:
    entries: list[Entry] = []
    nothing = evidence(lambda: entries, FIRST, AFTER)
    assert (nothing.cases, nothing.sound, nothing.head) == ((), True, "")
    assert any("요청 없음" in line for line in lines(nothing, "ko", SEOUL, 80))


def card(*drafts: list[Draft]) -> str:
    return "\n".join(lines(found(*drafts), "ko", SEOUL, 120))


def test_a_card_says_who_refused_and_that_nothing_was_executed() -> None:
    text = card(run("r1", ["asked", "previewed", "approval_asked", ("refused", "lee")]))
    (refused,) = [line for line in text.splitlines() if "거절" in line and "lee" in line]
    assert "11-20" in refused
    (executed,) = [line for line in text.splitlines() if line.strip().startswith("실행") and "–" in line]
    assert executed.split() == ["실행", "–"]


def test_a_card_names_other_runs_by_their_first_eight_letters() -> None:
    body: dict[str, dict[str, object]] = {"asked": {"resumes": "123456789abc", "undoes": "abcdefghijkl"}}
    words = card(run("r1", PRESSED, body=body)).split()
    assert "12345678" in words
    assert "abcdefgh" in words


def test_for_programs_each_step_has_its_time_person_name_and_place() -> None:
    (told,) = [case_facts(case, {"kim": "김운영"}) for case in found(run("r1", ["asked", "previewed"])).cases]
    assert told["asked_at"]
    assert (told["asked_by"], told["asked_name"], told["asked_from"]) == ("kim", "김운영", "kim@desk")
    assert [told[f"executed_{what}"] for what in ("at", "by", "name", "from")] == [None] * 4
