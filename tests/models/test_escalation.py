"""Escalation (5.3.4, 5.2.2): what waits beyond its working hours, to whom it is shown, over nights, week-ends
and feasts; nothing is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.models.holidays import SiteDay
from cs.queries.approvals import TO_SIGN
from cs.queries.escalation import EscalatedTask, Escalations
from cs.records.departments import Membership
from cs.records.events import Event
from cs.records.tasks import Task
from tests.returned import Replenishments
from tests.support import day_of

pytestmark = pytest.mark.both_databases

# The fixture's moment is Tuesday 10 March 2026, 10:00 in the factory, which works from 8:00 to 12:00 and from
# 13:30 to 17:30.
WEDNESDAY = datetime(2026, 3, 11, 2, tzinfo=UTC)


@pytest.fixture
def filed(people, on, complaint_in):
    """A complaint that waits for nothing that is signed, and its replenishments."""
    return Replenishments(people, on, complaint_in("received").id)


def shown(person, at) -> list[tuple[str, str | None]]:
    """What is shown to a person as escalated: what is awaited, of whom by name."""
    rows = Escalations(at).first_shown_to(person, 100)
    assert sum(Escalations(at).counts_shown_to(person).values()) == len(rows)
    whom = Escalations(at).whom_to_call(person, rows)
    return [(f"{row.kind}.{row.name}", "、".join(whom[row.id]) if row.signer else None) for row in rows]


def lines(at) -> list[tuple[str | None, EscalatedTask | None]]:
    """How every line of the queue stands."""
    return [
        (row.signer, Escalations(at).escalation_of(row))
        for row in db.session.execute(TO_SIGN.where(Task.name == "sign").order_by(Task.id))
    ]


@pytest.mark.parametrize(("minutes", "escalated"), [(-1, False), (0, True), (1, True)])
def test_a_signature_is_escalated_after_eight_working_hours(filed, people, minutes, escalated):
    filed()
    found = shown(people["general_manager"], WEDNESDAY + timedelta(minutes=minutes))
    assert found == ([("replenishment.sign", "生产经理甲、业务经理甲")] if escalated else [])


def test_nights_week_ends_and_feasts_do_not_count(filed, people, on):
    friday = filed.on = datetime(2026, 3, 13, 9, tzinfo=UTC)  # 17:00: half an hour is left of the week
    filed()
    monday = friday + timedelta(days=3, minutes=15) - timedelta(hours=2)  # 15:15
    assert shown(people["general_manager"], monday) == []
    assert (
        len(shown(people["general_manager"], monday + timedelta(hours=2))) == 1
    )  # 17:15, 7.75 hours of the day
    SiteDay.set(day=date(2026, 3, 16), works=False, note="停电", by=people["administrator"], on=on)
    assert shown(people["general_manager"], monday + timedelta(hours=2)) == []


def test_the_line_says_to_whom_since_when_and_how_long(filed, on):
    filed(signed=("sales_manager",))
    assert lines(WEDNESDAY + timedelta(hours=1)) == [("生产经理甲", EscalatedTask("general_manager", on, 9))]
    assert lines(WEDNESDAY - timedelta(hours=1)) == [("生产经理甲", None)]


def test_nobody_is_above_the_general_manager(filed, people, on):
    filed(price="1000", signed=("sales_manager", "production_manager"))
    assert lines(WEDNESDAY) == [("总经理甲", EscalatedTask(None, on, 8))]
    assert shown(people["general_manager"], WEDNESDAY) == []


def test_nor_is_another_general_manager(filed, people, on):
    """Both are asked, each by name: neither is above the other."""
    planner = people["planner"]
    planner.edit(
        name=planner.name,
        memberships=[("management", "general_manager", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    filed(price="1000", signed=("sales_manager", "production_manager"))
    assert sorted(signer for signer, beyond in lines(WEDNESDAY) if beyond.to is None) == [
        "总经理甲",
        "计划员甲",
    ]
    assert [shown(people[role], WEDNESDAY) for role in ("planner", "general_manager")] == [[], []]


def test_it_is_shown_to_the_named_role_alone(filed, people):
    filed()
    assert [role for role, person in people.items() if shown(person, WEDNESDAY)] == ["general_manager"]


def test_what_waits_for_themselves_stands_in_their_own_queue(filed, people, on):
    """A general manager who stands in for the sales manager is asked for that signature; the other one is
    escalated."""
    filed()
    Deputy.name_for(
        role="sales_manager",
        deputy=people["general_manager"],
        first_on=day_of(on),
        last_on=day_of(on) + timedelta(days=3),
        by=people["sales_manager"],
        on=on,
    )
    assert shown(people["general_manager"], WEDNESDAY) == [("replenishment.sign", "生产经理甲")]


def test_a_changed_application_is_asked_for_anew(filed, people, on):
    """Who had not signed yet is asked for another text than before: their hours begin with the change."""
    record = filed(signed=("sales_manager",))
    changed = on + timedelta(hours=5)
    record.change(by=people["sales_clerk"], on=changed, **filed.asked("700"))
    assert {(task.name, task.since) for task in db.session.query(Task).filter_by(kind="replenishment")} == {
        ("sign", changed),
        ("see_change", changed),
    }
    assert shown(people["general_manager"], WEDNESDAY) == []


def test_escalation_gives_no_right_to_sign(filed, people):
    record = filed(price="1000")
    assert shown(people["general_manager"], WEDNESDAY)
    assert record.steps_for(people["general_manager"], WEDNESDAY) == ()


def test_a_gate_that_nobody_passes_is_no_call_to_make(filed, people):
    """All approvers have it in their own queue, marked as what it is."""
    filed(by="sales_manager", signed=("production_manager",))
    assert shown(people["general_manager"], WEDNESDAY) == []
    assert [beyond.to for _signer, beyond in lines(WEDNESDAY)] == [None]


@pytest.mark.parametrize(
    ("state", "days", "found"),
    [
        ("analysing", 1, ["complaint.confirm"]),
        ("received", 30, []),
        ("accepted", 4, []),
        ("accepted", 7, ["complaint.close"]),
    ],
)
def test_each_kind_of_signature_has_its_own_hours(complaint_in, people, on, state, days, found):
    complaint_in(state)
    assert [what for what, _signer in shown(people["general_manager"], on + timedelta(days=days))] == found


def test_a_verification_is_counted_from_its_due_date(people, on):
    due = on + timedelta(days=30)  # a Thursday, 10:00
    db.session.add(
        Task(
            kind="capa",
            record_id=1,
            name="verify",
            step="verify",
            permission="verify_capa",
            due_at=due,
            since=on,
            title="CAR-1",
            subject="/",
        )
    )
    db.session.add(
        Task(
            kind="capa",
            record_id=2,
            name="verify",
            step="verify",
            permission="verify_capa",
            due_at=None,
            since=on,
            title="CAR-2",
            subject="/",
        )
    )
    db.session.flush()
    assert shown(people["general_manager"], due + timedelta(hours=1)) == []
    assert shown(people["general_manager"], due + timedelta(days=1)) == [("capa.verify", None)]


def test_who_took_it_is_who_is_called(complaint_in, people, on):
    complaint_in("analysing")
    db.session.execute(select(Task).where(Task.name == "confirm")).scalar_one().take(
        people["quality_inspector"], on
    )
    db.session.flush()
    assert shown(people["general_manager"], WEDNESDAY) == [("complaint.confirm", "检验员甲")]


def test_who_becomes_general_manager_sees_it_at_once(filed, people):
    filed()
    people["planner"].memberships.append(
        Membership(user_id=people["planner"].id, department="management", role="general_manager")
    )
    db.session.flush()
    assert len(shown(people["planner"], WEDNESDAY)) == 1


def test_the_list_and_the_line_never_disagree(filed, complaint_in, people):
    """What the database finds beyond its hours for the named role is what the line says of itself."""
    filed()
    filed(price="2000", signed=("sales_manager", "production_manager"))
    complaint_in("analysing")
    for hours in range(0, 72, 3):
        at = filed.on + timedelta(hours=hours)
        escalations = Escalations(at)
        rows = db.session.execute(TO_SIGN.order_by(Task.id)).all()
        beyond = set(db.session.execute(select(Task.id).where(escalations.is_escalated())).scalars())
        above = set(
            db.session.execute(
                select(Task.id).where(escalations.shown_to(people["general_manager"]))
            ).scalars()
        )
        assert {row.id for row in rows if escalations.escalation_of(row)} == beyond
        said = [row for row in rows if (found := escalations.escalation_of(row)) and found.to]
        assert above == {
            min(row.id for row in said if row.record_id == one.record_id and row.kind == one.kind)
            for one in said
        }


def test_the_first_lines_are_the_oldest_and_all_are_counted_by_what_is_awaited(
    filed, complaint_in, people, on
):
    for hour in range(3):
        filed.on = on - timedelta(hours=hour)
        filed()
    complaint_in("analysing")
    escalations = Escalations(WEDNESDAY)
    assert [row.since for row in escalations.first_shown_to(people["general_manager"], 2)] == [
        on - timedelta(hours=2),
        on - timedelta(hours=1),
    ]
    assert escalations.counts_shown_to(people["general_manager"]) == {
        ("complaint", "confirm"): 1,
        ("replenishment", "sign"): 3,
    }
    assert escalations.counts_shown_to(people["sales_manager"]) == {}


def test_whom_to_call_is_named_where_a_role_is_awaited(filed, complaint_in, people, on):
    filed()
    complaint_in("analysing")
    people["quality_inspector"].leave(reason=None, by=people["administrator"], on=on)
    rows = Escalations(WEDNESDAY).first_shown_to(people["general_manager"], 9)
    whom = Escalations(WEDNESDAY).whom_to_call(people["general_manager"], rows)
    assert {row.kind: whom[row.id] for row in rows} == {
        "complaint": ["品质主管甲"],
        "replenishment": ["生产经理甲", "业务经理甲"],
    }
    assert Escalations(WEDNESDAY).whom_to_call(people["general_manager"], []) == {}


def test_evidence_counts_by_clause_and_nothing_is_stored(filed, complaint_in, on):
    filed()
    complaint_in("analysing")
    db.session.commit()
    before = db.session.query(Event).count()
    assert Escalations(on).counts_by_clause() == {}
    assert Escalations(WEDNESDAY).counts_by_clause() == {"5.2.1.3": 1, "5.3.4": 2}
    assert (db.session.query(Event).count(), [*db.session.new, *db.session.dirty]) == (before, [])
