"""Grave complaints of ours and their corrective actions (5.2.2.5): one is asked for from the confirmation on,
and closing waits until it is verified as effective."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.workflow import NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.capas import Capas
from tests.support import BLOCK_B, NOT_OURS, SENT, SETTLED, UNTIL_EFFECTIVE, day_of


def tasks_of(complaint) -> list[str]:
    query = select(Task.name).where(Task.kind == "complaint", Task.record_id == complaint.id)
    return sorted(db.session.execute(query).scalars())


@pytest.fixture
def of(people, on):
    """of(complaint, state): its CAPA in that state."""
    return lambda complaint, state="issued": Capas(people, on)(
        state, source="complaint", source_no=None, complaint_id=complaint.id
    )


@pytest.fixture
def confirmed(complaint_in, people, on):
    """confirmed(**block B): a complaint whose analysis was signed with these words."""

    def confirm(**values):
        complaint = complaint_in("analysing")
        complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B | values)
        return complaint

    return confirm


@pytest.fixture
def accepted(people, on):
    """accepted(complaint): settled, sent and accepted by the customer."""

    def accept(complaint):
        if not complaint.answer_is_ready:
            complaint.settle(by=people["quality_supervisor"], on=on, settled_on=day_of(on), **SETTLED)
        complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
        complaint.accept(response_on=day_of(on), response_note=None, by=people["sales_clerk"], on=on)
        return complaint

    return accept


def test_from_the_confirmation_on_a_corrective_action_is_asked_of_the_quality_supervisor(confirmed, people):
    complaint = confirmed(severity="critical", route="meeting")
    assert tasks_of(complaint) == ["call_meeting", "issue_capa"]
    query = select(Task).where(Task.kind == "complaint", Task.name == "issue_capa")
    task = db.session.execute(query).scalar_one()
    assert {role for role, person in people.items() if person.may(task.permission)} == {"quality_supervisor"}


@pytest.mark.both_databases
def test_issuing_it_ends_the_task_and_voiding_it_brings_it_back(confirmed, of, people, on):
    complaint = confirmed(severity="critical", route="meeting")
    capa = of(complaint)
    assert tasks_of(complaint) == ["call_meeting"]
    second = of(complaint)
    capa.void(reason="开错部门", by=people["quality_supervisor"], on=on)
    assert tasks_of(complaint) == ["call_meeting"]
    second.void(reason="重复", by=people["quality_supervisor"], on=on)
    assert tasks_of(complaint) == ["call_meeting", "issue_capa"]
    assert list(verify_tasks(on)) == []


@pytest.mark.parametrize(
    "words",
    [
        {"severity": "critical"},
        {"nature": "batch"},
        {"nature": "chronic"},
        {"nature": "batch", "liability": "supplier"},
    ],
)
def test_a_route_chosen_against_the_proposal_does_not_get_round_it(
    confirmed, accepted, of, people, on, words
):
    complaint = accepted(confirmed(**words, route_reason="单只外观"))
    assert tasks_of(complaint) == ["issue_capa"]
    with pytest.raises(NotOpen):
        complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    capa = of(complaint, "carried_out")
    with pytest.raises(NotOpen):
        complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)
    later = on + UNTIL_EFFECTIVE
    Capas(people, on).verify(capa, later)
    assert tasks_of(complaint) == ["close"]
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=later)


def test_an_action_without_effect_does_not_let_it_close(confirmed, accepted, of, people, on):
    complaint = accepted(confirmed(nature="batch", route_reason="已换货"))
    Capas(people, on).reopen(of(complaint, "carried_out"), on)
    with pytest.raises(NotOpen):
        complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)


@pytest.mark.parametrize(
    "words", [{}, {"severity": "minor"}, {"liability": "supplier"}], ids=["major", "minor", "supplier"]
)
def test_a_sporadic_one_closes_without(confirmed, accepted, people, on, words):
    complaint = accepted(confirmed(**words))
    assert tasks_of(complaint) == ["close"]
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)


def refuse(complaint, people, on):
    complaint.refuse(response_on=day_of(on), response_note="不认可", by=people["sales_clerk"], on=on)


@pytest.mark.both_databases
def test_milder_words_in_a_later_round_do_not_end_the_need(confirmed, accepted, people, on):
    complaint = confirmed(severity="critical", route_reason="单只")
    complaint.settle(by=people["quality_supervisor"], on=on, settled_on=day_of(on), **SETTLED)
    complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
    refuse(complaint, people, on)
    assert tasks_of(complaint) == ["confirm", "issue_capa"]
    complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B | {"severity": "minor"})
    assert tasks_of(complaint) == ["issue_capa", "settle"]
    accepted(complaint)
    assert tasks_of(complaint) == ["issue_capa"]


def test_a_finding_that_it_is_not_ours_ends_the_need_and_ours_again_brings_it_back(confirmed, people, on):
    complaint = confirmed(severity="critical", route_reason="单只")
    complaint.settle(by=people["quality_supervisor"], on=on, settled_on=day_of(on), **SETTLED)
    complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)
    refuse(complaint, people, on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **NOT_OURS)
    assert tasks_of(complaint) == ["explain"]
    complaint.explain(by=people["quality_inspector"], on=on, reply_text="接线接反")
    complaint.reply_directly(by=people["quality_inspector"], on=on, **SENT)
    refuse(complaint, people, on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B | {"severity": "minor"})
    assert tasks_of(complaint) == ["issue_capa", "settle"]


def test_a_record_confirmed_before_the_column_keeps_its_need_in_the_next_round(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer", route="meeting")
    complaint.capa_needed = None
    db.session.flush()
    refuse(complaint, people, on)
    complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B)
    assert (complaint.capa_needed, complaint.needs_capa) == (True, True)


def test_nothing_is_stored_of_a_complaint_that_needs_none(confirmed, on):
    complaint = confirmed()
    assert complaint.capa_needed is None
    assert list(verify_records()) == []


def test_the_need_counts_on_the_meetings_way_until_it_is_verified(complaint_in, of, people, on):
    complaint = complaint_in("accepted", route="meeting", countersigned=True, done=True)
    assert list(complaint.open_ends(on)) == ["capa_wanted"]
    capa = of(complaint, "measures_set")
    assert list(complaint.open_ends(on)) == ["capas"]
    Capas(people, on).do_actions(capa, on)
    Capas(people, on).verify(capa, on + UNTIL_EFFECTIVE)
    assert complaint.open_ends(on) == {}
