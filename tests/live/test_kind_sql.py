"""``kind: sql``: what is checked before a commit, what a confirmation stands on, and how it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from situationroom.actions.asked import Confirmation
from situationroom.actions.trials import tried
from situationroom.catalog import catalog
from situationroom.errors import ActionDenied, SourceError
from situationroom.i18n import LANGUAGES, say
from situationroom.layout.load import load
from situationroom.sources.base import Source
from situationroom.values import RunState
from tests.live.firing_room import FiringRoom, firing_room

YES = Confirmation()


def sql_action(run: str, *more: str, preview: str = "select 1 as one") -> str:
    lines = "".join(f"  {line}\n" for line in more)
    return (
        "act:\n  title: 조치\n  kind: sql\n  source: kos\n  roles: operator\n  max_rows: 50\n"
        f"  preview: {{sql: {preview!r}}}\n  run: {{sql: {run!r}}}\n{lines}"
    )


async def fails(room: FiringRoom, identifier: str) -> str:
    """Fire; it must fail for this reason. What is said of it in Korean."""
    status = await room.fire("act")
    assert status.state is RunState.FAILED
    assert status.reason is not None
    assert status.reason.id == identifier
    assert all(len(say(status.reason, lang)) > 10 for lang in LANGUAGES)
    return say(status.reason, "ko")


# check


async def test_a_function_that_says_no_has_failed(database: str, tmp_path: Path) -> None:
    layout = sql_action("select pg_cancel_backend(2147483647) as 취소", 'check: "취소"')
    async with firing_room(database, tmp_path, layout) as room:
        assert "취소 아니오" in await fails(room, "actions.check_failed")
        (end,) = [entry for entry in await room.entries() if entry.kind == "failed"]
        assert "check_failed" in end.body


@pytest.mark.parametrize(
    "run",
    [
        "update reference set enabled = not enabled returning enabled",
        "insert into reference values ('NEW', false, '') returning enabled",
        "delete from reference where code = 'SKIP' returning enabled",
        "with gone as (delete from waiting) update reference set enabled = false returning enabled",
    ],
)
async def test_a_change_that_returns_what_it_must_not_is_rolled_back(
    database: str, tmp_path: Path, run: str
) -> None:
    async with firing_room(database, tmp_path, sql_action(run, "check: enabled == true")) as room:
        before = await room.sql("select * from reference order by code")
        assert "enabled 아니오" in await fails(room, "actions.check_rolled_back")
        assert await room.sql("select * from reference order by code") == before


async def test_what_cannot_be_known_is_no_yes(database: str, tmp_path: Path) -> None:
    run = "update reference set changed_by = null where code = 'SKIP' returning changed_by as who"
    async with firing_room(database, tmp_path, sql_action(run, "check: \"who == 'kim'\"")) as room:
        await fails(room, "actions.check_rolled_back")
        assert (await room.sql("select changed_by from reference where code = 'SKIP'"))[0][0] == ""


async def test_a_check_without_a_row_to_look_at_fails(database: str, tmp_path: Path) -> None:
    run = "update reference set changed_by = 'x'"
    async with firing_room(database, tmp_path, sql_action(run, "check: enabled")) as room:
        await fails(room, "actions.check_no_rows")
        assert (await room.sql("select count(*) from reference where changed_by = 'x'"))[0][0] == 0


async def test_a_select_that_did_a_part_says_that_nothing_takes_it_back(
    database: str, tmp_path: Path
) -> None:
    run = "select pg_advisory_lock_shared(n) is not null and n < 3 as done, n from generate_series(1, 4) n"
    async with firing_room(database, tmp_path, sql_action(run, "check: done")) as room:
        said = await fails(room, "actions.check_partly")
        assert said.startswith("4건 가운데 2건이 확인 조건(done)에 맞지 않음")


async def test_every_row_is_checked_however_many_are_kept(database: str, tmp_path: Path) -> None:
    run = "select n, n <= 900 as done from generate_series(1, 1000) n"
    layout = sql_action(run, "check: done").replace("max_rows: 50", "max_rows: 2000")
    async with firing_room(database, tmp_path, layout) as room:
        assert "1,000건 가운데 100건" in await fails(room, "actions.check_partly")


async def test_what_is_as_it_must_be_is_committed(database: str, tmp_path: Path) -> None:
    layout = sql_action(
        "update reference set changed_by = $1 where code = $2 returning code, changed_by",
        'check: "code == $code and changed_by == $actor"',
        "inputs: {code: {}}",
    ).replace("returning code, changed_by'}", "returning code, changed_by', args: [actor, code]}")
    async with firing_room(database, tmp_path, layout) as room:
        assert (await room.fire("act", {"code": "SKIP"})).state is RunState.DONE
        assert (await room.sql("select changed_by from reference where code = 'SKIP'"))[0][0] == "kim"


# facts and figures


async def queue(room: FiringRoom, more: int) -> None:
    await room.sql("insert into error_queue (code) select 'E01' from generate_series(1, $1::int)", more)


PURGE = sql_action(
    "delete from error_queue",
    "count: 적체",
    "FACTS",
    preview="select 'E' as queue, count(*) as 적체, now() as 지금 from error_queue",
)


@pytest.mark.parametrize(("facts", "fires"), [("facts: []", True), ("facts: [queue]", True), ("", False)])
async def test_a_queue_that_grows_is_purged_where_its_length_is_no_fact(
    database: str, tmp_path: Path, facts: str, fires: bool
) -> None:
    async with firing_room(database, tmp_path, PURGE.replace("FACTS", facts)) as room:
        await queue(room, 3)
        asked = await room.ask("act")
        assert (asked.preview.count, say(asked.preview.what, "ko")) == (3, "조치: 3건 변경")
        await queue(room, 4)
        if fires:
            await room.firing.fire(asked.run, YES)
            done = await room.firing.finished(asked.run)
            assert (done.state, done.done) == (RunState.DONE, 7)
        else:
            with pytest.raises(ActionDenied) as caught:
                await room.firing.fire(asked.run, YES)
            assert caught.value.message.id == "actions.changed_since"


async def test_a_fact_among_shown_figures_still_has_to_stand(database: str, tmp_path: Path) -> None:
    preview = "select code, enabled, clock_timestamp() as 지금 from reference order by code"
    layout = sql_action("update reference set changed_by = ''", "facts: [code, enabled]", preview=preview)
    async with firing_room(database, tmp_path, layout) as room:
        asked = await room.ask("act")
        await room.sql("update reference set enabled = true")
        with pytest.raises(ActionDenied) as caught:
            await room.firing.fire(asked.run, YES)
        assert caught.value.message.id == "actions.changed_since"
        assert (await room.fire("act")).state is RunState.DONE


async def test_nothing_counted_is_nothing_to_do(database: str, tmp_path: Path) -> None:
    async with firing_room(database, tmp_path, PURGE.replace("FACTS", "facts: []")) as room:
        with pytest.raises(ActionDenied) as caught:
            await room.ask("act")
        assert caught.value.message.id == "actions.nothing_to_do"


@pytest.mark.parametrize(
    "value", ["'1,204'::text", "'NaN'::float8", "true", "now()", "1e308::numeric * 1e308"]
)
async def test_what_counts_and_is_no_figure_is_never_taken_for_none(
    database: str, tmp_path: Path, value: str
) -> None:
    purge = sql_action("delete from error_queue", "count: n", preview=f"select {value} as n")
    async with firing_room(database, tmp_path, purge) as room:
        with pytest.raises(SourceError) as caught:
            await room.ask("act")
        assert caught.value.message.id == "actions.no_count"


@pytest.mark.parametrize("value", ["9007199254740993", "9007199254740993::numeric", "9007199254740993.0"])
async def test_what_counts_keeps_every_digit(database: str, tmp_path: Path, value: str) -> None:
    layout = sql_action("delete from error_queue", "count: n", preview=f"select {value} as n")
    async with firing_room(
        database, tmp_path, layout.replace("max_rows: 50", "max_rows: 9999999999999999")
    ) as room:
        assert (await room.ask("act")).preview.count == 9007199254740993


@pytest.mark.parametrize("more", ["facts: [nope]", "count: nope"])
async def test_a_column_that_the_preview_does_not_give_is_named(
    database: str, tmp_path: Path, more: str
) -> None:
    async with firing_room(database, tmp_path, sql_action("delete from waiting", more)) as room:
        with pytest.raises(SourceError, match="nope"):
            await room.ask("act")


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ("facts: [one, nope]", ("facts", 1)),
        ("count: nope", ("count",)),
        ("columns: [{column: nope, title: 없음}]", ("columns", 0)),
        ("check: nope > 1", ("check",)),
    ],
)
async def test_a_check_of_the_layout_names_such_a_column_beforehand(
    database: str, tmp_path: Path, more: str, path: tuple[str | int, ...]
) -> None:
    async with firing_room(
        database, tmp_path, sql_action("delete from waiting returning no as one", more)
    ) as room:
        types = catalog(tmp_path)
        layout = load(room.path, types, {"DSN": database})
        sources: dict[str, Source] = {  # type: ignore[type-arg]
            name: types.sources[spec.type](name, spec.options) for name, spec in layout.sources.items()
        }
        spec = layout.actions["act"]
        action = types.actions["sql"]("act", spec, spec.options, sources)
        (told,) = await tried([action])
        assert [(one.path, one.trouble is None) for one in told.faults] == [(path, False)]
        await sources["kos"].close()


# how it is shown


async def test_a_preview_is_headed_and_written_as_the_panels_are(database: str, tmp_path: Path) -> None:
    preview = (
        "select 'KAIT' as agency, 0.427 as error_rate, 128402000 as amount,"
        " timestamptz '2024-09-20 00:41:07+00' as at, 1 as other"
    )
    layout = sql_action("delete from waiting", preview=preview) + (
        "  columns: [agency, error_rate, {column: amount, title: 금액, figure: money}, at]\n"
    )
    async with firing_room(database, tmp_path, layout) as room:
        preview_now = (await room.ask("act")).preview
        (row,) = preview_now.rows
        shown = {one.title: one.shown(row[one.column], "ko") for one in preview_now.headings}
        assert shown == {
            "기관": "KAIT",
            "오류율": "42.7 %",
            "금액": "1억 2,840만원",
            "시각": "09-20 09:41:07",
        }
