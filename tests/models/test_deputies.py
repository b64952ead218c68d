"""Deputies (5.3.4): who signs in a manager's place, when, and what they may not; the signature says for
whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks, waits_for
from cs.records.signatures import verify_signatures
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.verification import verify_records
from tests.returned import Replenishments
from tests.support import PASSWORD, day_of


@pytest.fixture
def filed(people, on, complaint_in):
    return Replenishments(people, on, complaint_in("analysing").id)


@pytest.fixture
def stands_in(people, on):
    """stands_in(deputy, manager, role=…, days=(first, last)): named by the manager, in days from today."""

    def name(deputy, manager="sales_manager", days=(0, 2), role=None):
        today = day_of(on)
        return Deputy.name_for(
            role=role or manager,
            deputy=people[deputy],
            first_on=today + timedelta(days=days[0]),
            last_on=today + timedelta(days=days[1]),
            by=people[manager],
            on=on,
        )

    return name


def test_a_deputy_signs_in_the_managers_place_and_the_signature_says_so(filed, people, on, stands_in):
    stands_in("planner")
    record = filed()
    filed.sign(record, "planner")
    row = record.running[0]
    assert (row.needed_role, row.user, row.signed_for) == (
        "sales_manager",
        people["planner"],
        people["sales_manager"],
    )
    assert (record.events[-1].role, record.events[-1].details["signed_for"]) == (
        "sales_manager",
        people["sales_manager"].id,
    )
    filed.sign(record, "production_manager")
    assert record.state == "ordered"
    assert [*verify_records(), *verify_signatures(), *verify_tasks(on)] == []


@pytest.mark.parametrize(
    ("days", "may"), [((0, 0), True), ((-3, 0), True), ((0, 5), True), ((1, 5), False), ((-3, -1), False)]
)
def test_a_deputy_signs_within_the_period_both_days_included(filed, people, on, stands_in, days, may):
    stands_in("planner", days=days)
    assert filed().signs_now(people["planner"], on) is may


@pytest.mark.both_databases
def test_what_waits_for_the_manager_waits_for_the_deputy_too(filed, people, on, stands_in):
    record = filed()
    work = select(Task.record_id).where(waits_for(people["planner"], on), Task.name == "sign")
    assert db.session.execute(work).scalars().all() == []
    stands_in("planner")
    work = select(Task.record_id).where(waits_for(people["planner"], on), Task.name == "sign")
    assert db.session.execute(work).scalars().all() == [record.id]
    assert [step.name for step in record.steps_for(people["planner"], on)] == ["sign", "refuse"]


def test_the_applicant_is_no_deputy_and_who_has_signed_is_none_either(filed, people, on, stands_in):
    stands_in("sales_clerk")
    stands_in("production_manager", "general_manager")
    with pytest.raises(NotAllowed):
        filed.sign(filed(), "sales_clerk")
    record = filed(price="1000", signed=("production_manager", "sales_manager"))
    with pytest.raises(NotAllowed):
        filed.sign(record, "production_manager")


def test_a_deputy_does_not_sign_a_managers_own_application(filed, people, stands_in):
    stands_in("planner")
    with pytest.raises(NotAllowed):
        filed.sign(filed(by="sales_manager"), "planner")


def test_who_signed_through_a_deputy_does_not_sign_again_for_another_role(filed, people, on, stands_in):
    manager = people["sales_manager"]
    manager.edit(
        name=manager.name,
        memberships=[("sales", "sales_manager", False), ("management", "general_manager", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    stands_in("planner")
    record = filed(price="1000", signed=("planner", "production_manager"))
    with pytest.raises(NotAllowed):
        filed.sign(record, "sales_manager")


def test_a_deputy_of_somebody_who_left_or_lost_the_role_signs_nothing(filed, people, on, stands_in):
    stands_in("planner")
    stands_in("engineer", "production_manager")
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    manager = people["production_manager"]
    manager.edit(
        name=manager.name,
        memberships=[("production", "production_operator", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    record = filed()
    assert [record.signs_now(people[role], on) for role in ("planner", "engineer")] == [False, False]


def test_a_deputy_is_withdrawn_by_the_manager_alone(filed, people, on, stands_in):
    row = stands_in("planner")
    with pytest.raises(NotAllowed):
        row.withdraw(by=people["planner"], on=on)
    row.withdraw(by=people["sales_manager"], on=on)
    assert not filed().signs_now(people["planner"], on)
    with pytest.raises(NotAllowed):
        row.withdraw(by=people["sales_manager"], on=on)


def test_one_names_one_deputy_at_a_time_for_ones_own_roles_and_not_oneself(people, stands_in):
    stands_in("planner")
    with pytest.raises(NotOpen):
        stands_in("engineer", days=(2, 4))
    assert stands_in("engineer", days=(3, 4)).deputy is people["engineer"]
    for deputy, manager, role in (
        ("planner", "sales_manager", "general_manager"),
        ("sales_manager", "sales_manager", None),
        ("engineer", "planner", None),
    ):
        with pytest.raises(NotAllowed):
            stands_in(deputy, manager, days=(9, 9), role=role)


def test_the_database_refuses_a_period_that_ends_before_it_begins_and_ones_own_deputy(stands_in):
    stands_in("planner")
    db.session.commit()
    for change in ("last_on = '2020-01-01'", "deputy_id = manager_id"):
        with pytest.raises(IntegrityError):
            db.session.execute(text(f"UPDATE deputies SET {change}"))
        db.session.rollback()


def test_other_days_another_role_another_manager_and_a_withdrawn_deputy_stand_in_nobodys_way(
    people, on, stands_in
):
    manager = people["sales_manager"]
    manager.edit(
        name=manager.name,
        memberships=[("sales", "sales_manager", False), ("management", "general_manager", False)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    people["second"] = User.create(
        username="second",
        name="另一经理",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False)],
        by=None,
        on=on,
    )
    first = stands_in("planner", days=(3, 5))
    for options in (
        {"days": (0, 2)},
        {"days": (6, 9)},
        {"days": (3, 5), "role": "general_manager"},
        {"manager": "second", "role": "sales_manager", "days": (3, 5)},
    ):
        assert stands_in("engineer", **options).deputy is people["engineer"]
    first.withdraw(by=manager, on=on)
    assert stands_in("engineer", days=(4, 4)).deputy is people["engineer"]


@pytest.mark.parametrize("gone", ["left", "without a role"])
def test_a_deputy_who_left_or_holds_no_role_any_more_signs_nothing(filed, people, on, stands_in, gone):
    stands_in("planner")
    planner, record = people["planner"], filed()
    if gone == "left":
        planner.leave(reason=None, by=people["administrator"], on=on)
    else:
        planner.edit(name=planner.name, memberships=[], note=None, by=people["administrator"], on=on)
    assert (Deputy.acting_for(planner, on), record.signs_now(planner, on)) == ([], False)
