"""The measures of a complaint that needs no CAR (5.2.2.5 in short form, Q11): who carries them out, the check
of their effect, and what keeps the complaint from its close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.tasks import Task
from tests.models.test_meetings import awaited
from tests.support import BLOCK_B, CHECKED, SETTLED, UNTIL_EFFECTIVE, day_of, planned_measures

pytestmark = pytest.mark.sqlite


def tasks_of(complaint) -> dict[str, object]:
    """{task: when it is due}"""
    query = select(Task.name, Task.due_at).where(Task.record_id == complaint.id, Task.kind == "complaint")
    return dict(db.session.execute(query).all())


def test_the_registers_still_show_the_measures_as_text(complaint_in):
    reply = complaint_in("answering", answered=True, measures="open").reply
    assert (reply.cause, reply.escape_cause, reply.actions) == (
        "烙铁温度偏低",
        "首检未听音",
        "每班点检温度\n出货前增加听音",
    )


def test_measures_need_no_car(complaint_in):
    complaint_in("accepted", measures="checked")
    assert db.session.scalar(select(func.count(Capa.id))) == 0


def test_each_owner_is_asked_by_name_from_the_settlement_on(complaint_in, people, on):
    complaint = complaint_in("answering", answered=True, measures="open")
    assert awaited(complaint, "do_measure") == {"quality_inspector", "production_manager"}
    assert complaint.measure_due_at.date() == day_of(on)
    row = complaint.measures[1]
    complaint.do_measure(
        measure_id=row.id, done_on=day_of(on), done_note="已实施", by=people["quality_inspector"], on=on
    )
    assert (row.done_at, awaited(complaint, "do_measure")) == (on, {"production_manager"})
    with pytest.raises(NotAllowed):
        complaint.do_measure(
            measure_id=complaint.measures[0].id,
            done_on=day_of(on),
            done_note="x",
            by=people["quality_inspector"],
            on=on,
        )


def test_the_reply_waits_neither_for_measures_nor_for_their_check(complaint_in):
    assert "send_reply" in tasks_of(complaint_in("answering", answered=True, measures="open"))
    assert "send_reply" in tasks_of(complaint_in("answering", answered=True, measures="done"))


def test_the_check_is_due_two_weeks_after_the_last_measure(complaint_in, on):
    complaint = complaint_in("accepted", measures="done")
    assert complaint.reply.check_on == day_of(on) + timedelta(days=14)
    assert tasks_of(complaint)["check_effect"].date() == day_of(on) + timedelta(days=14)


def test_what_was_the_part_of_one_who_left_falls_to_the_quality_supervisor(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="open")
    people["production_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert awaited(complaint, "do_measure") == {"quality_inspector", "quality_supervisor"}
    complaint.do_measure(
        measure_id=complaint.measures[0].id,
        done_on=day_of(on),
        done_note="已实施",
        by=people["quality_supervisor"],
        on=on,
    )
    assert (complaint.measures[0].done_on, list(verify_tasks(on))) == (day_of(on), [])


@pytest.mark.parametrize(
    ("measures", "ends"), [(None, set()), ("open", {"measures"}), ("done", {"effect"}), ("checked", set())]
)
def test_closing_waits_for_measures_and_their_effect(complaint_in, people, on, measures, ends):
    complaint = complaint_in("accepted", measures=measures)
    assert (set(complaint.open_ends(on)), "close" in tasks_of(complaint)) == (ends, not ends)
    if ends:
        with pytest.raises(NotOpen):
            complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)


def test_the_check_is_signed_by_the_quality_supervisor(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="done")
    with pytest.raises(NotAllowed):
        complaint.check_effect(by=people["quality_inspector"], on=on, **CHECKED)
    complaint.check_effect(by=people["quality_supervisor"], on=on + UNTIL_EFFECTIVE, **CHECKED)
    signature = complaint.signatures[-1]
    assert (signature.meaning, signature.user_id, complaint.reply.effect) == (
        "verified",
        people["quality_supervisor"].id,
        "effective",
    )


def test_measures_without_effect_lead_back_to_the_analysis_and_to_a_new_reply(complaint_in, people, on):
    complaint = complaint_in("accepted", measures="done")
    supervisor, later = people["quality_supervisor"], on + timedelta(days=14)
    complaint.analyse_again(by=supervisor, on=later, **CHECKED | {"verification_data": "又有两只"})
    assert (complaint.state, complaint.round, complaint.signatures[-1].meaning) == (
        "analysing",
        2,
        "ineffective",
    )
    assert complaint.events[-1].details["note"] == "又有两只"
    assert complaint.reply_due_at.date() == day_of(later) + timedelta(days=2)
    complaint.confirm(by=people["quality_supervisor"], on=later, **BLOCK_B)
    complaint.settle(
        by=supervisor,
        on=later,
        settled_on=day_of(later),
        **SETTLED | {"actions": None, "measures": planned_measures(people, later)},
    )
    assert ([reply.number for reply in complaint.replies], len(complaint.measure_book.open)) == ([1, 2], 2)
    assert set(tasks_of(complaint)) == {"send_reply", "do_measure"}


def test_the_measures_of_a_refused_reply_wait_for_nobody_and_are_set_again(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", measures="open")
    first = complaint.measures[1]
    complaint.do_measure(
        measure_id=first.id, done_on=day_of(on), done_note="已实施", by=people["quality_inspector"], on=on
    )
    complaint.refuse(response_on=day_of(on), response_note="不够", by=people["sales_clerk"], on=on)
    assert set(tasks_of(complaint)) == {"confirm"}
    complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B)
    complaint.settle(
        by=people["quality_supervisor"],
        on=on,
        settled_on=day_of(on),
        **SETTLED | {"actions": None, "measures": planned_measures(people, on)[:1]},
    )
    assert [(row.round, row.content) for row in complaint.measures] == [
        (1, "出货前增加听音"),
        (2, "每班点检温度"),
    ]


def test_the_check_may_come_before_the_customers_answer(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", measures="done")
    complaint.check_effect(by=people["quality_supervisor"], on=on + UNTIL_EFFECTIVE, **CHECKED)
    assert set(tasks_of(complaint)) == {"follow_up"}


def test_a_complaint_settled_without_measures_closes_as_before(complaint_in, people, on):
    complaint = complaint_in("accepted")
    assert (complaint.open_ends(on), set(tasks_of(complaint))) == ({}, {"close"})
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert complaint.state == "closed"
