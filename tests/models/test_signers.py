"""Who can sign what today, for the administrator (5.3.4, 5.2.2): people, deputies, and what nobody could
pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.queries.signers import LATEST, Gate, signers_today
from cs.records.users import User
from tests.returned import Replenishments
from tests.support import day_of

BOTH, ALL = (
    ("sales_manager", "production_manager"),
    ("sales_manager", "production_manager", "general_manager"),
)


@pytest.fixture
def filed(people, on, complaint_in):
    return Replenishments(people, on, complaint_in("received").id)


@pytest.fixture
def become(people, on):
    """become(person, *roles): from now on these roles and no other."""
    homes = {
        "sales_clerk": "sales",
        "sales_manager": "sales",
        "production_manager": "production",
        "general_manager": "management",
    }

    def change(person, *roles):
        people[person].edit(
            name=people[person].name,
            memberships=[(homes.get(role), role, False) for role in roles],
            note=None,
            by=people["administrator"],
            on=on,
        )

    return change


def gate(on, kind, task) -> Gate:
    return next(one for one in signers_today(on).gates if (one.kind, one.step.task) == (kind, task))


def chains(on) -> list[tuple[tuple[str, ...], list[str], bool]]:
    """The chains: roles, whose own application cannot be signed, whether nobody's can."""
    return [
        (chain.roles, sorted(person.username for person in chain.blocked), chain.closed)
        for chain in signers_today(on).chains
    ]


def test_every_gate_stands_with_the_roles_and_people_of_the_procedure(on):
    found = {
        (one.kind, one.step.task): [
            (row.role, [person.username for person in row.people]) for row in one.roles
        ]
        for one in signers_today(on).gates
    }
    quality = [("quality_inspector", ["quality_inspector"]), ("quality_supervisor", ["quality_supervisor"])]
    assert found == {
        ("complaint", "confirm"): quality,
        ("complaint", "confirm_route"): [("quality_supervisor", ["quality_supervisor"])],
        ("complaint", "countersign"): [(None, [])],
        ("complaint", "close"): [("quality_supervisor", ["quality_supervisor"])],
        ("complaint", "check_effect"): [("quality_supervisor", ["quality_supervisor"])],
        ("complaint", "consent_clock"): [(role, [role]) for role in ("sales_manager", "general_manager")],
        ("capa", "verify"): quality,
        ("return", "close"): [("quality_supervisor", ["quality_supervisor"])],
        ("replenishment", "sign"): [(role, [role]) for role in ALL],
    }


def test_the_heads_of_departments_countersign(people, on):
    person = people["engineer"]
    person.edit(
        name=person.name,
        memberships=[("engineering", "engineer", True)],
        note=None,
        by=people["administrator"],
        on=on,
    )
    assert [one.username for one in gate(on, "complaint", "countersign").roles[0].people] == ["engineer"]


