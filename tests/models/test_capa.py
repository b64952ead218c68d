"""CARs through their verbs (5.2.2.5, 5.4.6): causes, measures, owners who leave, proof, rounds. Each guard
refuses by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.capa.queries import capas_of_complaint
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.personal_tasks import rebuild_tasks
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.capas import ANALYSED, Capas
from tests.support import BLOCK_B, UNTIL_EFFECTIVE, day_of
from tests.tables import CAPA, CAPA_SITUATIONS, ROLES


@pytest.fixture
def capas(people, on):
    return Capas(people, on)


def awaited(capa: Capa) -> list[tuple[str, str | None, int | None]]:
    """(task, department, person) of everything that is awaited."""
    query = (
        select(Task).where(Task.kind == "capa", Task.record_id == capa.id).order_by(Task.name, Task.user_id)
    )
    return [(task.name, task.department, task.user_id) for task in db.session.execute(query).scalars()]


# Issuing


def test_a_car_has_its_number_of_the_year_and_waits_for_its_department(capas, on):
    first, second = capas("issued"), capas("issued")
    assert (first.number, second.number, first.round, first.state) == (
        "CAR-2026-001",
        "CAR-2026-002",
        1,
        "issued",
    )
    assert awaited(first) == [("analyse", "production", None)]
    assert first.due_at == first.due_at.replace(hour=17, minute=30)


def test_a_car_of_a_complaint_has_its_number_and_customer(capas, complaint_in):
    complaint = complaint_in("answering")
    capa = capas("issued", source="complaint", complaint_id=complaint.id, source_no=None)
    assert (capa.source_no, capa.customer_id, capa.led_by_process) == (
        complaint.number,
        complaint.customer_id,
        False,
    )
    assert [one.number for one in capas_of_complaint(complaint)] == [capa.number]


@pytest.mark.both_databases
def test_process_engineering_leads_where_the_problem_is_chronic(capas, complaint_in, people):
    complaint = complaint_in("answering")
    complaint.nature = "chronic"
    db.session.flush()
    capa = capas("issued", source="complaint", complaint_id=complaint.id)
    assert (capa.led_by_process, awaited(capa)) == (True, [("analyse", "process", None)])
    assert [capa.is_responsible(people[role]) for role in ("process_engineer", "planner")] == [True, False]
    capa.amend(
        amendment_reason="更正",
        problem=capa.problem,
        department="planning",
        due_on=capa.due_on,
        led_by_process=False,  # the rule leaves no choice (3.4)
        by=people["sales_clerk"],
        on=capa.issued_at,
    )
    assert [
        capa.is_responsible(people[role]) for role in ("process_engineer", "production_manager", "planner")
    ] == [True, False, True]
    assert (capa.led_by_process, awaited(capa)) == (True, [("analyse", "process", None)])


def test_a_tick_for_process_engineering_can_be_cleared_where_the_problem_is_not_chronic(capas, people):
    capa = capas("issued", led_by_process=True)
    capa.amend(
        amendment_reason="工程不参与",
        problem=capa.problem,
        department="planning",
        due_on=capa.due_on,
        led_by_process=False,
        by=people["sales_clerk"],
        on=capa.issued_at,
    )
    assert [
        capa.is_responsible(people[role]) for role in ("process_engineer", "production_manager", "planner")
    ] == [False, False, True]


def test_a_car_issued_without_the_tick_is_led_by_process_engineering_all_the_same(capas, complaint_in):
    complaint = complaint_in("answering")
    complaint.nature = "chronic"
    db.session.flush()
    capa = capas("issued", source="complaint", complaint_id=complaint.id, led_by_process=False)
    assert (capa.led_by_process, awaited(capa)) == (True, [("analyse", "process", None)])


def test_a_complaint_found_chronic_in_a_later_round_hands_its_car_to_process_engineering(
    capas, complaint_in, people, on
):
    complaint = complaint_in("awaiting_customer")
    capa = capas("issued", source="complaint", complaint_id=complaint.id)
    complaint.refuse(response_on=day_of(on), response_note="又发生", by=people["sales_clerk"], on=on)
    words = BLOCK_B | {"nature": "chronic", "route": "meeting"}
    complaint.confirm(by=people["quality_supervisor"], on=on, **words)
    assert (awaited(capa), list(verify_tasks(on))) == ([("analyse", "process", None)], [])
    capa.analyse(by=people["process_engineer"], on=on, **ANALYSED)
    assert capa.led_by_process is True


def test_an_amendment_keeps_what_was_there_before(capas, people, on):
    capa = capas("issued")
    capa.amend(
        amendment_reason="更正",
        problem="左声道",
        department="planning",
        due_on=capa.due_on,
        by=people["sales_clerk"],
        on=on,
    )
    assert capa.events[-1].details["changes"] == {
        "problem": ["右声道无声", "左声道"],
        "department": ["production", "planning"],
    }
    assert awaited(capa) == [("analyse", "planning", None)]


# The answer


def test_the_analysis_keeps_its_whys_in_order_and_its_fishbone(capas):
    capa = capas("analysed")
    assert [(why.cause_kind, why.why_no, why.because) for why in capa.whys][:2] == [
        ("occurrence", 1, "焊点虚焊"),
        ("occurrence", 2, "温度偏低"),
    ]
    assert [(why.cause_kind, why.why_no) for why in capa.whys if why.proven] == [
        ("occurrence", 2),
        ("escape", 1),
        ("escape", 2),
    ]
    assert [(bone.cause, bone.is_root) for bone in capa.bones] == [("烙铁温度偏低", True), ("新员工", False)]
    assert awaited(capa) == [("set_measures", "production", None)]


def test_the_system_cause_is_needed_where_the_complaint_is_major(capas, complaint_in):
    capa = capas("issued", source="complaint", complaint_id=complaint_in("answering").id)
    assert (capa.system_cause_needed, capas("issued").system_cause_needed) == (True, False)
    capa.complaint.severity = "minor"
    assert capa.system_cause_needed is False


def test_what_nobody_verified_is_kept_as_nothing_said(capas, people, on):
    """An empty field leaves the hashes of older records right."""
    capa = capas("issued")
    said = {
        name: value
        for name, value in ANALYSED.items()
        if name not in ("proven", "cause_verification", "cause_verified_by")
    }
    capa.analyse(by=people["production_manager"], on=on, **said)
    assert ({why.proven for why in capa.whys}, capa.cause_verified_by) == ({None}, None)


@pytest.mark.both_databases
def test_an_answer_that_is_sent_back_is_written_anew_in_the_same_round(capas, people, on):
    capa = capas("measures_set")
    capa.send_back(reason="原因不成立", by=people["quality_supervisor"], on=on)
    assert (capa.state, capa.round, capa.sent_back_reason, awaited(capa)) == (
        "issued",
        1,
        "原因不成立",
        [("analyse", "production", None)],
    )
    capas.analyse(capa, on)
    assert (capa.sent_back_reason, len(capa.whys), len(capa.bones)) == (None, 4, 2)


@pytest.mark.both_databases
def test_what_was_carried_out_before_a_sending_back_stays(capas, people, on):
    capa = capas("measures_set", owners=("production_operator", "quality_inspector"))
    done = capa.open_actions[0]
    capa.do_action(action_id=done.id, done_on=day_of(on), done_note="已执行", by=done.owner, on=on)
    capa.send_back(reason="措施不足", by=people["quality_inspector"], on=on)
    capas.analyse(capa, on)
    capas.set_measures(capa, on, ("planner",))
    assert [(action.owner_id, action.done_on is not None) for action in capa.actions] == [
        (done.owner_id, True),
        (people["planner"].id, False),
    ]


# Carrying out


def test_each_owner_is_asked_by_name_until_their_last_action_is_done(capas, people, on):
    capa = capas("measures_set", owners=("production_operator", "planner"))
    operator, planner = people["production_operator"], people["planner"]
    assert awaited(capa) == [("do_action", None, one) for one in sorted((operator.id, planner.id))]
    capa.do_action(
        action_id=capa.open_actions[0].id, done_on=day_of(on), done_note="已执行", by=operator, on=on
    )
    assert (capa.state, awaited(capa)) == ("measures_set", [("do_action", None, planner.id)])
    with pytest.raises(NotAllowed):
        capa.do_action(
            action_id=capa.open_actions[0].id, done_on=day_of(on), done_note="已执行", by=operator, on=on
        )


def test_the_last_action_carries_out_the_whole_and_dates_the_verification(capas, on):
    capa = capas("carried_out")
    assert (capa.state, capa.carried_out_on, capa.verify_on) == (
        "carried_out",
        date(2026, 3, 10),
        date(2026, 4, 9),
    )
    assert [event.name for event in capa.events][-2:] == ["do_action", "carry_out"]
    assert awaited(capa) == [("verify", None, None)]


def test_carrying_out_is_no_step_of_its_own_while_an_action_is_open(capas, people):
    capa = capas("measures_set")
    assert capa.workflow.step("carry_out") not in capa.open_steps(capa.issued_at)


def test_nothing_is_carried_out_where_nothing_was_set(capas, people, on):
    capa = capas("analysed")
    capa.set_measures(actions=[], documents=[], read_across=None, by=people["production_manager"], on=on)
    assert (capa.all_done(on), capa.workflow.step("carry_out") in capa.open_steps(on)) == (False, False)


def test_for_an_owner_who_left_the_department_is_awaited(capas, people, on):
    capa = capas("measures_set", owners=("production_operator", "planner"))
    people["production_operator"].leave(reason="离职", by=people["administrator"], on=on)
    assert [action.owner_gone for action in capa.actions] == [True, False]
    assert awaited(capa) == [("do_action", None, people["planner"].id), ("reassign", "production", None)]
    assert list(verify_tasks(on)) == []


def test_an_owner_who_comes_back_is_awaited_again(capas, people, on):
    capa = capas("measures_set")
    people["production_operator"].leave(reason=None, by=people["administrator"], on=on)
    people["production_operator"].come_back(reason=None, by=people["administrator"], on=on)
    assert (awaited(capa), list(verify_tasks(on))) == (
        [("do_action", None, people["production_operator"].id)],
        [],
    )


def test_an_owner_who_has_no_work_here_any_more_is_no_owner(capas, people, on):
    capa = capas("measures_set")
    operator = people["production_operator"]
    operator.edit(
        name=operator.name,
        memberships=[(None, "auditor", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    assert (awaited(capa), list(verify_tasks(on))) == ([("reassign", "production", None)], [])


def test_the_department_finds_another_owner(capas, people, on):
    capa = capas("measures_set")
    people["production_operator"].leave(reason=None, by=people["administrator"], on=on)
    day = day_of(on) + timedelta(days=2)
    capa.reassign(
        action_id=capa.actions[0].id,
        owner_id=people["planner"].id,
        planned_on=day,
        by=people["production_manager"],
        on=on,
    )
    assert (capa.actions[0].owner.id, capa.actions[0].planned_on, awaited(capa)) == (
        people["planner"].id,
        day,
        [("do_action", None, people["planner"].id)],
    )


def test_of_two_actions_the_one_that_is_named_gets_another_owner(capas, people, on):
    capa = capas("measures_set", owners=("production_operator", "production_operator"))
    capa.reassign(
        action_id=capa.actions[1].id,
        owner_id=people["planner"].id,
        planned_on=day_of(on),
        by=people["production_manager"],
        on=on,
    )
    assert [action.owner_id for action in capa.actions] == [
        people["production_operator"].id,
        people["planner"].id,
    ]


# Proof


def test_an_effective_verification_ends_it_with_a_signature(capas):
    capa = capas("verified")
    assert (capa.state, capa.verifications[0].effect, awaited(capa)) == ("verified", "effective", [])
    assert [one.meaning for one in capa.signatures] == ["verified"]


def test_without_effect_a_second_round_begins_under_the_same_number(capas, on):
    capa = capas("carried_out")
    number, later = capa.number, on + timedelta(days=40)
    capas.reopen(capa, later)
    assert (capa.number, capa.round, capa.state, capa.due_on) == (
        number,
        2,
        "issued",
        day_of(later) + timedelta(days=3),
    )
    assert (capa.occurrence_cause, capa.carried_out_on, capa.verify_on, capa.open_actions) == (
        None,
        None,
        None,
        [],
    )
    assert (capa.round_began_on, [one.meaning for one in capa.signatures]) == (day_of(later), ["ineffective"])


def test_the_first_round_stays_readable_beside_the_second(capas, on):
    capa = capas("carried_out")
    capas.reopen(capa, on)
    capa.analyse(
        by=capas.people["production_manager"],
        on=on,
        **(ANALYSED | {"occurrence_cause": "锡丝受潮", "bones": []}),
    )
    first, second = capa.of_round(1), capa.of_round(2)
    assert [
        (said["occurrence_cause"], len(said["bones"]), len(said["actions"])) for said in (first, second)
    ] == [("烙铁温度偏低", 2, 1), ("锡丝受潮", 0, 0)]
    assert [said["cause_verified_by"] for said in (first, second)] == ["工艺甲", "工艺甲"]
    assert (first["verification"].effect, second["verification"], first["documents"]) == (
        "ineffective",
        None,
        ["work_instruction"],
    )


def test_a_second_round_is_carried_out_and_verified_like_the_first(capas, on):
    capa = capas("carried_out")
    capas.reopen(capa, on)
    for take in (capas.analyse, capas.set_measures, capas.do_actions):
        take(capa, on)
    capas.verify(capa, on + UNTIL_EFFECTIVE)
    assert (capa.state, [one.effect for one in capa.verifications], len(capa.actions)) == (
        "verified",
        ["ineffective", "effective"],
        2,
    )
    assert list(verify_records()) == []


def test_a_second_round_has_its_own_day_on_which_it_was_carried_out(capas, on):
    capa = capas("carried_out")
    capas.reopen(capa, on)
    capas.analyse(capa, on)
    capas.set_measures(capa, on)
    yesterday = day_of(on) - timedelta(days=1)
    capa.do_action(
        action_id=capa.open_actions[0].id,
        done_on=yesterday,
        done_note="已执行",
        by=capa.open_actions[0].owner,
        on=on,
    )
    assert capa.carried_out_on == yesterday


# The complaint behind it


@pytest.mark.parametrize("state", ["received", "closed", "void"])
def test_a_complaint_that_is_not_in_hand_gets_no_car(capas, complaint_in, state):
    complaint = complaint_in(state)
    with pytest.raises(NotOpen):
        capas("issued", source="complaint", complaint_id=complaint.id)
    assert capas_of_complaint(complaint) == []


@pytest.mark.parametrize(
    ("state", "day"),
    [
        ("issued", date(2026, 3, 13)),
        ("measures_set", date(2026, 3, 10)),
        ("carried_out", date(2026, 4, 9)),
        ("verified", None),
    ],
)
def test_what_is_due_next_follows_from_where_it_stands(capas, state, day):
    due = capas(state).awaited_at
    assert (due.date() if due else None) == day


def test_a_complaint_closes_only_when_its_cars_are_verified_or_void(capas, complaint_in, people, on):
    complaint = complaint_in("accepted")
    capa = capas("carried_out", source="complaint", complaint_id=complaint.id)
    with pytest.raises(NotOpen):
        complaint.close(closing_note="好了", by=people["quality_supervisor"], on=on)
    later = on + UNTIL_EFFECTIVE
    capas.verify(capa, later)
    complaint.close(closing_note="好了", by=people["quality_supervisor"], on=later)
    assert complaint.state == "closed"


# Everything at once


@pytest.mark.parametrize("situation", CAPA_SITUATIONS, ids=lambda one: one.name)
def test_a_verb_refuses_whom_and_where_the_table_says(capas, people, on, situation):
    capa = capas(situation.state)
    found = {}
    for row in (row for row in CAPA if not row.creates):
        for role in ROLES:
            try:
                capa.check(row.step, people[role], on)
            except (NotAllowed, NotOpen) as refused:
                found[row.step, role] = "403" if isinstance(refused, NotAllowed) else "409"
            else:
                found[row.step, role] = "may"
    assert found == {
        (row.step, role): row.answer(role, situation) for row in CAPA if not row.creates for role in ROLES
    }


def test_what_is_awaited_can_be_written_anew_from_the_records(capas, on):
    made = [capas(situation.state) for situation in CAPA_SITUATIONS]
    before = [awaited(capa) for capa in made]
    rebuild_tasks(on)
    assert ([awaited(capa) for capa in made], list(verify_tasks(on)), list(verify_records())) == (
        before,
        [],
        [],
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("state", "day"),
    [
        ("issued", date(2026, 3, 13)),
        ("measures_set", date(2026, 3, 10)),
        ("carried_out", date(2026, 4, 9)),
        ("verified", None),
        ("void", None),
    ],
)
def test_the_day_that_a_list_shows_is_that_of_what_is_awaited(capas, state, day):
    capa = capas(state)
    assert db.session.execute(select(Capa.awaited_on()).where(Capa.id == capa.id)).scalar() == day


def test_a_car_is_found_by_its_source_and_problem(capas):
    capa = capas("issued")
    assert ("IQC-118" in capa.searched(), capa.subject, capa.title) == (True, "右声道无声", "CAR-2026-001")
