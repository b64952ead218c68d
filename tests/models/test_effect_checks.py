"""The effect of measures is checked by somebody else than who carried them out (5.2.2.5), on the simple
route and of a CAR; the procedure file says who does where all who usually check are concerned."""

from __future__ import annotations

from datetime import date

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.procedure.authority import Permission
from cs.procedure.effect_checks import checkers
from cs.procedure.workflow import NotAllowed
from cs.queries.my_work import verify_tasks
from cs.records.signatures import verify_signatures
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.verification import verify_records
from tests.capas import PROVEN, Capas
from tests.support import CHECKED, UNTIL_EFFECTIVE, day_of

SETTLE, VERIFY = Permission.SETTLE_COMPLAINT, Permission.VERIFY_CAPA
IN_PLACE = ("quality_inspector", "general_manager")
HELD = {1: ("quality_supervisor",), 2: ("quality_inspector",), 3: ("general_manager",), 4: ("engineer",)}


@pytest.mark.parametrize(
    ("permission", "carriers", "able"),
    [
        (SETTLE, {4}, None),
        (SETTLE, {1}, [2]),
        (SETTLE, {1, 2}, [3]),
        (SETTLE, {1, 2, 3}, []),
        (VERIFY, {4}, None),
        (VERIFY, {1}, [2]),
        (VERIFY, {1, 2, 4}, [3]),
    ],
)
def test_who_carried_out_does_not_check(permission, carriers, able):
    assert checkers(HELD, permission, IN_PLACE, carriers) == able


def settled_by_supervisor(complaint_in, people, on, *, owner="quality_supervisor"):
    """A complaint whose only measure one person has carried out, its reply with the customer."""
    complaint = complaint_in("answering")
    measure = {
        "action_kind": "corrective",
        "content": "加严来料检验",
        "cause_kind": "occurrence",
        "owner_id": people[owner].id,
        "planned_on": day_of(on),
    }
    complaint.settle(
        reply_text="换货",
        cause="虚焊",
        escape_cause="漏检",
        measures=[measure],
        agreed_with="王工",
        settled_on=day_of(on),
        late_reason=None,
        by=people["quality_supervisor"],
        on=on,
    )
    complaint.send_reply(reply_to="王工", reply_channel="email", by=people["sales_clerk"], on=on)
    return complaint


def carry_out(complaint: Complaint, by: User, on, done_on: date | None = None) -> None:
    row = complaint.measure_book.open[0]
    complaint.do_measure(measure_id=row.id, done_on=done_on or day_of(on), done_note="已执行", by=by, on=on)


def awaited(record, name) -> list[int | None]:
    rows = db.session.query(Task).filter_by(kind=record.kind, record_id=record.id, name=name)
    return sorted((row.user_id for row in rows), key=str)


def test_the_supervisor_who_carried_out_a_measure_does_not_check_its_effect(complaint_in, people, on):
    complaint = settled_by_supervisor(complaint_in, people, on)
    carry_out(complaint, people["quality_supervisor"], on)
    assert awaited(complaint, "check_effect") == [people["quality_inspector"].id]
    for role in ("quality_supervisor", "general_manager"):
        with pytest.raises(NotAllowed):
            complaint.check_effect(by=people[role], on=on, **CHECKED)
    later = on + UNTIL_EFFECTIVE
    complaint.check_effect(by=people["quality_inspector"], on=later, **CHECKED)
    assert (complaint.reply.effect, complaint.signatures[-1].role) == ("effective", "quality_inspector")
    assert [*verify_records(), *verify_signatures(), *verify_tasks(later)] == []


def test_who_carried_out_in_the_place_of_one_who_left_does_not_check_either(complaint_in, people, on):
    complaint = settled_by_supervisor(complaint_in, people, on, owner="engineer")
    people["engineer"].leave(reason=None, by=people["administrator"], on=on)
    carry_out(complaint, people["quality_supervisor"], on)
    assert awaited(complaint, "check_effect") == [people["quality_inspector"].id]


def test_a_measure_of_somebody_else_is_checked_by_any_supervisor(complaint_in, people, on):
    complaint = settled_by_supervisor(complaint_in, people, on, owner="engineer")
    carry_out(complaint, people["engineer"], on)
    assert awaited(complaint, "check_effect") == [None]
    complaint.check_effect(by=people["quality_supervisor"], on=on + UNTIL_EFFECTIVE, **CHECKED)


def test_a_second_supervisor_checks_what_the_first_carried_out(complaint_in, people, on):
    complaint = settled_by_supervisor(complaint_in, people, on)
    carry_out(complaint, people["quality_supervisor"], on)
    people["engineer"].edit(
        name="工程甲",
        memberships=[("quality", "quality_supervisor", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    assert awaited(complaint, "check_effect") == [people["engineer"].id]


def test_in_the_place_of_the_supervisor_nothing_else_may_be_done(complaint_in, people, on):
    complaint = settled_by_supervisor(complaint_in, people, on)
    carry_out(complaint, people["quality_supervisor"], on)
    offered = {step.name for step in complaint.steps_for(people["quality_inspector"], on)}
    assert {"check_effect", "analyse_again"} <= offered
    assert offered.isdisjoint({"close", "settle", "confirm_route"})


def test_a_car_is_not_verified_by_who_carried_out_one_of_its_actions(people, on):
    made = Capas(people, on)
    capa = made("carried_out", owners=("production_operator", "quality_inspector"))
    assert awaited(capa, "verify") == [people["quality_supervisor"].id]
    later = on + UNTIL_EFFECTIVE
    proof = {"period_from": day_of(on), "period_to": day_of(later), "on": later, **PROVEN}
    for step, more in (("verify", {}), ("reopen", {"due_on": day_of(on)})):
        with pytest.raises(NotAllowed):
            getattr(capa, step)(by=people["quality_inspector"], **proof, **more)
    capa.verify(by=people["quality_supervisor"], **proof)
    assert capa.state == "verified"


def test_where_all_of_quality_carried_out_the_general_manager_verifies(people, on):
    capa = Capas(people, on)("carried_out", owners=("quality_supervisor", "quality_inspector"))
    assert awaited(capa, "verify") == [people["general_manager"].id]
    later = on + UNTIL_EFFECTIVE
    period = {"period_from": day_of(on), "period_to": day_of(later)}
    capa.verify(by=people["general_manager"], on=later, **period, **PROVEN)
    assert (capa.state, capa.signatures[-1].role) == ("verified", "general_manager")
    assert [*verify_records(), *verify_signatures(), *verify_tasks(later)] == []


def test_what_was_carried_out_in_an_earlier_round_does_not_count(people, on):
    made = Capas(people, on)
    capa = made("carried_out", owners=("quality_inspector",))
    made.reopen(capa, on)
    for name in ("analyse", "set_measures", "do_actions"):
        getattr(made, name)(capa, on)
    assert (capa.round, awaited(capa, "verify")) == (2, [None])