def test_a_role_that_nobody_holds_closes_the_chain_that_needs_it(people, on):
    people["general_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert gate(on, "replenishment", "sign").vacant == ("general_manager",)
    assert [closed for _roles, _blocked, closed in chains(on)] == [False, True]


def test_where_any_of_two_roles_may_sign_one_vacancy_closes_nothing(people, on):
    people["quality_inspector"].leave(reason=None, by=people["administrator"], on=on)
    assert gate(on, "complaint", "confirm").vacant == ()
    people["quality_supervisor"].leave(reason=None, by=people["administrator"], on=on)
    assert gate(on, "complaint", "confirm").vacant == ("quality_inspector", "quality_supervisor")
    assert gate(on, "complaint", "close").vacant == ("quality_supervisor",)


def test_the_general_manager_signs_in_place_so_that_no_chain_is_closed(on, become):
    assert chains(on) == [(BOTH, [], False), (ALL, [], False)]
    become("production_manager", "sales_manager", "production_manager")
    become("sales_manager", "sales_clerk")
    assert [closed for _roles, _blocked, closed in chains(on)] == [False, False]


# The rest describes a factory whose procedure file names nobody who signs in place (Q24)


@pytest.mark.usefixtures("nobody_in_place")
def test_the_only_sales_manager_cannot_apply(on):
    assert chains(on) == [(BOTH, ["sales_manager"], False), (ALL, ["sales_manager"], False)]


@pytest.mark.usefixtures("nobody_in_place")
def test_where_the_only_sales_manager_is_the_only_applicant_every_chain_is_closed(people, on):
    people["sales_clerk"].leave(reason=None, by=people["administrator"], on=on)
    assert chains(on) == [(BOTH, ["sales_manager"], True), (ALL, ["sales_manager"], True)]


@pytest.mark.usefixtures("nobody_in_place")
def test_one_person_with_both_roles_closes_every_chain(people, on, become):
    become("production_manager", "sales_manager", "production_manager")
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert chains(on) == [
        (BOTH, ["production_manager", "sales_clerk"], True),
        (ALL, ["production_manager", "sales_clerk"], True),
    ]


@pytest.mark.usefixtures("nobody_in_place")
def test_who_holds_two_roles_leaves_the_other_one_to_somebody_else(on, become):
    """The sales manager signs first, then the one who holds both, for production."""
    become("production_manager", "sales_manager", "production_manager")
    assert chains(on) == [
        (BOTH, ["production_manager", "sales_manager"], False),
        (ALL, ["production_manager", "sales_manager"], False),
    ]


@pytest.mark.usefixtures("nobody_in_place")
def test_from_the_limit_on_three_different_people_are_needed(people, on, become):
    become("sales_manager", "sales_manager", "general_manager")
    people["general_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert [(roles, closed) for roles, _blocked, closed in chains(on)] == [(BOTH, False), (ALL, True)]


def test_without_anybody_who_may_apply_the_chain_itself_is_looked_at(people, on):
    for role in ("sales_clerk", "sales_manager"):
        people[role].leave(reason=None, by=people["administrator"], on=on)
    assert [(blocked, closed) for _roles, blocked, closed in chains(on)] == [([], True), ([], True)]


def test_deputies_of_today_stand_beside_whom_they_stand_in_for(people, on):
    today = day_of(on)
    for role, deputy, first in (("sales_manager", "planner", 0), ("general_manager", "engineer", 1)):
        Deputy.name_for(
            role=role,
            deputy=people[deputy],
            first_on=today + timedelta(days=first),
            last_on=today + timedelta(days=3),
            by=people[role],
            on=on,
        )
    found = [
        [(row.deputy.username, row.first_on, row.last_on) for row in one.deputies]
        for one in gate(on, "replenishment", "sign").roles
    ]
    assert found == [[("planner", today, today + timedelta(days=3))], [], []]
    people["planner"].leave(reason=None, by=people["administrator"], on=on)
    assert [one.deputies for one in gate(on, "replenishment", "sign").roles] == [(), (), ()]


@pytest.mark.usefixtures("nobody_in_place")
def test_a_deputy_opens_no_chain(people, on, become):
    """Whom the deputy signs for counts as having signed: the other signature is still somebody else's."""
    become("production_manager", "sales_manager", "production_manager")
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    today, manager = day_of(on), people["production_manager"]
    Deputy.name_for(
        role="sales_manager", deputy=people["planner"], first_on=today, last_on=today, by=manager, on=on
    )
    assert [closed for *_rest, closed in chains(on)] == [True, True]


@pytest.mark.usefixtures("nobody_in_place")
def test_who_usually_applies_and_cannot_be_signed_for_is_a_warning(filed, on):
    assert [chain.usual for chain in signers_today(on).chains] == [(), ()]
    filed(by="sales_clerk")
    assert not signers_today(on).faulty
    for _ in range(2):
        filed(by="sales_manager").void(reason="重复申请", by=filed.people["sales_manager"], on=on)
    found = signers_today(on)
    assert ([[person.username for person in chain.usual] for chain in found.chains], found.faulty) == (
        [["sales_manager"]] * 2,
        True,
    )
    for _ in range(LATEST - 1):
        filed(by="sales_clerk")
    assert [chain.usual for chain in signers_today(on).chains] == [(), ()]


@pytest.mark.usefixtures("nobody_in_place")
def test_what_waits_and_what_nobody_can_sign_is_counted(filed, complaint_in, on):
    filed()
    filed(by="sales_manager", signed=("production_manager",))
    complaint_in("analysing")
    found = signers_today(on)
    assert [(one.kind, one.step.task, one.waiting, one.stuck) for one in found.gates if one.waiting] == [
        ("complaint", "confirm", 1, 0),
        ("replenishment", "sign", 2, 1),
    ]
    assert (found.stuck, found.faulty) == (1, True)


@pytest.mark.usefixtures("nobody_in_place")
def test_what_only_a_later_signature_keeps_from_passing_is_counted_already(filed, on):
    """The production manager can sign, but the only sales manager has applied."""
    record = filed(by="sales_manager")
    assert (record.approval_chain.nobody_can_sign, signers_today(on).stuck) == (False, 1)


def test_who_signed_for_a_role_does_not_hold_up_what_is_left(filed, people, on, become):
    record = filed(price="1000", signed=("sales_manager",))
    become("sales_manager", "sales_clerk")
    assert (signers_today(on).stuck, record.approval_chain.can_be_completed({})) == (0, False)


@pytest.mark.usefixtures("nobody_in_place")
def test_the_page_and_the_record_agree_on_what_nobody_can_sign(filed, people, on, become):
    """A chain that is called closed leaves each application stuck somewhere; one that is not, none that the
    clerk files."""
    for change in (
        lambda: None,
        lambda: become("sales_manager", "sales_clerk"),
        lambda: become("production_manager", "sales_manager", "production_manager"),
    ):
        change()
        for chain in signers_today(on).chains:
            record = filed(price="1000" if len(chain.roles) == 3 else "1")
            for _ in chain.roles:
                able = [db.session.get(User, one) for one in reversed(record.awaited_signers()) if one]
                if able:
                    record.sign(seen=record.face_hash(), by=able[0], on=on)
            assert record.approval_chain.nobody_can_sign == chain.closed
            if record.state == "ordered":
                record.void(reason="下一链", by=people["sales_manager"], on=on)
