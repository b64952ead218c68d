"""One form is taken once: sent again it shows the first result, with other content its person is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cs.extensions import begin_write, db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.deputies import Deputy
from cs.models.holidays import SiteDay
from cs.records.attachments import Attachment, Draft, PendingUpload
from cs.records.departments import Department
from cs.records.events import Event
from cs.records.receipts import Receipt
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests.importing import csv, offer
from tests.support import PASSWORD, Browser, day_of, loaded, picture, upload

NEW = "/complaints/new"
LOGGED = {"customer_id": "1", "channel": "phone", "description": "装车后右声道无声", "lot_no": "L2611"}
PERSON = {"name": "林晓雯", "username": "lin.xw", "memberships-0-role": "sales_clerk"}
DAYS = {"works": "rests", "day": "2026-03-10", "note": "停产检修"}
TITLES = ["客户名称", "简称", "联系人", "电话"]
TABLE = [TITLES, ["深圳声悦电子有限公司", "声悦", "李工", "1"]]
OTHER_TABLE = [TITLES, ["佛山顺达电器有限公司", "顺达", "赵工", "2"]]
SENT_ALREADY = "这份表单已经提交过，但内容与这次不同。"


def photograph(color: tuple[int, int, int]) -> dict[str, Any]:
    return {"files": upload(picture(color=color))}


def days_from_now(first: int, last: int) -> dict[str, str]:
    today = day_of(datetime.now(UTC))
    return {
        "first_on": (today + timedelta(days=first)).isoformat(),
        "last_on": (today + timedelta(days=last)).isoformat(),
    }


@dataclass(frozen=True)
class Caller:
    """A form of the program: who sends it where, what is typed, and what it makes."""

    role: str
    address: str
    typed: Callable[[], dict[str, Any]]
    typed_otherwise: Callable[[], dict[str, Any]]
    makes: Any
    needs_complaint: bool = False


CALLERS = {
    "step": Caller("sales_clerk", NEW, lambda: LOGGED, lambda: LOGGED | {"description": "另一件"}, Complaint),
    "step with files": Caller(
        "sales_clerk",
        NEW,
        lambda: LOGGED | photograph((200, 20, 20)),
        lambda: LOGGED | photograph((20, 20, 200)),
        Complaint,
    ),
    "person": Caller(
        "administrator",
        "/admin/people/new",
        lambda: PERSON,
        lambda: PERSON | {"name": "王芳", "username": "wang.f"},
        User,
    ),
    "department": Caller(
        "administrator",
        "/admin/departments/new",
        lambda: {"zh": "采购部", "en": "Purchasing"},
        lambda: {"zh": "设备部", "en": "Maintenance"},
        Department,
    ),
    "holiday": Caller(
        "administrator",
        "/admin/holidays/new",
        lambda: DAYS,
        lambda: DAYS | {"day": "2026-03-11", "note": "盘点"},
        SiteDay,
    ),
    "file add": Caller(
        "quality_inspector",
        "/files/complaint/1/add",
        lambda: photograph((200, 20, 20)),
        lambda: photograph((20, 20, 200)),
        Attachment,
        needs_complaint=True,
    ),
    "import upload": Caller(
        "sales_clerk",
        "/customers/import/",
        lambda: {"table": upload(csv(TABLE), "客户.csv")},
        lambda: {"table": upload(csv(OTHER_TABLE), "客户.csv")},
        PendingUpload,
    ),
    "deputy": Caller(
        "sales_manager",
        "/approvals/deputies",
        lambda: {"deputy_id": "1"} | days_from_now(0, 1),
        lambda: {"deputy_id": "1"} | days_from_now(5, 6),
        Deputy,
    ),
}


@pytest.fixture(params=CALLERS.values(), ids=CALLERS)
def caller(request, complaint_in) -> Caller:
    if request.param.needs_complaint:
        complaint_in("received")
    return request.param


@pytest.fixture
def sender(caller, as_role) -> Browser:
    return as_role(caller.role)


@pytest.fixture
def clerk(as_role) -> Browser:
    return as_role("sales_clerk")


@pytest.fixture
def count(app) -> Callable[[Any], int]:
    def rows(model: Any) -> int:
        with app.app_context():
            return db.session.query(model).count()

    return rows


def shown_again(sender: Browser) -> tuple[int, bool, str]:
    """The status, whether the person is told, and where the way to the first record leads."""
    link = sender.soup.select_one(".form-sent-already a")
    return sender.status, SENT_ALREADY in sender.text, str(link["href"]) if link else ""


def typed_text(fields: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if isinstance(value, str)}


# The same form sent twice


def test_the_same_form_sent_twice_makes_one_record_and_shows_the_first_result(caller, sender, count):
    fields, before = sender.get(caller.address).form(), count(caller.makes)
    first = sender.post(caller.address, fields | caller.typed())
    assert first.status in (200, 303)
    made = count(caller.makes)
    again = sender.post(caller.address, fields | caller.typed())
    assert (again.status, made, count(caller.makes)) == (303, before + 1, before + 1)
    assert first.status == 200 or again.location == first.location


def test_a_repeat_of_a_step_needs_no_right_password(as_role, complaint_in, app):
    complaint = complaint_in("accepted")
    supervisor, page = as_role("quality_supervisor"), f"/complaints/{complaint.id}/close"
    fields = supervisor.get(page).form() | {"closing_note": "好", "password": PASSWORD}
    first = supervisor.post(page, fields)
    assert (first.status, supervisor.post(page, fields | {"password": "other"}).status) == (303, 303)
    assert loaded(app, Complaint, complaint.id).state == "closed"


def test_a_refused_form_that_is_corrected_is_taken(clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    assert clerk.post(NEW, fields | {"description": ""}).status == 422
    assert (clerk.post(NEW, fields).status, count(Complaint)) == (303, 1)


def test_line_ends_are_no_other_content(clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    clerk.post(NEW, fields | {"description": "一\r\n二"})
    assert (clerk.post(NEW, fields | {"description": "一\n二"}).status, count(Complaint)) == (303, 1)


def test_a_receipt_of_an_earlier_version_answers_with_its_result(clerk, app, count):
    fields = clerk.get(NEW).form() | LOGGED
    first = clerk.post(NEW, fields).location
    with app.app_context():
        db.session.execute(update(Receipt).values(form=None, content=None))
        db.session.commit()
    again = clerk.post(NEW, fields | {"description": "另一件"})
    assert (again.status, again.location, count(Complaint)) == (303, first, 1)


# The same request id with other content


def test_other_content_is_told_and_nothing_is_written(caller, sender, count):
    fields = sender.get(caller.address).form()
    sender.post(caller.address, fields | caller.typed())
    made, events = count(caller.makes), count(Event)
    sender.post(caller.address, fields | caller.typed_otherwise())
    status, told, leads_to = shown_again(sender)
    assert (status, told, count(Event)) == (409, True, events)
    assert count(caller.makes) == made
    assert sender.get(leads_to).status in (200, 303)


def test_what_was_typed_stays_under_a_new_request_id(caller, sender):
    fields = sender.get(caller.address).form()
    sender.post(caller.address, fields | caller.typed())
    sender.post(caller.address, fields | caller.typed_otherwise())
    shown, typed = sender.form(), typed_text(caller.typed_otherwise())
    assert {name: shown[name] for name in typed} == typed
    assert shown["request_id"] not in ("", fields["request_id"])


def test_sending_it_again_is_a_new_submission(caller, sender, count):
    fields, before = sender.get(caller.address).form(), count(caller.makes)
    sender.post(caller.address, fields | caller.typed())
    sender.post(caller.address, fields | caller.typed_otherwise())
    table = {name: value for name, value in caller.typed_otherwise().items() if name == "table"}
    sender.send(caller.address, **table)  # a table is chosen anew; a photograph waits
    assert (sender.status in (200, 303), count(caller.makes)) == (True, before + 2)


def test_a_photograph_waits_for_the_second_sending(clerk, app, count):
    fields = clerk.get(NEW).form() | LOGGED
    clerk.post(NEW, fields | photograph((200, 20, 20)))
    clerk.post(NEW, fields | photograph((20, 20, 200)))
    assert (clerk.soup.select_one(".file-kept").get_text(" ", strip=True)[:6], count(Attachment)) == (
        "照片.jpg",
        1,
    )
    clerk.send(NEW)
    with app.app_context():
        files = db.session.query(Attachment).order_by(Attachment.id).all()
    assert [file.record_id for file in files] == [1, 2]
    assert files[0].sha256 != files[1].sha256


def test_a_step_that_the_first_sending_has_closed_shows_what_was_typed(as_role, complaint_in):
    complaint = complaint_in("received")
    manager, page = as_role("sales_manager"), f"/complaints/{complaint.id}/void"
    fields = manager.get(page).form()
    manager.post(page, fields | {"reason": "重复登记"})
    manager.post(page, fields | {"reason": "另一个原因"})
    assert shown_again(manager) == (409, True, f"/complaints/{complaint.id}")
    assert "另一个原因" in manager.text


def test_a_change_of_a_record_can_be_sent_on_top_of_the_first(as_role, complaint_in, app):
    complaint = complaint_in("received")
    clerk, page = as_role("sales_clerk"), f"/complaints/{complaint.id}/amend"
    fields = clerk.get(page).form() | {"amendment_reason": "客户来电更正"}
    clerk.post(page, fields | {"order_no": "PO-8"})
    clerk.post(page, fields | {"order_no": "PO-9"})
    assert (clerk.status, clerk.form()["order_no"]) == (409, "PO-9")
    assert loaded(app, Complaint, complaint.id).order_no == "PO-8"
    assert clerk.send(page).status == 303
    assert loaded(app, Complaint, complaint.id).order_no == "PO-9"


def test_the_reason_of_leaving_is_kept_although_the_person_has_left(as_role, people):
    administrator, page = as_role("administrator"), f"/admin/people/{people['planner'].id}/leave"
    fields = administrator.get(page).form()
    administrator.post(page, fields | {"reason": "退休"})
    administrator.post(page, fields | {"reason": "调职"})
    assert shown_again(administrator) == (409, True, page.removesuffix("/leave"))
    assert "调职" in administrator.html


def test_the_reason_of_a_void_file_is_kept(as_role, complaint_in, count):
    complaint_in("received")
    inspector = as_role("quality_inspector").step("/files/complaint/1/add", **photograph((9, 9, 9)))
    fields = inspector.get("/files/1/void").form()
    inspector.post("/files/1/void", fields | {"reason": "模糊"})
    events = count(Event)
    inspector.post("/files/1/void", fields | {"reason": "拍错了"})
    assert shown_again(inspector) == (409, True, "/complaints/1")
    assert (inspector.form()["reason"], count(Event)) == ("拍错了", events)


def test_the_outcome_says_that_it_was_refused(caller, sender):
    """So that the copy in the sender is not dropped."""
    fields = sender.get(caller.address).form()
    sender.post(caller.address, fields | caller.typed())
    sender.post(caller.address, fields | caller.typed_otherwise())
    assert sender.soup.body["data-outcome"] == "refused"


def test_it_is_told_in_english_too(as_role):
    clerk = Browser(as_role("sales_clerk").client.application, "sales_clerk", language="en")
    fields = clerk.get(NEW).form() | LOGGED
    clerk.post(NEW, fields)
    clerk.post(NEW, fields | {"description": "another"})
    assert (clerk.status, "This form was already submitted with different content." in clerk.text) == (
        409,
        True,
    )


def test_htmx_gets_the_form_alone(as_role, complaint_in):
    complaint = complaint_in("received")
    clerk, page = as_role("sales_clerk", htmx=True), f"/complaints/{complaint.id}/amend"
    fields = clerk.get(page).form() | {"amendment_reason": "客户来电更正"}
    clerk.post(page, fields | {"order_no": "PO-8"})
    clerk.post(page, fields | {"order_no": "PO-9"})
    assert (clerk.status, SENT_ALREADY in clerk.text, clerk.soup.select_one("#step") is not None) == (
        409,
        True,
        True,
    )
    assert clerk.soup.html is None


# The same request id on another form


def test_the_request_id_of_another_form_is_told(caller, sender, count):
    fields, before = sender.get(caller.address).form(), count(caller.makes)
    with sender.client.application.app_context():
        person = User.by_username(caller.role)
        db.session.add(
            Receipt(
                user_id=person.id,
                request_id=fields["request_id"],
                address="/account",
                form="/another/form",
                content="-",
                at=datetime.now(UTC),
            )
        )
        db.session.commit()
    sender.post(caller.address, fields | caller.typed())
    assert shown_again(sender) == (409, True, "/account")
    table = {name: value for name, value in caller.typed().items() if name == "table"}
    assert sender.send(caller.address, **table).status in (200, 303)
    assert count(caller.makes) == before + 1


def test_two_forms_of_two_records_with_one_request_id(as_role, complaint_in, app):
    first, second = complaint_in("received"), complaint_in("received")
    clerk = as_role("sales_clerk")
    clerk.step(f"/complaints/{first.id}/amend", order_no="PO-8", request_id="the-same")
    clerk.step(f"/complaints/{second.id}/amend", order_no="PO-8", request_id="the-same")
    assert shown_again(clerk) == (409, True, f"/complaints/{first.id}")
    assert loaded(app, Complaint, second.id).version == second.version
    assert clerk.send(f"/complaints/{second.id}/amend").status == 303
    assert loaded(app, Complaint, second.id).order_no == "PO-8"


def test_a_stranger_learns_nothing_from_a_request_id(as_role, complaint_in, people):
    complaint = complaint_in("received")
    clerk = as_role("sales_clerk").step(NEW, **LOGGED, request_id="the-same")
    assert clerk.status == 303
    keeper = as_role("warehouse_keeper")
    assert keeper.post(f"/complaints/{complaint.id}/amend", request_id="the-same").status == 403


# Import


def test_a_second_press_of_an_import_shows_the_first_result(clerk, count):
    offer(clerk, "customers", TABLE)
    fields = clerk.form()
    assert [clerk.post(clerk.page, fields).location for _ in range(2)] == ["/customers/?sort=newest"] * 2
    assert count(Customer) == 2


def test_one_request_id_for_two_tables_is_told(clerk, count):
    offer(clerk, "customers", TABLE)
    fields = clerk.form()
    clerk.post(clerk.page, fields)
    offer(clerk, "customers", OTHER_TABLE)
    clerk.post(clerk.page, fields)
    assert shown_again(clerk) == (409, True, "/customers/?sort=newest")
    assert count(Customer) == 2
    clerk.send(clerk.page)
    assert (clerk.status, count(Customer)) == (303, 3)


# At the same moment, and after the session has ended


def send_together(app, sender: Browser, address: str, forms: list[dict[str, Any]]) -> list[int]:
    """The statuses of forms that are sent at the very same moment, in order."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie, barrier = sender.client.get_cookie(name).value, threading.Barrier(len(forms))
    statuses: list[int] = []

    def send(fields: dict[str, Any]) -> None:
        tab = app.test_client()
        tab.set_cookie(name, cookie)
        barrier.wait()
        statuses.append(tab.post(address, data=fields).status_code)

    threads = [threading.Thread(target=send, args=(fields,)) for fields in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_two_equal_forms_at_the_same_moment_make_one_record(app, caller, sender, count):
    fields, before = sender.get(caller.address).form(), count(caller.makes)
    fields["csrf_token"] = sender.csrf()
    statuses = send_together(app, sender, caller.address, [fields | caller.typed() for _ in range(2)])
    assert set(statuses) <= {200, 303}
    assert count(caller.makes) == before + 1


def test_two_different_forms_at_the_same_moment_make_one_record_and_one_is_told(app, clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    statuses = send_together(app, clerk, NEW, [fields, fields | {"description": "另一件"}])
    assert (statuses, count(Complaint)) == ([303, 409], 1)


def test_a_form_that_was_sent_after_the_session_had_ended_is_taken_once(app, clerk, count, sessions):
    fields = clerk.get(NEW).form() | LOGGED
    sessions(ended_at=datetime.now(UTC))
    assert clerk.post(NEW, fields).location.startswith("/login")
    again = Browser(app, "sales_clerk")
    form = again.get(NEW).form()
    assert form["description"] == LOGGED["description"]
    assert [again.post(NEW, form).status for _ in range(2)] == [303, 303]
    assert (count(Complaint), count(Draft)) == (1, 0)


def test_a_receipt_outlives_the_session(app, clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    first = clerk.post(NEW, fields).location
    with app.app_context():
        db.session.execute(update(LoginSession).values(ended_at=datetime.now(UTC)))
        db.session.commit()
    again = Browser(app, "sales_clerk")
    repeated = again.post(NEW, fields | {"csrf_token": again.csrf()})
    assert (repeated.status, repeated.location, count(Complaint)) == (303, first, 1)
    told = again.post(NEW, fields | {"csrf_token": again.csrf(), "description": "另一件"})
    assert (told.status, count(Complaint)) == (409, 1)


def test_the_day_of_a_holiday_is_entered_by_the_first_form_alone(as_role, app):
    administrator, page = as_role("administrator"), "/admin/holidays/new"
    fields = administrator.get(page).form() | DAYS
    administrator.post(page, fields)
    administrator.post(page, fields | {"note": "盘点"})
    assert administrator.status == 409
    with app.app_context():
        assert [day.note for day in SiteDay.of(date(2026, 3, 10), date(2026, 3, 10))] == ["停产检修"]


def test_sending_ends_the_draft_of_the_form(caller, sender, count):
    drafted = sender.get(caller.address).form() | typed_text(caller.typed())
    sender.post(f"/drafts/save?form={caller.address}", drafted)
    assert count(Draft) == 1
    sender.step(caller.address, **caller.typed())
    assert (sender.status in (200, 303), count(Draft)) == (True, 0)


# What needs no lock is answered without it


@pytest.fixture
def locked(app):
    """Another writer who holds the lock for the whole test; nobody waits long for it."""
    app.config["CS_WAIT_SECONDS"] = 0.2
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context():
            begin_write()
            held.set()
            done.wait(30)
            db.session.rollback()

    def begin() -> None:
        thread.start()
        assert held.wait(10)

    thread = threading.Thread(target=hold)
    yield begin
    done.set()
    thread.join()


def test_a_form_that_its_fields_refuse_waits_for_nobody(clerk, locked):
    fields = clerk.get(NEW).form() | LOGGED
    locked()
    assert clerk.post(NEW, fields | {"description": ""}).status == 422
    assert list(clerk.faults) == ["description"]
    assert clerk.post(NEW, fields).status == 503


def test_a_repeat_waits_for_nobody(clerk, locked):
    fields = clerk.get(NEW).form() | LOGGED
    first = clerk.post(NEW, fields).location
    locked()
    again = clerk.post(NEW, fields)
    assert (again.status, again.location) == (303, first)
    assert clerk.post(NEW, fields | {"description": "另一件"}).status == 409
