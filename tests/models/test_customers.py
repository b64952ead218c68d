"""Customers, products and shipments as records: natural keys, rows of a record, records that come in from a
table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Contact, Customer, Product, Shipment
from cs.models.returns.customer_return import Return
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.events import verify_events
from cs.records.numbers import next_numbers
from cs.records.search import search_conditions
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.returned import Returns
from tests.support import CUSTOMER, GOODS

pytestmark = pytest.mark.both_databases

OTHER = {"short_name": "声悦", "full_name": "深圳声悦电子有限公司", "customer_type": "maker"}
FILE = ["客户.xlsx", "0" * 64]


@pytest.fixture
def clerk(people):
    return people["sales_clerk"]


def whole() -> bool:
    """What `flask verify` asks, with everything read anew."""
    db.session.commit()
    db.session.expire_all()
    return [*verify_events(), *verify_records()] == []


# What makes a thing the same


@pytest.mark.parametrize(
    "name", ["广州华声汽车配件有限公司", " 广州华声 汽车配件有限公司 ", "广州华声汽车配件有限公司\u3000"]
)
def test_a_customer_is_there_once_however_its_name_is_spaced(clerk, on, name):
    with pytest.raises(IntegrityError):
        Customer.create(by=clerk, on=on, **(CUSTOMER | {"full_name": name}))


@pytest.mark.parametrize(
    ("written", "again"),
    [("甲(深圳)公司", "甲（深圳）公司"), ("ABC Audio", "ａｂｃ audio"), ("A B C", "ABC")],
)
def test_width_case_and_spaces_make_no_other_key(written, again):
    assert Customer.key_of(written) == Customer.key_of(again)


def test_a_void_record_leaves_its_key_to_another(clerk, people, on, customer):
    customer.void(reason="重复", by=people["sales_manager"], on=on)
    again = Customer.create(by=clerk, on=on, **CUSTOMER)
    assert (again.number, customer.number, Customer.same(again.natural_key)) == ("KH-0002", "KH-0001", again)


def test_a_record_is_not_the_same_as_itself(customer, product):
    assert Customer.same(customer.natural_key, other_than=customer) is None
    assert Customer.same(customer.natural_key, other_than=product) is customer


def test_the_same_lot_of_the_same_order_on_another_day_is_another_shipment(clerk, on, shipment):
    facts = {"customer_id": 1, "product_id": 1, "order_no": "PO-1", "lot_no": "l2611", "quantity": 1}
    other = Shipment.create(by=clerk, on=on, shipped_on=shipment.shipped_on + timedelta(days=1), **facts)
    assert other.id == 2
    with pytest.raises(IntegrityError):
        Shipment.create(by=clerk, on=on, shipped_on=shipment.shipped_on, **facts)


def test_a_shipment_holds_something(clerk, on):
    with pytest.raises(IntegrityError):
        Shipment.create(
            by=clerk,
            on=on,
            customer_id=1,
            product_id=1,
            order_no="P",
            lot_no="L",
            quantity=0,
            shipped_on=date(2026, 1, 1),
        )


# Rows of a record


def test_an_edit_keeps_the_contacts_that_stay_and_takes_no_other_customers(clerk, on, customer):
    other = Customer.create(by=clerk, on=on, **OTHER, contacts=[{"name": "李工", "phone": "1"}])
    first, foreign = customer.contacts[0].id, other.contacts[0].id
    customer.edit(
        by=clerk,
        on=on,
        contacts=[
            {"id": foreign, "name": "赵工", "phone": "2"},
            {"id": first, "name": "王工程师", "phone": "3"},
        ],
    )
    assert [(one.id == first, one.name) for one in customer.contacts] == [(True, "王工程师"), (False, "赵工")]
    assert [one.name for one in other.contacts] == ["李工"]
    assert whole()


def test_one_contact_sent_twice_is_two(clerk, on, customer):
    first = customer.contacts[0].id
    customer.edit(
        by=clerk,
        on=on,
        contacts=[{"id": first, "name": "甲", "phone": "1"}, {"id": first, "name": "乙", "phone": "2"}],
    )
    assert whole()
    assert [one.name for one in customer.contacts] == ["甲", "乙"]


def test_an_emptied_list_of_contacts_is_empty(clerk, on, customer):
    customer.edit(by=clerk, on=on, contacts=[])
    assert (customer.contacts, db.session.query(Contact).count(), "contacts" in customer.missing) == (
        [],
        0,
        True,
    )
    assert whole()


def test_product_types_and_part_numbers_are_part_of_what_a_record_says(clerk, on, customer, product):
    customer.edit(by=clerk, on=on, product_type=["speaker", "amplifier"])
    product.edit(
        by=clerk,
        on=on,
        customer_parts=[{"customer_id": 1, "part_no": "HS-2"}, {"customer_id": 1, "part_no": "HS-1"}],
    )
    product.edit(
        by=clerk,
        on=on,
        customer_parts=[
            {"customer_id": 1, "part_no": "HS-1"},
            {"customer_id": 1, "part_no": "HS-3"},
            {"customer_id": 1, "part_no": "HS-2"},
        ],
    )
    assert customer.events[-1].details["changes"] == {"product_type": [None, ["speaker", "amplifier"]]}
    assert [part.part_no for part in product.customer_parts] == ["HS-2", "HS-1", "HS-3"]
    assert whole()


def test_the_file_says_what_it_lacks(clerk, on):
    customer = Customer.create(by=clerk, on=on, **OTHER)
    assert customer.missing == ("contacts", *Customer.NEEDED)
    customer.edit(by=clerk, on=on, address="深圳", currency="CNY")
    assert "address" not in customer.missing
    assert "currency" not in customer.missing


def test_the_agreed_limit_moves_the_due_date_of_a_complaint(clerk, on, customer):
    usual = Complaint.log(by=clerk, on=on, **GOODS, customer_id=1, heard_at=on)
    customer.edit(by=clerk, on=on, reply_days=5)
    agreed = Complaint.log(by=clerk, on=on, **GOODS, customer_id=1, heard_at=on)
    # Tuesday: two days end on Thursday, five on Sunday, which is put off to Monday.
    assert [one.reply_due_at.date() for one in (usual, agreed)] == [date(2026, 3, 12), date(2026, 3, 16)]


# Out of a table


def test_what_comes_in_together_has_its_own_events_numbers_and_words(clerk, on):
    rows = [
        OTHER
        | {"full_name": f"第{n}公司", "short_name": f"声{n}厂", "contacts": [{"name": "王", "phone": "1"}]}
        for n in range(3)
    ]
    made = Customer.bring_in(rows, lines=[2, 3, 4], files=[FILE], by=clerk, on=on)
    assert [one.number for one in made] == ["KH-0002", "KH-0003", "KH-0004"]
    assert [
        (event.name, event.role, event.clause, event.details["files"], event.details["row"])
        for event in made[2].events
    ] == [("import", "sales_clerk", "5.1.3.2", [FILE], 4)]
    found = db.session.query(Customer).where(*search_conditions(Customer, "声2")).all()
    assert found == [made[2]]
    assert whole()


def test_a_record_that_came_in_is_edited_like_any_other(clerk, on):
    made = Customer.bring_in([dict(OTHER)], lines=[2], files=[FILE], by=clerk, on=on)[0]
    made.edit(by=clerk, on=on, short_name="声悦电子")
    assert (made.version, made.events[-1].previous_hash) == (2, made.events[0].hash)
    assert whole()


def test_a_factorys_own_code_is_kept_and_numbers_go_past_it(clerk, on):
    made = Customer.bring_in(
        [
            OTHER | {"full_name": "甲", "number": "KH-0003"},
            OTHER | {"full_name": "乙"},
            OTHER | {"full_name": "丙"},
        ],
        lines=[2, 3, 4],
        files=[FILE],
        by=clerk,
        on=on,
    )
    later = Customer.create(by=clerk, on=on, **OTHER)
    assert [one.number for one in (*made, later)] == ["KH-0003", "KH-0002", "KH-0004", "KH-0005"]


def test_numbers_given_together_follow_each_other(on):
    assert next_numbers("customer", on.date(), 2) == ["KH-0002", "KH-0003"]
    assert next_numbers("customer", on.date(), 1) == ["KH-0004"]


def test_a_table_comes_in_whole_or_not_at_all(clerk, on):
    with pytest.raises(IntegrityError):
        Product.bring_in(
            [{"model": "B-1", "spec": "x"}, {"model": "b-1", "spec": "x"}],
            lines=[2, 3],
            files=[FILE],
            by=clerk,
            on=on,
        )
    db.session.rollback()
    assert db.session.query(Product).count() == 1


@pytest.mark.parametrize(
    ("cls", "role"),
    [
        (Customer, "quality_supervisor"),
        (Customer, "engineer"),
        (Product, "planner"),
        (Shipment, "engineer"),
        (Shipment, "auditor"),
    ],
)
def test_nobody_else_brings_a_table_in(cls, role, people, on):
    with pytest.raises(NotAllowed):
        cls.bring_in([{}], lines=[2], files=[FILE], by=people[role], on=on)


def test_an_empty_table_writes_nothing(clerk, on):
    assert Customer.bring_in([], lines=[], files=[FILE], by=clerk, on=on) == []
    assert whole()


@pytest.mark.parametrize("role", ["sales_clerk", "quality_supervisor", "administrator", "general_manager"])
def test_only_the_sales_manager_voids(role, people, on, customer, product, shipment):
    for record in (customer, product, shipment):
        with pytest.raises(NotAllowed):
            record.void(reason="x", by=people[role], on=on)


def test_what_is_void_is_edited_no_more(people, on):
    product = db.session.get(Product, 1)
    product.void(reason="停产", by=people["sales_manager"], on=on)
    with pytest.raises(NotOpen):
        product.edit(by=people["engineer"], on=on, spec="y")
    assert (product.state, product.void_reason, product.events[-1].details["note"]) == (
        "void",
        "停产",
        "停产",
    )


def test_a_customer_under_a_new_name_stands_so_in_my_work_at_once(customer, complaint_in, people, on):
    complaint = complaint_in("answering", capa=True)
    complaint_in("closed")
    customer.edit(by=people["sales_clerk"], on=on, short_name="华声电子")
    subjects = {task.kind: task.subject for task in db.session.query(Task)}
    assert subjects == {"complaint": f"华声电子 · {complaint.description}", "capa": "华声电子 · 虚焊重复发生"}
    assert list(verify_tasks(on)) == []


def found(kind: type, typed: str) -> list[int]:
    return sorted(db.session.execute(select(kind.id).where(*search_conditions(kind, typed))).scalars())


def test_what_names_a_customer_is_found_by_its_new_name_also_when_it_is_closed(
    customer, complaint_in, people, on
):
    closed, made = complaint_in("closed"), Returns(people, on)("registered")
    of_others = Customer.create(by=people["sales_clerk"], on=on, **OTHER)
    customer.edit(by=people["sales_clerk"], on=on, short_name="新声电子", full_name="佛山新声电子有限公司")
    assert found(Complaint, "新声") == [closed.id, made.complaint_id]
    assert (found(Return, "佛山"), found(Shipment, "新声"), found(Customer, "佛山")) == (
        [made.id],
        [1],
        [customer.id],
    )
    assert (found(Complaint, "华声"), found(Customer, "声悦")) == ([], [of_others.id])
    assert whole()


def test_what_names_a_model_is_found_by_its_new_name_and_says_it_in_my_work(complaint_in, people, on):
    closed, made = complaint_in("closed"), Returns(people, on)("registered")
    db.session.get(Product, 1).edit(by=people["engineer"], on=on, model="ZX-900")
    assert (found(Complaint, "ZX-900"), found(Return, "zx-900")) == (
        [closed.id, made.complaint_id],
        [made.id],
    )
    assert {task.subject for task in db.session.query(Task).filter_by(kind="return")} == {
        "华声汽配 · ZX-900 × 10, ZX-900 × 5"
    }
    assert list(verify_tasks(on)) == []
    assert whole()
