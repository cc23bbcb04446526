"""The simulated day, without a database: seeded, coherent, and answering to what people do."""

from __future__ import annotations

from collections import Counter

from situationroom.demo.scenarios import SCENARIOS
from situationroom.demo.simulation import Simulation
from situationroom.demo.telecom import CHECK, KAIT, MOBINS, SGI, SKIP
from situationroom.demo.writes import Retry, Wishes, Writes

NOTHING = Wishes()
SKIPPING = Wishes(switched_on=frozenset({SKIP}))


def day(scenario: str = "kait-lag", seed: int = 16) -> Simulation:
    simulation = Simulation(seed, SCENARIOS[scenario])
    simulation.advance(0.0, NOTHING)
    return simulation


def error_rate(simulation: Simulation) -> float:
    stats = simulation.kait.stats(simulation.t)
    return stats["err"] / stats["req"]


def test_the_same_seed_is_the_same_day_whatever_the_rhythm_it_is_asked_in() -> None:
    smooth, jerky = day(), day()
    seen: dict[str, list[tuple[object, ...]]] = {"smooth": [], "jerky": []}
    for name, simulation, stops in (
        ("smooth", smooth, [t / 2 for t in range(1, 241)]),
        ("jerky", jerky, [0.3, 17.0, 17.1, 90.0, 120.0]),
    ):
        for stop in stops:
            writes = simulation.advance(stop, NOTHING)
            seen[name] += [*writes.activations, *writes.ports, *writes.fallen, *writes.complaints]
    assert sorted(seen["smooth"], key=str) == sorted(seen["jerky"], key=str)
    assert [agency.stats(120.0) for agency in smooth.agencies] == [
        agency.stats(120.0) for agency in jerky.agencies
    ]


def test_another_seed_is_another_day() -> None:
    assert day(seed=1).advance(10.0, NOTHING).activations != day(seed=2).advance(10.0, NOTHING).activations


def test_what_people_do_changes_no_customer() -> None:
    assert day().advance(200.0, NOTHING).activations == day().advance(200.0, SKIPPING).activations


def test_kait_lag_climbs_past_ten_percent_about_a_minute_after_it_began() -> None:
    simulation = day()
    simulation.advance(60.0, NOTHING)
    before = simulation.kait.stats(60.0)
    assert error_rate(simulation) < 0.02
    writes = simulation.advance(130.0, NOTHING)
    after = simulation.kait.stats(130.0)
    assert error_rate(simulation) > 0.10
    assert after["p95_ms"] > 5 * before["p95_ms"]
    assert after["req"] >= 100
    codes = Counter(row.code for row in writes.fallen)
    assert codes["KAIT-E504"] + codes["KAIT-E102"] > 50
    assert len(simulation.insurance.waiting) > 60


def test_complaints_tick_up_while_insurances_cannot_be_seen() -> None:
    simulation = day()
    calm = simulation.advance(60.0, NOTHING).complaints
    simulation.advance(240.0, NOTHING)
    loud = simulation.advance(300.0, NOTHING).complaints
    assert len(loud) > 3 * max(1, len(calm))


def test_a_calm_day_stays_calm() -> None:
    simulation = day("calm")
    for minute in range(1, 8):
        simulation.advance(minute * 60.0, NOTHING)
        assert error_rate(simulation) < 0.02
        assert len(simulation.insurance.waiting) < 10


def test_the_skip_reference_drains_what_waits_and_the_error_rate_falls() -> None:
    simulation = day()
    simulation.advance(180.0, NOTHING)
    waiting = {join.id for join in simulation.insurance.waiting}
    assert len(waiting) > 60
    writes = simulation.advance(192.0, SKIPPING)
    assert waiting <= {moved.id for moved in writes.moved if moved.stage == "완료"}
    assert all(moved.kait_at is None for moved in writes.moved if moved.id in waiting)
    simulation.advance(255.0, SKIPPING)
    assert error_rate(simulation) < 0.03
    assert not simulation.insurance.waiting


def test_switching_the_skip_off_again_brings_the_trouble_back() -> None:
    simulation = day()
    simulation.advance(180.0, SKIPPING)
    assert error_rate(simulation) < 0.03
    simulation.advance(260.0, NOTHING)
    assert error_rate(simulation) > 0.10


def test_most_errors_processed_again_are_done_and_a_few_come_back() -> None:
    simulation = day("calm")
    rows = tuple(Retry(number, "PRD-E221", None) for number in range(100_000, 101_000))
    settled = simulation.advance(10.0, Wishes(retries=rows)).settled
    ours = Counter(row.state for row in settled if row.id >= 100_000)
    assert ours.total() == 1_000
    assert 15 <= ours["ERROR"] <= 75


