"""The fold of the journal into what is true of every run: the same in each process."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from situationroom.actions.ledger import REMEMBERED, JournalReplaced, Ledger
from situationroom.actions.stepping import lost
from situationroom.journal import Draft, Entry
from situationroom.journal.entry import write
from situationroom.values import Proof, RunState, Settlement

START = datetime(2024, 9, 20, 9, tzinfo=UTC)


class Book:
    """Writes entries a second apart."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __call__(
        self, kind: str, run: str = "", action: str = "skip", person: str = "kim", **body: object
    ) -> None:
        draft = Draft(self.now, kind, run, person, "here", action if run else "", body)
        last = self.entries[-1] if self.entries else None
        self.entries.append(write(draft, (last.id, last.hash) if last else None))

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=len(self.entries))

    def fired(self, run: str, action: str = "skip", **claim: object) -> None:
        """A run up to its claim."""
        self("asked", run, action, values={"code": "E01"})
        self("previewed", run, action, before={"value": False})
        self("confirmed", run, action, lease="mine")
        body: dict[str, object] = {"before": {"value": False}, "lease": "mine", **claim}
        self("claimed", run, action, "kim", **body)

    def done(self, run: str, action: str = "skip", **claim: object) -> None:
        """A run up to its end."""
        self.fired(run, action, **claim)
        self("done", run, action, after={"value": True})

    def ledger(self) -> Ledger:
        return Ledger().after(self.entries)


def tampered(entry: Entry) -> Entry:
    """The entry with a body that is no JSON."""
    return replace(entry, body="{", at="yesterday")


def ids(records: Iterable[object]) -> list[str]:
    return [getattr(record, "id", "") for record in records]


STEPS = [
    {"step": "one", "title": "하나", "passed": False},
    {"step": "two", "title": "둘", "passed": True},
    {"step": "three", "title": "셋", "passed": False},
    {"step": "four", "title": "넷", "passed": False},
]


@pytest.mark.parametrize(
    ("entries", "gone", "states"),
    [
        ([], False, "waits passed waits waits"),
        (["one"], False, "running passed waits waits"),
        (["one", "three"], False, "done passed running waits"),
        (["one", "three", "four", "done"], False, "done passed done done"),
        (["one", "three", "stopped"], False, "done passed done skipped"),
        (["one", "three", "failed"], False, "done passed failed skipped"),
        (["failed"], False, "failed passed skipped skipped"),
        (["one", "unknown"], False, "unknown passed skipped skipped"),
        (["one", "three"], True, "done passed unknown waits"),
    ],
)
def test_each_step_of_a_run_is_told_by_its_entries(entries: list[str], gone: bool, states: str) -> None:
    book = Book()
    book.fired("run", steps=STEPS)
    for entry in entries:
        book(entry, "run") if entry in tuple(RunState) else book("step", "run", step=entry)
    record = book.ledger().runs["run"]
    steps = lost(record.steps) if gone else record.steps
    assert " ".join(one.state for one in steps) == states


@pytest.mark.parametrize("why", ["actions.approval_expired", "actions.preview_old"])
def test_what_was_once_recorded_as_refused_for_being_late_reads_as_expired(why: str) -> None:
    book = Book()
    book("asked", "run")
    book("denied", "run", reason={"id": why, "text": "늦음"})
    book("asked", "other")
    book("denied", "other", reason={"id": "actions.guest", "text": "아님"})
    states = {one.id: one.state for one in book.ledger().runs.values()}
    assert states == {"run": RunState.EXPIRED, "other": RunState.DENIED}


def test_a_claim_keeps_others_away_until_its_end() -> None:
    book = Book()
    book.fired("r", target="KAIT")
    ledger = book.ledger()
    assert ids(ledger.open()) == ["r"]
    assert ledger.runs["r"].target == "KAIT"
    book("done", "r")
    assert ids(book.ledger().open()) == []
    assert book.ledger().ended["skip"] == START + timedelta(seconds=4)


def test_a_claim_of_a_dead_process_is_unknown_until_it_is_settled() -> None:
    book = Book()
    book.fired("r")
    ledger = book.ledger().buried({"mine"})
    assert ledger.state(ledger.runs["r"]) is RunState.UNKNOWN
    assert ids(ledger.unsettled()) == ["r"]
    book("settled", "r", person="park", verdict="happened")
    ledger = book.ledger().buried({"mine"})
    assert ids(ledger.unsettled()) == []
    assert (ledger.runs["r"].settled, ledger.runs["r"].settled_by) == (Settlement.HAPPENED, "park")


def test_a_claim_without_a_sign_of_life_is_nobodys() -> None:
    book = Book()
    book.fired("r", lease="")
    assert ids(book.ledger().unsettled()) == ["r"]


def test_the_first_settlement_stays() -> None:
    book = Book()
    book.fired("r")
    book("unknown", "r")
    book("settled", "r", person="park", verdict="did_not")
    book("settled", "r", person="kim", verdict="happened")
    book("settled", "r", person="kim", verdict="nonsense")
    assert book.ledger().runs["r"].settled is Settlement.DID_NOT


def test_an_approval_counts_only_while_it_is_waited_for() -> None:
    book = Book()
    book("asked", "r")
    book("approved", "r", person="park", proof="pin")
    assert book.ledger().runs["r"].approver == ""
    book("approval_asked", "r", lease="mine", proof="login", expires=book.now + timedelta(minutes=5))
    ledger = book.ledger()
    assert ids(ledger.awaiting()) == ["r"]
    assert ids(ledger.buried({"mine"}).awaiting()) == []
    book("approved", "r", person="park", proof="pin")
    record = book.ledger().runs["r"]
    assert (record.approver, record.approver_proof, record.proof) == ("park", Proof.PIN, Proof.LOGIN)


