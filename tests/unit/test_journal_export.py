"""The journal written out: aligned on 80 columns, safe in a spreadsheet, exact in JSON."""

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from situationroom.commands._moments import moment, month
from situationroom.errors import UsageError
from situationroom.formats import width
from situationroom.journal import Draft, Entry
from situationroom.journal.entry import canonical, first_broken
from situationroom.journal.export import csv_header, csv_line, json_line, lines
from situationroom.journal.reader import reading
from tests.unit.journals import NINE, SEOUL, chained, journal_file, numbered

NASTY = "거부 [red]\x1b]0;x\x07\u202e\x00\n=1+1"


def written(**fields: str) -> Entry:
    draft = replace(numbered(1)[0], body={"reason": {"id": "x", "text": NASTY}, "values": {"code": "E01"}})
    return chained([replace(draft, **fields)])[0]  # type: ignore[arg-type]  # texts alone


def test_a_table_of_eighty_columns_is_aligned_with_korean_in_it() -> None:
    asked = {"values": {"code": "E01"}}
    done = {"result": {"id": "x", "text": "변경 " * 60}}
    run, place = "3f2a91bc77", "kim@wall"
    entries = chained(
        [
            Draft(NINE, "asked", run, "김운영", place, "kait-사전체크", asked),
            Draft(NINE, "done", run, "kim", place, "skip", done),
        ]
    )
    shown = list(lines(entries, "ko", SEOUL, 80))
    assert max(map(width, shown)) <= 80
    heads = [line for line in shown if not line.startswith(" ")]
    places = {
        width(line[: line.index(mark)]) for line, mark in zip(heads, ("실행", "3f2a", "3f2a"), strict=True)
    }
    assert len(places) == 1, heads
    assert "11-20 09:00:00" in heads[1]
    assert "E01" in shown[2]
    assert "".join(shown).count("변경") == 60, "long particulars are folded, not lost"


def test_people_are_called_by_their_names_with_the_id_beside() -> None:
    entries = chained(
        [
            Draft(NINE, "approved", "r1", "lee", "lee@desk", "skip", {"asked_by": "kim"}),
            Draft(NINE, "asked", "r2", "gone", "gone@desk", "skip", {}),
        ]
    )
    _, approved, asked = lines(entries, "ko", SEOUL, 200, {"lee": "이승인", "kim": "김운영"})
    assert "이승인 (lee)" in approved
    assert "asked_by=김운영 (kim)" in approved
    assert "  gone  " in asked, "of whom the layout knows nothing any more"


def test_a_wide_table_has_the_particulars_beside() -> None:
    shown = list(lines(chained(numbered(3)), "en", SEOUL, 200))
    assert len(shown) == 4
    assert "no=2" in shown[3]


def test_control_characters_are_escaped_in_every_form() -> None:
    entry = written(person="\x1b[2Jkim\u202e", action="\u009b31m")
    for text in ("\n".join(lines([entry], "ko", SEOUL, 80)), json_line(entry), csv_line(entry)):
        unseen = [char for char in text.replace("\n", "") if not char.isprintable()]
        assert unseen == []
        assert "E01" in text


def test_json_is_exact_so_that_its_hashes_can_be_checked() -> None:
    entries = [written(), *chained(numbered(3))[1:]]
    read = [json.loads(json_line(entry)) for entry in entries]
    again = [Entry(**{**one, "body": canonical(one["body"])}) for one in read]
    assert again == entries
    assert first_broken(again[:1]) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_csv_is_no_formula_to_a_spreadsheet(start: str) -> None:
    entry = written(person=f"{start}cmd|' /C calc'!A0", action=f'{start}HYPERLINK("http://x")')
    (record,) = csv.DictReader([csv_header(), csv_line(entry)])
    for name, cell in record.items():
        assert cell.isdigit() or cell[:1] not in "=+-@\t\r＝", name
    assert record["hash"] == entry.hash


def test_an_entry_that_somebody_made_unreadable_is_still_written_out() -> None:
    entry = replace(written(), at="yesterday", body="no json")
    assert "no json" in "\n".join(lines([entry], "ko", SEOUL, 80))
    assert json.loads(json_line(entry))["body"] == "no json"


def test_entries_are_found_by_time_person_action_and_the_first_letters_of_a_run(tmp_path: Path) -> None:
    path = tmp_path / "room.journal"
    journal_file(
        path,
        [
            Draft(NINE + timedelta(hours=hour), "asked", run, person, "", f"act-{run}")
            for hour, run, person in ((0, "a1", "kim"), (1, "b1", "lee"), (2, "a1", "lee"))
        ],
    )

    def ids(**wanted: object) -> list[int]:
        with reading(path) as journal:
            return [entry.id for entry in journal.entries(**wanted)]  # type: ignore[arg-type]  # as given

    assert ids(run="a") == [1, 3]
    assert ids(person="lee") == [2, 3]
    assert ids(action="act-b1") == [2]
    assert ids(since=NINE + timedelta(hours=1)) == [2, 3]
    assert ids(until=NINE + timedelta(hours=1)) == [1]
    assert ids(person="' or true --") == []


NOW = datetime(2026, 11, 22, 15, 30, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("text", "ends", "meant"),
    [
        ("2026-11-20", False, "2026-11-20T00:00:00+09:00"),
        ("2026-11-20", True, "2026-11-21T00:00:00+09:00"),
        ("2026-11-20 09:05", True, "2026-11-20T09:05:00+09:00"),
        ("2026-11-20T09:05:07", False, "2026-11-20T09:05:07+09:00"),
        ("2026-11-20T00:05:07+00:00", False, "2026-11-20T00:05:07+00:00"),
        ("9:05", False, "2026-11-22T09:05:00+09:00"),
        ("09:05:30", False, "2026-11-22T09:05:30+09:00"),
        ("1h", False, "2026-11-22T14:30:00+09:00"),
        ("1d12h", False, "2026-11-21T03:30:00+09:00"),
    ],
)
def test_times_are_written_as_people_write_them(text: str, ends: bool, meant: str) -> None:
    assert moment(text, NOW, ends=ends) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "25:00", "1 hour", "20261120x", "-1h", "999999999d"]
)
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(UsageError):
        moment(text, NOW)


def test_a_month_is_from_its_first_moment_to_that_of_the_next() -> None:
    assert month("2026-12", NOW) == (datetime(2026, 12, 1, tzinfo=SEOUL), datetime(2027, 1, 1, tzinfo=SEOUL))
    for wrong in ("2026-13", "2026", "11-2026", "2026-1", "9999-12"):
        with pytest.raises(UsageError):
            month(wrong, NOW)
