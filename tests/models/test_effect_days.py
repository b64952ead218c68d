"""7.4-58: no measure is signed as effective before its days have passed, counted from its report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.procedure.workflow import NotOpen
from tests.capas import PROVEN, Capas
from tests.returned import Returns
from tests.support import CHECKED, day_of

pytestmark = pytest.mark.sqlite
DAYS = 7


@pytest.fixture
def capas(people, on):
    return Capas(people, on)


def verify(capa, people, on) -> None:
    period = {"period_from": capa.carried_out_on, "period_to": day_of(on)}
    capa.verify(by=people["quality_supervisor"], on=on, **period, **PROVEN)


def test_measures_are_not_effective_before_their_days_and_are_from_then_on(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="done")
    supervisor = people["quality_supervisor"]
    for days in (0, DAYS - 1):
        with pytest.raises(NotOpen):
            complaint.check_effect(by=supervisor, on=on + timedelta(days=days), **CHECKED)
    assert complaint.reply.effect is None
    complaint.check_effect(by=supervisor, on=on + timedelta(days=DAYS), **CHECKED)
    assert complaint.reply.effect == "effective"


def test_a_measure_reported_later_than_it_was_done_counts_from_its_report(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="open", heard_at=on - timedelta(days=40))
    for row in complaint.measure_book.open:
        complaint.do_measure(
            measure_id=row.id, done_on=day_of(on) - timedelta(days=30), done_note="x", by=row.owner, on=on
        )
    with pytest.raises(NotOpen):
        complaint.check_effect(by=people["quality_supervisor"], on=on, **CHECKED)
    assert complaint.reply.check_on == day_of(on) + timedelta(days=DAYS)


def test_measures_without_effect_are_so_at_once(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="done")
    complaint.analyse_again(by=people["quality_supervisor"], on=on, **CHECKED)
    assert complaint.state == "analysing"


def test_a_car_is_not_effective_before_its_days_and_is_from_then_on(capas, people, on):
    capa = capas("carried_out")
    for days in (0, DAYS - 1):
        with pytest.raises(NotOpen):
            verify(capa, people, on + timedelta(days=days))
    assert (capa.state, capa.verifications) == ("carried_out", [])
    verify(capa, people, on + timedelta(days=DAYS))
    assert capa.state == "verified"


def test_an_action_reported_later_than_it_was_done_counts_from_its_report(capas, people, on):
    capa = capas("measures_set", on=on - timedelta(days=60))
    for action in list(capa.open_actions):
        capa.do_action(
            action_id=action.id,
            done_on=day_of(on) - timedelta(days=50),
            done_note="x",
            by=action.owner,
            on=on,
        )
    assert capa.verify_on == day_of(on) + timedelta(days=DAYS)
    with pytest.raises(NotOpen):
        verify(capa, people, on)


def test_a_car_without_effect_is_so_at_once_and_its_next_round_counts_anew(capas, people, on):
    capa = capas("carried_out")
    later = on + timedelta(days=30)
    capas.reopen(capa, on)
    for take in (capas.analyse, capas.set_measures, capas.do_actions):
        take(capa, later)
    with pytest.raises(NotOpen):
        verify(capa, people, later)


def test_the_actions_of_an_earlier_version_count_from_the_day_they_were_done(capas, people, on):
    capa = capas("carried_out")
    capa.actions[0].done_at = None
    verify(capa, people, on + timedelta(days=DAYS))
    assert capa.state == "verified"


def test_rework_is_not_effective_before_its_day(people, on):
    returns = Returns(people, on)
    record = returns("given_back")
    words = {"effect_note": "无复发", "effect_follow_up": None, "by": people["process_engineer"]}
    with pytest.raises(NotOpen):
        record.judge_effect(effect="effective", on=record.effect_due_at - timedelta(days=1), **words)
    record.judge_effect(effect="effective", on=record.effect_due_at, **words)
    assert record.effect == "effective"
