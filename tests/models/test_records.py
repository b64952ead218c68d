"""Records: versions, events, numbers that are never reused, files; voided, never deleted (5.6)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.exc import StaleDataError

from cs.extensions import db
from cs.files.store import StoredFile
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.records.attachments import Attachment, attach, detach
from cs.records.events import Event
from cs.records.numbers import Counter, next_number
from cs.records.record import MAX_ID, find
from tests.support import BLOCK_A, GOODS

pytestmark = pytest.mark.both_databases

FILE = StoredFile(sha256="ab" * 32, name="照片.jpg", mime="image/jpeg", size=1234, is_image=True)


@pytest.fixture
def log(people, on):
    return lambda **values: Complaint.log(
        by=people["sales_clerk"],
        on=on,
        **(GOODS | BLOCK_A | {"customer_id": 1, "product_id": 1, "heard_at": on} | values),
    )


def test_numbers_run_through_the_month_in_the_factorys_days(people, on, log):
    assert [log().number, log().number] == ["CC-202603-0001", "CC-202603-0002"]
    last_evening = on.replace(
        month=3, day=31, hour=16, minute=30
    )  # half past midnight of 1 April in the factory
    assert (
        Complaint.log(
            by=people["sales_clerk"], on=last_evening, heard_at=last_evening, customer_id=1, **GOODS
        ).number
        == "CC-202604-0001"
    )


def test_a_voided_complaints_number_stays_taken(log, people, on):
    log().void(reason="重复", by=people["sales_manager"], on=on)
    db.session.commit()
    assert log().number == "CC-202603-0002"


def test_a_number_whose_transaction_was_rolled_back_is_given_to_the_next(log):
    log()
    db.session.rollback()
    assert log().number == "CC-202603-0001"
    assert db.session.execute(select(Complaint.number)).scalars().all() == ["CC-202603-0001"]


def test_numbers_grow_past_their_digits(on):
    db.session.add(Counter(kind="complaint", period="202603", last=9999))
    db.session.flush()
    assert next_number("complaint", on.date()) == "CC-202603-10000"


def test_two_writers_at_once_get_different_numbers(app, people, on):
    """Real threads on a real database: each takes the writer's place before it reads."""
    numbers, barrier = [], threading.Barrier(6)

    def write() -> None:
        with app.test_request_context():
            from cs.extensions import begin_write

            barrier.wait()
            begin_write()
            complaint = Complaint.log(by=people["sales_clerk"], on=on, heard_at=on, customer_id=1, **GOODS)
            numbers.append(complaint.number)
            db.session.commit()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"CC-202603-000{n}" for n in range(1, 7)]


def test_a_record_counts_its_events_as_its_version(customer, people, on):
    customer.edit(by=people["sales_clerk"], on=on, address="广州市番禺区")
    customer.edit(by=people["sales_manager"], on=on, address="广州市南沙区")
    assert customer.version == 3
    assert [(event.seq, event.name, event.role) for event in customer.events] == [
        (1, "create", "sales_clerk"),
        (2, "edit", "sales_clerk"),
        (3, "edit", "sales_manager"),
    ]


def test_an_event_keeps_the_old_value_and_the_new_and_nothing_else(customer, people, on):
    customer.edit(by=people["sales_clerk"], on=on, address="广州市番禺区")
    customer.edit(by=people["sales_clerk"], on=on, address="广州市南沙区", short_name=customer.short_name)
    assert customer.events[-1].details == {"changes": {"address": ["广州市番禺区", "广州市南沙区"]}}


def test_a_changed_part_shows_the_part_that_changed(customer, people, on):
    contact = customer.contacts[0].id
    customer.edit(
        by=people["sales_clerk"],
        on=on,
        contacts=[{"id": contact, "name": "王工", "phone": "13900139000"}, {"name": "李经理"}],
    )
    gone, come = customer.events[-1].details["changes"]["contacts"]
    assert [row.get("phone") for row in gone] == ["13800138000"]
    assert [(row.get("name"), row.get("phone")) for row in come] == [(None, "13900139000"), ("李经理", None)]


def test_a_part_that_is_left_out_is_gone_and_the_event_says_so(customer, people, on):
    customer.edit(by=people["sales_clerk"], on=on, contacts=[])
    gone, come = customer.events[-1].details["changes"]["contacts"]
    assert ([row["name"] for row in gone], come) == (["王工"], [])


def test_a_change_by_one_who_may_not_changes_nothing(customer, people, on):
    with pytest.raises(NotAllowed):
        customer.edit(by=people["auditor"], on=on, address="x")
    assert (customer.version, customer.address) == (1, None)


