"""Replenishments through their verbs (5.3.4): the chain of signatures, the sum of a complaint, changes, the
urgent order. Each guard refuses by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cs.cli.setup import set_up
from cs.extensions import db
from cs.models.customers import Product
from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.lines import RateReasonMissing
from cs.models.replenishments.settling import settle_signatures
from cs.models.replenishments.signing import ChangedMeanwhile
from cs.procedure.workflow import NotAllowed, NothingChanged, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.personal_tasks import rebuild_tasks, sync_personal_tasks
from cs.records.signatures import verify_signatures
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.verification import verify_records
from tests.returned import Replenishments, Returns
from tests.support import PASSWORD, PRODUCT, day_of
from tests.tables import REPLENISHMENT, REPLENISHMENT_SITUATIONS, ROLES


@pytest.fixture
def complaint(complaint_in):
    return complaint_in("analysing")


@pytest.fixture
def filed(people, on, complaint):
    return Replenishments(people, on, complaint.id)


def awaited(record) -> list[tuple[str, str | None]]:
    """(task, username) of everything that is awaited."""
    query = (
        select(Task.name, User.username)
        .outerjoin(User, User.id == Task.user_id)
        .where(Task.kind == "replenishment", Task.record_id == record.id)
        .order_by(Task.name, User.username)
    )
    return [tuple(row) for row in db.session.execute(query)]


def chain(record) -> list[tuple[str, str | None]]:
    return [(one.needed_role, one.signature_decision) for one in record.running]


BOTH = [("sign", "production_manager"), ("sign", "sales_manager")]


@pytest.mark.parametrize("situation", REPLENISHMENT_SITUATIONS, ids=lambda one: one.name)
def test_each_person_is_offered_the_steps_that_the_clauses_give_them(filed, people, on, situation):
    record = filed(situation.state, **situation.options)
    offered = {role: {step.name for step in record.steps_for(people[role], on)} for role in ROLES}
    assert offered == {
        role: {row.step for row in REPLENISHMENT if not row.creates and row.answer(role, situation) == "may"}
        for role in ROLES
    }
    assert [*verify_records(), *verify_signatures(), *verify_tasks(on)] == []


# The chain


def test_an_application_is_signed_by_both_managers_in_either_order_and_is_then_an_order(filed, on):
    for order in (("sales_manager", "production_manager"), ("production_manager", "sales_manager")):
        record = filed(price="1")
        assert awaited(record) == BOTH
        filed.sign(record, order[0])
        assert (record.state, record.order_number, awaited(record)) == ("filed", None, [("sign", order[1])])
        filed.sign(record, order[1])
        assert (record.state, record.ordered_at, awaited(record)) == ("ordered", on, [("schedule", None)])
    numbers = [
        one.order_number
        for one in db.session.execute(select(Replenishment).order_by(Replenishment.id)).scalars()
    ]
    assert numbers == ["EO-202603-001", "EO-202603-002"]


@pytest.mark.parametrize(("price", "needed"), [("999.99", 2), ("999.9949", 2), ("999.995", 3), ("1000", 3)])
def test_from_1000_the_general_manager_signs_last(filed, price, needed):
    record = (
        filed(price=price, signed=("sales_manager", "production_manager"))
        if needed == 3
        else filed("ordered", price=price)
    )
    assert [one.turn for one in record.running] == [1, 1, 2][:needed]
    if needed == 3:
        assert awaited(record) == [("sign", "general_manager")]
        filed.sign(record, "general_manager")
    assert record.state == "ordered"


def test_each_signature_keeps_name_role_time_meaning_and_the_hash_of_what_was_seen(filed, people, on):
    record = filed()
    seen = record.face_hash()
    filed.sign(record, "production_manager")
    row = next(one for one in record.running if one.user)
    assert (row.user, row.needed_role, row.decided_at, row.signature_decision, row.content_hash) == (
        people["production_manager"],
        "production_manager",
        on,
        "signed",
        seen,
    )
    signature = record.signatures[0]
    assert (signature.meaning, signature.role, record.events[-1].details["seen"]) == (
        "approved",
        "production_manager",
        seen,
    )


def test_nobody_signs_twice_or_before_their_turn_or_their_own(filed, people, on):
    record = filed(price="1000", by="sales_manager")
    assert awaited(record) == [("sign", "production_manager")]
    for role in ("sales_manager", "general_manager", "sales_clerk", "administrator"):
        with pytest.raises(NotAllowed):
            filed.sign(record, role)
    filed.sign(record, "production_manager")
    for role in ("sales_manager", "production_manager"):
        with pytest.raises(NotAllowed):
            filed.sign(record, role)


# In the place of a manager who applied (Q24)


@pytest.mark.parametrize("price", ["500", "1000"])
def test_the_general_manager_signs_in_place_of_the_only_sales_manager_who_applied(filed, on, price):
    record = filed(price=price, by="sales_manager")
    assert chain(record) == [("production_manager", None), ("general_manager", None)]
    filed.sign(record, "production_manager")
    assert awaited(record) == [("sign", "general_manager")]
    filed.sign(record, "general_manager")
    assert record.state == "ordered"
    assert [*verify_records(), *verify_signatures(), *verify_tasks(on)] == []


def test_the_general_manager_signs_in_place_of_a_manager_who_changed_it(filed, people, on):
    record = filed()
    record.change(by=people["sales_manager"], on=on, **filed.asked("600"))
    assert chain(record) == [("production_manager", None), ("general_manager", None)]


def test_a_second_sales_manager_signs_what_the_first_applied_for(filed, people, on):
    record = filed(by="sales_manager")
    clerk, administrator = people["sales_clerk"], people["administrator"]
    edit = {"name": clerk.name, "note": None, "by": administrator, "on": on}
    clerk.edit(memberships=[("sales", "sales_manager", False)], **edit)
    assert awaited(record) == [("sign", "production_manager"), ("sign", "sales_clerk")]
    assert record.events[-1].name == "signers_changed"
    clerk.edit(memberships=[("sales", "sales_clerk", False)], **edit)
    assert awaited(record) == [("sign", "production_manager")]
    assert "general_manager" in record.approval_chain.needed_roles
    assert [*verify_records(), *verify_tasks(on)] == []


# At the start of a new version or of another procedure file (Q23)


def asked_before_the_sum_fell(filed):
    """What a version of before left behind: both managers have signed, the sum fell, the third is awaited."""
    first, second = filed(price="600"), filed(price="600")
    for role in ("sales_manager", "production_manager"):
        filed.sign(first, role)
    db.session.execute(text("UPDATE replenishments SET state = 'void' WHERE id = :id"), {"id": second.id})
    db.session.expire_all()
    return first


@pytest.mark.both_databases
def test_a_signature_that_waits_below_the_limit_settles_at_start(filed, on):
    record = asked_before_the_sum_fell(filed)
    assert awaited(record) == [("sign", "general_manager")]
    assert settle_signatures(on) == 1
    assert (record.state, record.order_number, awaited(record)) == (
        "ordered",
        "EO-202603-001",
        [("schedule", None)],
    )
    assert [(event.name, event.by) for event in record.events[-2:]] == [
        ("below_limit", None),
        ("order", None),
    ]
    assert record.fallen_sum().sum == 600
    assert settle_signatures(on) == 0


def test_a_procedure_file_with_a_higher_limit_settles_what_waits_at_its_first_start(app, filed, on):
    record = filed(price="1500", signed=("sales_manager", "production_manager"))
    book = app.extensions["rulebook"]
    app.extensions["rulebook"] = replace(
        book, hash="0" * 64, replenishment=replace(book.replenishment, general_manager_from=Decimal(5000))
    )
    db.session.commit()
    set_up(on)
    assert (record.state, awaited(record)) == ("ordered", [("schedule", None)])


def test_who_changes_an_application_does_not_sign_it(filed, people, on):
    record = filed()
    record.change(by=people["sales_manager"], on=on, **filed.asked("600"))
    with pytest.raises(NotAllowed):
        filed.sign(record, "sales_manager")


def test_all_who_changed_an_application_since_it_was_filed_do_not_sign_it(filed, people, on):
    record = filed()
    record.change(by=people["sales_manager"], on=on, **filed.asked("600"))
    record.change(by=people["sales_clerk"], on=on, **filed.asked("600", replenishment_reason="客户停线"))
    assert record.changer_ids == sorted([people["sales_manager"].id, people["sales_clerk"].id])
    assert awaited(record) == [("sign", "production_manager")]
    with pytest.raises(NotAllowed):
        filed.sign(record, "sales_manager")
    filed.sign(record, "production_manager")
    assert awaited(record) == [("sign", "general_manager")]


@pytest.mark.usefixtures("nobody_in_place")
def test_where_nobody_signs_in_place_the_application_of_the_only_sales_manager_waits(filed):
    record = filed(by="sales_manager", signed=("production_manager",))
    assert (record.approval_chain.nobody_can_sign, awaited(record)) == (True, [("sign", None)])


def test_another_holder_of_the_role_signs_what_a_manager_has_changed(filed, people, on):
    User.create(
        username="second",
        name="新经理",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False)],
        by=None,
        on=on,
    )
    record = filed()
    record.change(by=people["sales_manager"], on=on, **filed.asked("600"))
    record.change(by=people["sales_clerk"], on=on, **filed.asked("610"))
    assert awaited(record) == [("sign", "production_manager"), ("sign", "second")]


def test_an_application_changed_before_changers_were_listed_reads_them_from_its_events(filed, people, on):
    record = filed()
    record.change(by=people["sales_manager"], on=on, **filed.asked("600"))
    record.change(by=people["sales_clerk"], on=on, **filed.asked("610"))
    db.session.commit()
    db.session.execute(text("UPDATE replenishments SET changer_ids = NULL"))
    db.session.expire_all()
    with pytest.raises(NotAllowed):
        filed.sign(record, "sales_manager")
    record.change(by=people["sales_clerk"], on=on, **filed.asked("620"))
    assert record.changer_ids == sorted([people["sales_manager"].id, people["sales_clerk"].id])


def test_saving_an_application_as_it_is_bars_nobody(filed, people, on):
    record = filed()
    with pytest.raises(NothingChanged):
        record.change(by=people["sales_manager"], on=on, **filed.asked("500"))
    assert awaited(record) == BOTH


def test_one_person_with_two_roles_of_the_chain_signs_once(filed, people, on):
    both = User.create(
        username="both",
        name="双职",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False), ("management", "general_manager", False)],
        by=None,
        on=on,
    )
    filed.people["both"] = both
    record = filed(price="1000", signed=("both", "production_manager"))
    assert [(one.needed_role, one.user_id) for one in record.running if one.signature_decision] == [
        ("sales_manager", both.id),
        ("production_manager", people["production_manager"].id),
    ]
    assert awaited(record) == [("sign", "general_manager")]
    with pytest.raises(NotAllowed):
        filed.sign(record, "both")


def test_the_database_refuses_a_second_signature_of_a_role_or_a_person(filed):
    record = filed(signed=("sales_manager",))
    db.session.commit()
    row = (
        "INSERT INTO required_signatures (kind, record_id, chain, needed_role, turn, "
        "signature_decision, user_id, content_hash) VALUES "
    )
    for values in (
        f"('replenishment', {record.id}, 1, 'sales_manager', 1, NULL, NULL, NULL)",
        (
            f"('replenishment', {record.id}, 1, 'general_manager', 2, 'signed', {record.running[0].user_id}, "
            "'x')"
        ),
        f"('replenishment', {record.id}, 1, 'general_manager', 2, 'signed', NULL, 'x')",
    ):
        with pytest.raises(IntegrityError):
            db.session.execute(text(row + values))
        db.session.rollback()


def test_who_leaves_is_not_waited_for_and_who_comes_is_asked(filed, people, on):
    record = filed()
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert awaited(record) == [("sign", "production_manager")]
    people["production_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert (awaited(record), record.approval_chain.nobody_can_sign) == ([("sign", None)], True)
    User.create(
        username="second",
        name="新经理",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False)],
        by=None,
        on=on,
    )
    sync_personal_tasks(on)
    assert (awaited(record), record.approval_chain.nobody_can_sign) == ([("sign", "second")], False)


def test_a_refusal_has_its_reason_and_ends_the_application(filed, people):
    record = filed("rejected", signed=("sales_manager",))
    assert (record.refuse_reason, awaited(record)) == ("库存可调拨", [])
    assert chain(record) == [("sales_manager", "signed"), ("production_manager", "refused")]
    assert [(one.meaning, one.role) for one in record.signatures] == [
        ("approved", "sales_manager"),
        ("refused", "production_manager"),
    ]
    with pytest.raises(NotAllowed):
        filed.sign(record, "production_manager")


# A refusal comes back


def test_a_refusal_comes_back_to_who_filed_it(filed):
    record = filed("turned_down", signed=("sales_manager",))
    assert awaited(record) == [("see_refusal", "sales_clerk")]


def test_a_refusal_whose_applicant_has_left_comes_back_to_sales(filed, people, on):
    record = filed("turned_down")
    people["sales_clerk"].leave(reason=None, by=people["administrator"], on=on)
    assert awaited(record) == [("see_refusal", None)]


def test_what_was_refused_is_changed_and_filed_again_in_one_act_and_all_sign_anew(filed, people, on):
    record = filed("turned_down", signed=("sales_manager",))
    number = record.number
    record.file_again(by=people["sales_clerk"], on=on, **filed.asked("300"))
    assert (record.number, record.state, record.chain, record.amount, record.refuse_reason) == (
        number,
        "filed",
        2,
        300,
        None,
    )
    assert awaited(record) == [("see_change", "sales_manager"), *BOTH]
    assert [one.signature_decision for one in record.approvals if one.chain == 1] == ["voided", "refused"]
    for role in ("sales_manager", "production_manager"):
        filed.sign(record, role)
    assert record.state == "ordered"
    assert [*verify_records(), *verify_signatures(), *verify_tasks(on)] == []


def test_what_is_filed_again_as_it_was_is_signed_anew_too(filed, people, on):
    record = filed("turned_down", price="500")
    record.file_again(by=people["sales_clerk"], on=on, **filed.asked("500"))
    assert (record.chain, awaited(record)) == (2, BOTH)


def test_who_files_a_refused_application_again_does_not_sign_it(filed, people, on):
    record = filed("turned_down")
    record.file_again(by=people["sales_manager"], on=on, **filed.asked("500"))
    assert awaited(record) == [("sign", "production_manager")]
    record.refuse(seen=record.face_hash(), reason="缺料", by=people["production_manager"], on=on)
    assert awaited(record) == [("see_refusal", "sales_manager")]


def test_what_is_filed_again_counts_in_the_sum_again(filed, people, on):
    refused, other = filed("turned_down", price="600"), filed(price="600")
    assert len(other.running) == 2
    refused.file_again(by=people["sales_clerk"], on=on, **filed.asked("400"))
    assert (len(other.running), len(refused.running)) == (3, 3)


def test_a_refusal_that_stays_ends_the_application_and_lets_the_complaint_close(filed, people, on, complaint):
    record = filed("turned_down")
    assert complaint.open_ends(on) == {"replenishments": [record]}
    record.accept_refusal(by=people["sales_clerk"], on=on)
    assert (record.state, awaited(record), complaint.open_ends(on)) == ("rejected", [], {})


# The sum of a complaint, Q23


def test_splitting_does_not_help(filed):
    first, second = filed(price="600"), filed(price="400")
    assert second.amount_sum() == first.amount_sum() == 1000
    for record in (first, second):
        assert [one.needed_role for one in record.running] == [
            "sales_manager",
            "production_manager",
            "general_manager",
        ]
        for role in ("sales_manager", "production_manager"):
            filed.sign(record, role)
        assert awaited(record) == [("sign", "general_manager")]
    event = first.events[1]
    assert (event.name, event.details["note"]) == ("limit_reached", second.number)


def test_another_application_below_the_limit_leaves_the_first_one_alone_and_so_does_a_third_above_it(filed):
    first = filed(price="300")
    filed(price="300")
    assert [event.name for event in first.events] == ["file"]
    filed(price="400")
    filed(price="400")
    assert [event.name for event in first.events] == ["file", "limit_reached"]


@pytest.mark.both_databases
def test_a_signature_decides_by_the_limit_of_its_day(app, filed):
    record = filed(price="500", signed=("sales_manager",))
    book = app.extensions["rulebook"]
    app.extensions["rulebook"] = replace(
        book, replenishment=replace(book.replenishment, general_manager_from=Decimal(500))
    )
    filed.sign(record, "production_manager")
    assert (record.state, awaited(record)) == ("filed", [("sign", "general_manager")])


def test_an_order_that_is_released_stays_and_the_next_one_needs_the_general_manager(filed):
    order, second = filed("ordered", price="999.99"), filed(price="0.01")
    assert (order.state, len(order.running), len(second.running)) == ("ordered", 2, 3)


def test_what_is_refused_or_void_does_not_count(filed):
    filed("rejected", price="900")
    filed("void", price="900")
    assert len(filed(price="999.99").running) == 2


def test_other_complaints_do_not_count_but_two_returns_of_one_do(filed, people, on, complaint, complaint_in):
    other = complaint_in("analysing")
    filed(price="900", complaint_id=other.id)
    returns = Returns(people, on)
    first, second = (returns("registered", complaint_id=complaint.id) for _ in range(2))
    assert len(filed(price="500", return_id=first.id).running) == 2
    assert len(filed(price="500", return_id=second.id).running) == 3


def test_a_change_that_lifts_the_sum_asks_the_general_manager_for_all_that_are_no_order(filed, people, on):
    first, second = filed(price="300", signed=("sales_manager",)), filed(price="300")
    second.change(by=people["sales_clerk"], on=on, **filed.asked("700"))
    assert chain(first) == [
        ("sales_manager", "signed"),
        ("production_manager", None),
        ("general_manager", None),
    ]
    assert len(second.running) == 3


LOWERED = {
    "voided": lambda record, filed, people, on: record.void(reason="重复", by=people["sales_manager"], on=on),
    "refused": lambda record, filed, people, on: record.refuse(
        seen=record.face_hash(), reason="库存可调拨", by=people["production_manager"], on=on
    ),
    "changed": lambda record, filed, people, on: record.change(
        by=people["sales_clerk"], on=on, **filed.asked("399.99")
    ),
}


@pytest.mark.parametrize("lowered", LOWERED)
def test_a_general_manager_who_was_asked_is_no_longer_asked_below_the_limit(filed, people, on, lowered):
    first, second = filed(price="600"), filed(price="600")
    for role in ("sales_manager", "production_manager"):
        filed.sign(first, role)
    assert (first.state, awaited(first)) == ("filed", [("sign", "general_manager")])
    LOWERED[lowered](second, filed, people, on)
    assert (first.state, first.order_number, awaited(first)) == (
        "ordered",
        "EO-202603-001",
        [("schedule", None)],
    )
    fell, ordered = first.events[-2:]
    assert (fell.name, fell.details["note"], ordered.name) == ("below_limit", second.number, "order")
    assert (fell.details["sum"], fell.details["limit"]) == (
        "999.99" if lowered == "changed" else "600.00",
        "1000.00",
    )
    assert [*verify_records(), *verify_signatures(), *verify_tasks(on)] == []


def test_below_the_limit_what_one_manager_signed_awaits_the_other_alone(filed, people, on):
    first, second = filed(price="600", signed=("sales_manager",)), filed(price="600")
    second.void(reason="重复", by=people["sales_manager"], on=on)
    assert (awaited(first), chain(first)) == (
        [("sign", "production_manager")],
        [("sales_manager", "signed"), ("production_manager", None)],
    )
    filed.sign(first, "production_manager")
    assert first.state == "ordered"


def test_a_general_manager_is_asked_again_when_the_sum_rises_again(filed, people, on):
    first, second = filed(price="600", signed=("sales_manager",)), filed(price="600")
    second.void(reason="重复", by=people["sales_manager"], on=on)
    filed(price="400")
    assert chain(first)[-1] == ("general_manager", None)
    assert [event.name for event in first.events][-3:] == ["limit_reached", "below_limit", "limit_reached"]


@pytest.mark.both_databases
def test_a_signature_after_the_limit_was_raised_asks_the_general_manager_no_longer(app, filed):
    record = filed(price="1000", signed=("sales_manager",))
    book = app.extensions["rulebook"]
    app.extensions["rulebook"] = replace(
        book, replenishment=replace(book.replenishment, general_manager_from=Decimal(5000))
    )
    filed.sign(record, "production_manager")
    assert record.state == "ordered"


# Changes


def test_a_change_voids_what_was_signed_and_tells_who_signed(filed, people, on):
    record = filed(signed=("sales_manager",), changed=True)
    assert (record.amount, record.chain, chain(record)) == (
        1000,
        2,
        [("sales_manager", None), ("production_manager", None), ("general_manager", None)],
    )
    assert [
        (one.needed_role, one.signature_decision, one.user_id) for one in record.approvals if one.chain == 1
    ] == [("sales_manager", "voided", people["sales_manager"].id), ("production_manager", "voided", None)]
    assert awaited(record) == [("see_change", "sales_manager"), *BOTH]
    record.see_change(by=people["sales_manager"], on=on)
    assert awaited(record) == BOTH


def test_signing_again_takes_note_of_the_change(filed):
    record = filed(signed=("sales_manager",), changed=True)
    filed.sign(record, "sales_manager")
    assert awaited(record) == [("sign", "production_manager")]


def test_what_was_changed_meanwhile_is_not_signed(filed, people, on):
    record = filed()
    seen = record.face_hash()
    record.change(by=people["sales_clerk"], on=on, **filed.asked("500.01"))
    with pytest.raises(ChangedMeanwhile):
        filed.sign(record, "sales_manager", seen)
    assert chain(record) == [("sales_manager", None), ("production_manager", None)]


def test_a_signature_meanwhile_does_not_stand_in_the_way_of_the_other(filed):
    record = filed()
    seen = record.face_hash()
    filed.sign(record, "production_manager", seen)
    filed.sign(record, "sales_manager", seen)
    assert record.state == "ordered"


def test_the_same_words_again_void_nothing(filed, people, on):
    record = filed(signed=("sales_manager",))
    with pytest.raises(NothingChanged):
        record.change(by=people["sales_clerk"], on=on, **filed.asked("500"))
    assert (record.chain, chain(record)) == (1, [("sales_manager", "signed"), ("production_manager", None)])


@pytest.mark.parametrize(
    "changed",
    [
        {"order_no": "PO-2"},
        {"charged": True},
        {"wanted_on": date(2099, 1, 1)},
        {"replenishment_reason": "客户停线"},
        {"lines": [{"product_id": 2, "quantity": Decimal(1), "unit_price": Decimal(500)}]},
        {"lines": [{"product_id": 1, "quantity": Decimal(2), "unit_price": Decimal(250)}]},
    ],
    ids=lambda one: next(iter(one)),
)
def test_whatever_stands_on_the_application_is_what_was_signed(filed, people, on, changed):
    Product.create(by=people["engineer"], on=on, **PRODUCT | {"model": "CA-6930"})
    record = filed(signed=("sales_manager",))
    record.change(by=people["sales_clerk"], on=on, **filed.asked("500") | changed)
    assert (record.amount, record.chain, chain(record)) == (
        500,
        2,
        [("sales_manager", None), ("production_manager", None)],
    )


def test_one_more_piece_that_costs_nothing_more_is_another_application(filed, people, on):
    grain = {"product_id": 1, "unit_price": Decimal("0.001")}
    record = Replenishment.file(
        complaint_id=filed.complaint_id,
        return_id=None,
        by=people["sales_clerk"],
        on=on,
        **filed.asked(lines=[grain | {"quantity": Decimal(5)}]),
    )
    filed.sign(record, "sales_manager")
    record.change(by=people["sales_clerk"], on=on, **filed.asked(lines=[grain | {"quantity": Decimal(6)}]))
    assert (record.amount, record.chain) == (Decimal("0.01"), 2)


def test_each_who_signed_takes_note_of_a_change_for_themselves(filed, people, on):
    record = filed(price="1000", signed=("sales_manager", "production_manager"), changed=True)
    record.see_change(by=people["sales_manager"], on=on)
    assert (record.told(), record.is_told(people["sales_manager"])) == (
        [people["production_manager"].id],
        False,
    )


def test_verify_finds_an_order_that_its_applicant_signed(filed, people):
    record = filed("ordered")
    db.session.commit()
    db.session.execute(
        text("UPDATE replenishments SET changed_by_id = :id"), {"id": people["production_manager"].id}
    )
    db.session.expire_all()
    assert "is an order without all its signatures" in {
        fault.what for fault in verify_records() if fault.where == f"replenishment {record.id}"
    }


def test_verify_finds_a_manager_who_signed_and_was_signed_for(filed, people):
    record = filed("ordered")
    db.session.commit()
    db.session.execute(
        text("UPDATE required_signatures SET for_id = :id WHERE needed_role = 'production_manager'"),
        {"id": people["sales_manager"].id},
    )
    db.session.expire_all()
    assert "is an order without all its signatures" in {
        fault.what for fault in verify_records() if fault.where == f"replenishment {record.id}"
    }


def test_who_signed_as_a_manager_plans_as_a_planner(filed, on):
    filed.people["both"] = both = User.create(
        username="both",
        name="双职",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False), ("planning", "planner", False)],
        by=None,
        on=on,
    )
    record = filed(signed=("both",))
    filed.sign(record, "production_manager")
    record.schedule(work_order="WO-7", scheduled_on=day_of(on), by=both, on=on)
    assert record.events[-1].role == "planner"


def test_a_line_of_my_work_says_whose_goods_and_what_they_cost(filed):
    assert filed(price="1234.5").subject == "华声汽配 · 1,234.50 RMB · 客户产线待料"


# The order


def test_the_order_is_planned_made_and_shipped(filed, on):
    found = {
        state: awaited(filed(state, price="1")) for state in ("ordered", "scheduled", "made", "dispatched")
    }
    assert found == {
        "ordered": [("schedule", None)],
        "scheduled": [("make", None)],
        "made": [("ship", None)],
        "dispatched": [],
    }
    record = filed("scheduled", price="1")
    assert (record.due_at.date(), record.schedule_due_at.date()) == (
        day_of(on) + timedelta(days=5),
        day_of(on),
    )


def test_a_complaint_stays_open_while_its_replenishment_is_not_shipped(filed, complaint, on):
    record = filed("made")
    assert complaint.open_ends(on) == {"replenishments": [record]}
    assert filed("dispatched", price="1").state == "dispatched"
    assert complaint.open_ends(on) == {"replenishments": [record]}


def test_amounts_are_kept_to_the_fen_and_checked_by_the_database(filed):
    record = filed(price="999.995")
    db.session.commit()
    assert (record.lines[0].amount, record.amount, record.lines[0].unit_price) == (
        1000,
        1000,
        Decimal("999.995"),
    )
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE replenishment_lines SET amount = amount - 1"))


def test_verify_finds_an_amount_that_is_not_the_sum_and_an_order_without_its_signatures(filed):
    record = filed("ordered")
    db.session.commit()
    db.session.execute(text("UPDATE replenishments SET amount = 100"))
    db.session.execute(
        text("UPDATE required_signatures SET signature_decision = NULL WHERE needed_role = 'sales_manager'")
    )
    db.session.expire_all()
    assert {fault.what for fault in verify_records() if fault.where == f"replenishment {record.id}"} == {
        "was changed without an event",
        "has an amount that is not the sum of its lines",
        "is an order without all its signatures",
    }


def test_steps_out_of_turn_are_refused(filed, people, on):
    record = filed()
    with pytest.raises(NotOpen):
        record.order(by=people["sales_manager"], on=on)
    with pytest.raises(NotOpen):
        record.schedule(work_order="WO", scheduled_on=day_of(on), by=people["planner"], on=on)
    with pytest.raises(NotOpen):
        filed("ordered", price="1").change(by=people["sales_clerk"], on=on, **filed.asked("2"))


@pytest.mark.both_databases
def test_an_order_whose_signatures_are_gone_is_found(filed):
    record = filed("ordered")
    db.session.commit()
    db.session.execute(text("DELETE FROM required_signatures"))
    db.session.expire_all()
    assert "is an order without all its signatures" in {
        fault.what for fault in verify_records() if fault.where == f"replenishment {record.id}"
    }


def test_who_left_is_not_told_of_a_change(filed, people, on):
    record = filed(signed=("sales_manager",), changed=True)
    people["sales_manager"].leave(reason=None, by=people["administrator"], on=on)
    assert (record.told(), awaited(record)) == ([], [("sign", "production_manager")])


@pytest.mark.parametrize("state", ["rejected", "void", "ordered", "dispatched"])
def test_nobody_is_missed_where_nothing_is_to_be_signed(filed, people, on, state):
    record = filed(state)
    assert (
        record.approval_chain.nobody_can_sign,
        record.approval_chain.open_roles,
        record.signing(people["sales_manager"], on),
    ) == (
        False,
        (),
        (None, None),
    )


def test_the_order_is_released_under_the_role_of_the_last_signature(filed, people, on):
    both = User.create(
        username="both",
        name="双职",
        password=PASSWORD,
        memberships=[("sales", "sales_manager", False), ("management", "general_manager", False)],
        by=None,
        on=on,
    )
    filed.people["both"] = both
    record = filed(price="1000", signed=("sales_manager", "production_manager"))
    filed.sign(record, "both")
    assert [(one.name, one.role) for one in record.events[-2:]] == [
        ("sign", "general_manager"),
        ("order", "general_manager"),
    ]


def test_tasks_built_anew_are_the_same(filed, on):
    record = filed(price="1000", signed=("sales_manager",), changed=True)
    before = awaited(record)
    rebuild_tasks(on)
    assert awaited(record) == before


def test_saving_an_application_as_it_is_voids_nothing_even_where_two_of_its_lines_are_the_same(
    filed, people, on
):
    record = filed("filed")
    twice = [
        {"product_id": 1, "quantity": Decimal(quantity), "unit_price": Decimal(5)} for quantity in (2, 2, 3)
    ]
    asked = filed.asked("5") | {"lines": twice}
    record.change(by=people["sales_clerk"], on=on, **asked)
    before = (record.chain, record.face_hash())
    with pytest.raises(NothingChanged):
        record.change(by=people["sales_clerk"], on=on, **(asked | {"lines": [dict(line) for line in twice]}))
    assert (record.chain, record.face_hash()) == before


# Other currencies, Q23


def test_a_line_in_dollars_is_converted_and_rounded_once(filed, people, on):
    record = Replenishment.file(
        complaint_id=filed.complaint_id,
        return_id=None,
        by=people["sales_clerk"],
        on=on,
        **filed.asked(
            currency="USD",
            rate=Decimal("7.123456"),
            lines=[{"product_id": 1, "quantity": Decimal(3), "unit_price": Decimal("46.7951")}],
        ),
    )
    assert (record.lines[0].amount, record.amount) == (Decimal("1000.03"), Decimal("1000.03"))
    assert len(record.running) == 3  # 1000.03 RMB, though 140.39 in dollars
    assert [*verify_records(), *verify_signatures()] == []


ODD_RATE = {"currency": "USD", "rate": Decimal("0.01")}


def file_foreign(filed, **terms):
    return Replenishment.file(
        complaint_id=filed.complaint_id,
        return_id=None,
        by=filed.people["sales_clerk"],
        on=filed.on,
        **filed.asked("1000") | terms,
    )


def test_a_rate_far_from_the_usual_is_refused_without_a_reason(filed):
    with pytest.raises(RateReasonMissing):
        file_foreign(filed, **ODD_RATE)
    record = file_foreign(filed, **ODD_RATE, rate_reason="客户合同约定")
    assert (record.amount, record.rate_reason) == (Decimal(10), "客户合同约定")
    with pytest.raises(RateReasonMissing):
        record.change(by=filed.people["sales_clerk"], on=filed.on, **filed.asked("1000") | ODD_RATE)


def test_another_reason_for_the_rate_voids_what_was_signed(filed, people, on):
    record = file_foreign(filed, **ODD_RATE, rate_reason="客户合同约定")
    filed.sign(record, "sales_manager")
    record.change(by=people["sales_clerk"], on=on, **filed.asked("1000") | ODD_RATE, rate_reason="其他")
    assert (record.chain, chain(record)[0]) == (2, ("sales_manager", None))


def test_a_reason_for_a_usual_rate_or_rmb_is_not_kept(filed):
    usual = {"currency": "USD", "rate": Decimal("7.1")}
    for terms in (usual, {"currency": "CNY", "rate": Decimal(1)}):
        record = file_foreign(filed, **terms, rate_reason="随手填写")
        assert record.rate_reason is None


@pytest.mark.parametrize(
    "changed", [{"currency": "EUR", "rate": Decimal("7.1")}, {"currency": "USD", "rate": Decimal("7.2")}]
)
def test_another_currency_or_rate_is_another_amount_and_voids_what_was_signed(filed, people, on, changed):
    asked = filed.asked("10") | {"currency": "USD", "rate": Decimal("7.1")}
    record = Replenishment.file(
        complaint_id=filed.complaint_id, return_id=None, by=people["sales_clerk"], on=on, **asked
    )
    filed.sign(record, "sales_manager")
    record.change(by=people["sales_clerk"], on=on, **asked | changed)
    assert (record.chain, chain(record)[0]) == (2, ("sales_manager", None))
    assert record.amount == Decimal(10) * changed["rate"]
    with pytest.raises(NothingChanged):
        record.change(by=people["sales_clerk"], on=on, **asked | changed)
    assert record.chain == 2


def test_rmb_at_par_leaves_hashes_as_they_were_before_there_were_currencies(filed):
    record = filed()
    assert {name: record.content()[name] for name in ("currency", "rate")} == {"currency": None, "rate": None}
    assert (record.currency, record.rate, record.lines[0].rate) == ("CNY", 1, None)


def test_verify_finds_a_converted_line_that_does_not_add_up(filed, people, on):
    record = Replenishment.file(
        complaint_id=filed.complaint_id,
        return_id=None,
        by=people["sales_clerk"],
        on=on,
        **filed.asked("10", currency="USD", rate=Decimal("7.1")),
    )
    db.session.commit()
    db.session.execute(text("UPDATE replenishment_lines SET amount = amount - 1"))
    db.session.execute(text("UPDATE replenishments SET amount = amount - 1"))
    db.session.expire_all()
    assert "has a line that is not quantity × unit price × rate" in {
        fault.what for fault in verify_records() if fault.where == f"replenishment {record.id}"
    }