def test_processing_kait_errors_again_while_kait_is_ill_brings_many_back() -> None:
    simulation = day()
    fallen = simulation.advance(240.0, NOTHING).fallen
    rows = tuple(Retry(row.id, row.code, row.join) for row in fallen if row.join is not None)
    settled = {row.id: row.state for row in simulation.advance(250.0, Wishes(retries=rows)).settled}
    back = sum(settled[row.id] == "ERROR" for row in rows)
    assert back > 0.25 * len(rows)


def test_an_agency_under_a_registered_outage_gets_no_calls_and_the_fallback_does_its_work() -> None:
    simulation = day("calm")
    simulation.advance(10.0, NOTHING)
    before = simulation.sgi.stats(10.0)
    simulation.advance(20.0, Wishes(diverted=frozenset({SGI}), closed=frozenset({SGI})))
    assert simulation.sgi.stats(20.0)["total"] == before["total"]
    fallback = simulation.fallback.stats(20.0)
    assert fallback["req"] > 100
    assert fallback["p50_ms"] > 1.5 * before["p50_ms"]
    assert fallback["err"] < 0.05 * fallback["req"]


def test_a_line_that_is_closed_but_not_led_round_fails_at_once() -> None:
    simulation = day("calm")
    writes = simulation.advance(10.0, Wishes(closed=frozenset({MOBINS})))
    refused = simulation.fallback.stats(10.0)
    assert refused["err"] == refused["req"] > 50
    assert refused["p95_ms"] <= 5
    assert {join.stage for join in writes.joins} == {"오류"}


def test_leading_kaits_work_round_ends_its_trouble_and_leading_it_back_brings_it_again() -> None:
    simulation = day()
    out = Wishes(diverted=frozenset({KAIT}), closed=frozenset({KAIT}))
    simulation.advance(180.0, NOTHING)
    assert len(simulation.insurance.waiting) > 60
    simulation.advance(192.0, out)
    assert not simulation.insurance.waiting
    assert simulation.kait.stats(260.0)["req"] == 0
    simulation.advance(330.0, NOTHING)
    assert error_rate(simulation) > 0.10


def test_another_way_for_an_agencys_work_is_told() -> None:
    simulation = day("calm")
    diverted = simulation.advance(2.0, Wishes(diverted=frozenset({KAIT})))
    straight = simulation.advance(4.0, NOTHING)
    assert [event.text for event in diverted.events if KAIT in event.values.values()] == [
        "demo.event_diverted"
    ]
    assert [event.text for event in straight.events if KAIT in event.values.values()] == [
        "demo.event_straight"
    ]


def test_a_released_number_leaves() -> None:
    simulation = day()
    assert 987_654 in simulation.advance(2.0, Wishes(released=(987_654,))).freed


def test_every_insurance_join_is_somewhere_and_agrees_with_the_agencies() -> None:
    simulation = Simulation(7, SCENARIOS["kait-lag"])
    stages: dict[int, str] = {}
    at_mobins = at_kait = 0
    for t in range(-80, 300, 7):
        writes = simulation.advance(float(t), SKIPPING if t > 200 else NOTHING)
        stages |= {join.id: join.stage for join in writes.joins}
        assert all(moved.id in stages for moved in writes.moved)
        stages |= {moved.id: moved.stage for moved in writes.moved}
        at_mobins += sum(join.mobins_at is not None for join in writes.joins)
        at_kait += sum(join.kait_at is not None for join in writes.joins)
        at_kait += sum(moved.kait_at is not None for moved in writes.moved)
    counted = Counter(stages.values())
    assert counted["MOBINS"] == len(simulation.insurance.waiting)
    mobins = simulation.mobins.stats(simulation.t)
    assert mobins["total"] == len(stages)
    assert mobins["total"] - mobins["failed"] == at_mobins
    check = next(service for service in simulation.kait.services(simulation.t) if service["name"] == CHECK)
    assert check["total"] - check["failed"] == at_kait
    assert counted["오류"] == mobins["failed"] + check["failed"]


def test_every_port_in_is_an_activation_of_that_kind() -> None:
    writes: Writes = day().advance(120.0, NOTHING)
    came = [port for port in writes.ports if port.direction == "in"]
    assert len(came) == sum(activation.kind == "번호이동" for activation in writes.activations)