def test_a_void_record_is_not_edited_any_more(customer, people, on):
    customer.void(reason="公司注销", by=people["sales_manager"], on=on)
    with pytest.raises(NotOpen):
        customer.edit(by=people["sales_clerk"], on=on, address="x")
    assert (customer.state, customer.void_reason, customer.events[-1].details["note"]) == (
        "void",
        "公司注销",
        "公司注销",
    )


def test_two_sessions_cannot_both_change_one_version(customer, people, on):
    assert customer.version == 1
    db.session.execute(text("UPDATE customers SET version = 2"))
    with pytest.raises(StaleDataError):
        customer.edit(by=people["sales_clerk"], on=on, address="x")
    db.session.rollback()


@pytest.mark.parametrize("number", [0, -1, 2, MAX_ID, MAX_ID + 1, 10**30])
def test_an_id_that_is_nobodys_finds_nothing(customer, number):
    assert find(Customer, number) is None
    assert find(Customer, number, lock=True) is None


def test_files_on_a_record_make_one_event_that_names_them_by_hash(customer, people, on):
    attach(customer, [FILE, FILE], step="attach", by=people["warehouse_keeper"], on=on)
    event = customer.events[-1]
    assert (event.name, event.role) == ("attach", "warehouse_keeper")
    assert event.details["files"] == [["照片.jpg", "ab" * 32]] * 2
    assert [(file.name, file.added_by_id, file.void_reason) for file in Attachment.of(customer)] == [
        ("照片.jpg", people["warehouse_keeper"].id, None)
    ] * 2


def test_no_files_make_no_event(customer, people, on):
    attach(customer, [], step="attach", by=people["sales_clerk"], on=on)
    assert customer.version == 1


def test_a_wrong_file_is_voided_with_its_reason_and_stays(customer, people, on):
    attach(customer, [FILE], step="attach", by=people["sales_clerk"], on=on)
    file = Attachment.of(customer)[0]
    detach(customer, file, reason="别的客户", by=people["sales_clerk"], on=on + timedelta(minutes=1))
    assert [(one.name, one.void_reason) for one in Attachment.of(customer)] == [("照片.jpg", "别的客户")]
    assert (customer.events[-1].name, customer.events[-1].details["note"]) == ("detach", "别的客户")


def test_a_file_is_voided_by_who_added_it_or_who_may_void_the_record(customer, people, on):
    attach(customer, [FILE, FILE], step="attach", by=people["warehouse_keeper"], on=on)
    first, second = Attachment.of(customer)
    with pytest.raises(NotAllowed):
        detach(customer, first, reason="x", by=people["sales_clerk"], on=on)
    detach(customer, first, reason="x", by=people["warehouse_keeper"], on=on)
    with pytest.raises(NotOpen):
        detach(customer, first, reason="再次", by=people["warehouse_keeper"], on=on)
    detach(customer, second, reason="y", by=people["sales_manager"], on=on)
    assert [one.void_reason for one in Attachment.of(customer)] == ["x", "y"]


def test_a_void_record_takes_no_file_and_loses_one_only_by_who_may_void_it(customer, people, on):
    attach(customer, [FILE], step="attach", by=people["sales_clerk"], on=on)
    customer.void(reason="重复", by=people["sales_manager"], on=on)
    with pytest.raises(NotOpen):
        attach(customer, [FILE], step="attach", by=people["sales_manager"], on=on)
    with pytest.raises(NotOpen):
        detach(customer, Attachment.of(customer)[0], reason="x", by=people["sales_clerk"], on=on)
    detach(customer, Attachment.of(customer)[0], reason="x", by=people["sales_manager"], on=on)
    assert [one.void_reason for one in Attachment.of(customer)] == ["x"]


def test_rolled_back_work_leaves_neither_record_nor_event(log):
    before = db.session.query(Event).count()
    log()
    db.session.rollback()
    assert (db.session.query(Complaint).count(), db.session.query(Event).count()) == (0, before)


def test_a_step_writes_its_record_once_and_asks_for_no_parts_of_a_new_one(log, people, on, count_queries):
    with count_queries() as ran:
        complaint = log()
    assert [
        one for one in ran if one.startswith("SELECT") and "complaint_id" in one and "FROM capas" not in one
    ] == []
    with count_queries() as ran:
        complaint.receive(by=people["quality_inspector"], on=on)
    assert sum(one.startswith("UPDATE complaints") for one in ran) == 1
    assert sum(one.startswith("INSERT INTO events") for one in ran) == 1