def test_a_hold_stands_until_it_is_released() -> None:
    book = Book()
    book("held", person="kim", reason="점검")
    hold = book.ledger().hold
    assert hold is not None
    assert (hold.person, hold.reason) == ("kim", "점검")
    book("released", person="park")
    assert book.ledger().hold is None


def test_a_temporary_setting_is_due_its_time_after_its_end() -> None:
    book = Book()
    book.fired("r", for_s=7200)
    ledger = book.ledger()
    assert ids(ledger.temporary()) == []
    book("done", "r", after={"value": True})
    ledger = book.ledger()
    assert ledger.reverts_at(ledger.runs["r"]) == START + timedelta(seconds=4 + 7200)
    book.fired("back", undoes="r", reverts=True)
    assert ids(book.ledger().temporary()) == []  # under way
    book("failed", "back")
    assert ids(book.ledger().temporary()) == ["r"]  # it had no effect
    book("reverted", "r")
    assert ids(book.ledger().temporary()) == []


def test_a_later_run_takes_the_place_of_a_temporary_one_and_goes_back_further() -> None:
    book = Book()
    book.fired("first", for_s=60)
    book("done", "first", after={"value": "B"})
    book.fired("second", for_s=60, before={"value": "B"})
    book("done", "second", after={"value": "C"})
    ledger = book.ledger()
    assert ids(ledger.temporary()) == ["second"]
    assert ledger.runs["second"].goes_back_to == {"value": False}
    book.fired("home", for_s=60, before={"value": "C"})
    book("done", "home", after={"value": False})
    assert ids(book.ledger().temporary()) == []


def test_other_inputs_are_another_thing() -> None:
    book = Book()
    book.fired("first", for_s=60)
    book("done", "first", after={"value": True})
    book.fired("second", about={"code": "E99"})
    book("done", "second", after={"value": True})
    assert ids(book.ledger().temporary()) == ["first"]


def test_folding_step_by_step_gives_what_folding_at_once_gives() -> None:
    book = Book()
    book.done("a", for_s=60)
    book("held")
    book.fired("b", action="other")
    whole, steps = book.ledger(), Ledger()
    for end in range(1, len(book.entries) + 1):
        steps = steps.after(book.entries[max(0, steps.last - 1) : end])
    assert steps == whole


@pytest.mark.parametrize("how", ["gone", "another"])
def test_a_journal_that_is_no_longer_the_same_is_noticed(how: str) -> None:
    book, other = Book(), Book()
    book("asked", "r")
    other("asked", "s")
    with pytest.raises(JournalReplaced):
        book.ledger().after([] if how == "gone" else other.entries)


def test_runs_that_are_over_are_forgotten_and_unknown_ones_never() -> None:
    book = Book()
    book.fired("lost")
    book("unknown", "lost")
    book.fired("lent", action="other", for_s=60)
    book("done", "lent", "other", after={"value": True})
    for number in range(REMEMBERED + 50):
        book("asked", f"r{number}", action="skip")
    ledger = book.ledger()
    assert len(ledger.runs) == REMEMBERED
    assert {"lost", "lent"} <= set(ledger.runs)


def test_nonsense_in_a_journal_breaks_nothing() -> None:
    book = Book()
    for kind in (
        "asked",
        "previewed",
        "approval_asked",
        "approved",
        "claimed",
        "checkpoint",
        "done",
        "settled",
    ):
        book(
            kind,
            "r",
            values=3,
            before=[1],
            rows="x",
            columns=7,
            expires=1,
            proof=[],
            done="x",
            verdict={},
            for_s="x",
        )
    assert book.ledger().runs["r"].state is RunState.DONE


def test_an_entry_that_was_tampered_with_says_nothing_and_stops_nothing() -> None:
    book = Book()
    book.fired("r")
    book("held")
    book.entries[-1] = tampered(book.entries[-1])
    book("asked", "later")
    ledger = book.ledger()
    assert ledger.hold is None
    assert "later" in ledger.runs


def test_an_end_that_was_known_stays_when_somebody_settles_it() -> None:
    book = Book()
    book.fired("one")
    ended = book.now
    book("unknown", "one", reason={"text": "끊어짐"})
    book("settled", "one", verdict="happened")
    assert book.ledger().runs["one"].ended == ended


def test_a_sentence_without_words_is_none() -> None:
    book = Book()
    book("asked", "one")
    book("previewed", "one", what={"id": "x", "text": ""}, now={"id": "x", "text": "꺼짐"})
    record = book.ledger().runs["one"]
    assert record.what is None
    assert record.before is not None


def test_only_leases_there_are_are_asked_for() -> None:
    book = Book()
    book.fired("one", lease="")
    book.fired("two", action="other")
    assert book.ledger().leases() == {"mine"}


def test_however_many_changes_came_since_what_still_matters_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("situationroom.actions.ledger.MOST_UNDOABLE", 3)
    monkeypatch.setattr("situationroom.actions.ledger.REMEMBERED", 4)
    book = Book()
    for number in range(3):
        book.done(f"lent {number}", action=f"lend {number}", for_s=3_600)
    for number in range(8):
        book.done(f"run {number}", action=f"put {number}")
    kept = book.ledger().runs
    assert {f"lent {number}" for number in range(3)} <= set(kept)
    assert [name for name in kept if name.startswith("run")] == ["run 5", "run 6", "run 7"]
