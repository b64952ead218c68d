"""Bad input: a message beside the field, nothing typed or photographed lost, and never a bare 500."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import Attachment, PendingUpload
from cs.records.events import Event
from cs.records.receipts import Receipt
from tests.support import PASSWORD, Browser, loaded, picture, request_id, upload

NEW = "/complaints/new"
LOGGED = {
    "customer_id": "1",
    "channel": "phone",
    "description": "装车后右声道无声",
    "product_id": "1",
    "lot_no": "L2611",
}
MEGABYTE = 1024 * 1024
NUL, BELL = "\x00", "\x07"


def day(on: datetime, days: float) -> str:
    return (on + timedelta(days=days)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")


def moment(on: datetime, days: float) -> str:
    return (on + timedelta(days=days)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def clerk(as_role) -> Browser:
    return as_role("sales_clerk")


@pytest.fixture
def count(app):
    """count(model): how many rows there are."""

    def rows(model) -> int:
        with app.app_context():
            return db.session.query(model).count()

    return rows


# Quantities


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"checked_qty": "10", "defect_qty": "11"}, "defect_qty"),
        ({"shipped_qty": "5", "checked_qty": "10"}, "checked_qty"),
        ({"checked_qty": "-1"}, "checked_qty"),
        ({"checked_qty": "1.5"}, "checked_qty"),
        ({"checked_qty": "很多"}, "checked_qty"),
        ({"checked_qty": "1e3"}, "checked_qty"),
        ({"checked_qty": "NaN"}, "checked_qty"),
        ({"shipped_qty": "1000000000"}, "shipped_qty"),
        ({"shipped_qty": "9" * 5000}, "shipped_qty"),
        ({"shipped_qty": "9" * 309}, "shipped_qty"),
        ({"defect_qty": "0x10"}, "defect_qty"),
    ],
)
def test_impossible_quantities_are_refused_beside_the_field_and_stay_in_it(clerk, count, typed, fault):
    clerk.step(NEW, **LOGGED | typed)
    assert (clerk.status, set(clerk.faults)) == (422, {fault})
    assert {name: clerk.form()[name] for name in typed} == typed
    assert clerk.form()["description"] == LOGGED["description"]
    assert count(Complaint) == 0


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,200", 1200), ("1\uff0c200", 1200), (" 12 ", 12), ("\uff11\uff12", 12), ("0", 0)]
)
def test_quantities_as_people_write_them_are_understood(clerk, app, typed, kept):
    assert clerk.step(NEW, **LOGGED, checked_qty=typed).status == 303
    assert loaded(app, Complaint, 1).checked_qty == kept


# Days


def test_goods_cannot_be_shipped_after_the_complaint_was_heard(clerk, on):
    clerk.step(NEW, **LOGGED, shipped_on=day(on, 2))
    assert (clerk.status, set(clerk.faults), clerk.form()["shipped_on"]) == (422, {"shipped_on"}, day(on, 2))


@pytest.mark.parametrize("days", [-1, -100])
def test_a_deadline_in_the_past_is_refused(clerk, on, days):
    clerk.step(NEW, **LOGGED, heard_at=moment(on, -200), customer_deadline=moment(on, days))
    assert (clerk.status, set(clerk.faults)) == (422, {"customer_deadline"})


def test_a_deadline_before_the_complaint_was_heard_is_refused(clerk, on):
    clerk.step(NEW, **LOGGED, heard_at=moment(on, -1), customer_deadline=moment(on, -2))
    assert set(clerk.faults) == {"customer_deadline"}


def test_a_deadline_that_has_passed_since_it_was_named_does_not_stop_an_amendment(clerk, complaint_in, on):
    complaint = complaint_in(
        "received", on=on - timedelta(days=5), customer_deadline=on.replace(second=0) - timedelta(days=1)
    )
    assert clerk.step(f"/complaints/{complaint.id}/amend", order_no="PO-9").status == 303


def test_the_time_of_hearing_is_not_moved_past_the_deadline_that_was_named(clerk, complaint_in, on):
    complaint = complaint_in(
        "received", on=on - timedelta(days=5), customer_deadline=on.replace(second=0) - timedelta(days=3)
    )
    clerk.step(f"/complaints/{complaint.id}/amend", heard_at=moment(on, -1))
    assert (clerk.status, set(clerk.faults)) == (422, {"customer_deadline"})


def test_nobody_hears_of_a_complaint_tomorrow(clerk, on):
    clerk.step(NEW, **LOGGED, heard_at=moment(on, 1))
    assert (clerk.status, set(clerk.faults)) == (422, {"heard_at"})


@pytest.mark.parametrize(
    "typed",
    [
        "0001-01-01T00:00",
        "1999-12-31T00:00",
        "9999-12-31T23:59",
        "2026-02-30T10:00",
        "yesterday",
        "2026-13-01T00:00",
    ],
)
def test_years_nobody_meant_and_days_that_are_none_are_refused(clerk, typed):
    clerk.step(NEW, **LOGGED, heard_at=typed)
    assert (clerk.status, set(clerk.faults)) == (422, {"heard_at"})


# Text


def test_ten_megabytes_of_text_are_refused_beside_the_field_and_kept(clerk, count):
    long = "声" * (10 * MEGABYTE // 3)
    clerk.step(NEW, **LOGGED | {"description": long})
    assert (clerk.status, set(clerk.faults)) == (422, {"description"})
    assert clerk.form()["description"] == long
    assert count(Complaint) == 0


def test_more_text_than_a_form_can_hold_is_refused_whole(clerk, count):
    clerk.step(NEW, **LOGGED | {"description": "x" * (17 * MEGABYTE)})
    assert (clerk.status, count(Complaint)) == (413, 0)
    assert "413" in clerk.text


@pytest.mark.parametrize("bad", [NUL, BELL, "\ufffe", "\x7f"])
@pytest.mark.parametrize("field", ["description", "lot_no", "contact_name"])
def test_characters_that_cannot_be_kept_are_refused_beside_the_field(clerk, count, field, bad):
    clerk.step(NEW, **LOGGED | {field: f"无{bad}声"})
    assert (clerk.status, set(clerk.faults)) == (422, {field})
    assert count(Complaint) == 0


@pytest.mark.parametrize(
    "text",
    [
        "😀 无声",
        "𠮷野家",
        "a\u0301",
        "𠀀𪚥",
        "٣٤",
        "<script>alert(1)</script>",
        "'; DROP TABLE complaints; --",
        "{{ 7*7 }}",
        "%s %(x)s",
    ],
)
def test_rare_characters_and_code_are_kept_as_typed_and_shown_as_text(clerk, app, text):
    assert clerk.step(NEW, **LOGGED | {"description": text}).status == 303
    page = clerk.get(clerk.location)
    assert loaded(app, Complaint, 1).description == text
    assert (text in page.soup.select_one("#record").get_text(), page.soup.select("#record script")) == (
        True,
        [],
    )


def test_spaces_alone_are_nothing(clerk):
    clerk.step(NEW, **LOGGED | {"description": "  \n\t　"})
    assert (clerk.status, set(clerk.faults)) == (422, {"description"})


@pytest.mark.parametrize(
    ("field", "most"), [("lot_no", 100), ("contact_name", 100), ("contact_phone", 120), ("description", 4000)]
)
def test_a_text_may_be_as_long_as_its_field_and_no_longer(clerk, app, field, most):
    clerk.step(NEW, **LOGGED | {field: "长" * (most + 1), "lot_confirmed": "y"})
    assert set(clerk.faults) == {field}
    assert clerk.send(NEW, **{field: "长" * most}).status == 303
    assert getattr(loaded(app, Complaint, 1), field) == "长" * most


# Choices and hidden fields


@pytest.mark.parametrize(
    "sent",
    [
        {"channel": "telepathy"},
        {"customer_id": "999"},
        {"customer_id": "-1"},
        {"customer_id": "x"},
        {"product_id": "9" * 30},
        {"demand": "gold"},
        {"found_at": NUL},
        {"customer_id": NUL},
    ],
)
def test_a_choice_that_was_not_offered_is_refused(clerk, count, sent):
    clerk.step(NEW, **LOGGED | {"lot_no": ""} | sent)
    assert (clerk.status, set(clerk.faults), count(Complaint)) == (422, set(sent), 0)


@pytest.mark.parametrize(
    "sent",
    [
        {"request_id": NUL},
        {"request_id": "x" * 5000},
        {"request_id": ""},
        {"request_id": "声"},
        {"kept_files": f"a{NUL}b c"},
        {"kept_files": "../../etc/passwd"},
        {"kept_files": "x" * 100_000},
        {"version": NUL},
    ],
)
def test_hidden_fields_nobody_gave_out_break_nothing(clerk, count, sent):
    assert clerk.step(NEW, **LOGGED | sent).status == 303
    assert count(Complaint) == 1


def test_unknown_fields_are_not_written(clerk, app):
    assert (
        clerk.step(
            NEW, **LOGGED, state="closed", number="CC-1", reply_due_at="2099-01-01", void_reason="x"
        ).status
        == 303
    )
    complaint = loaded(app, Complaint, 1)
    assert (complaint.state, complaint.void_reason, complaint.number[:3]) == ("received", None, "CC-")


# Files


def test_a_photograph_of_30_megabytes_is_refused_and_the_text_stays(clerk, count):
    clerk.step(NEW, **LOGGED, files=upload(picture() + bytes(30 * MEGABYTE)))
    assert (clerk.status, set(clerk.faults), clerk.form()["description"]) == (
        422,
        {"files"},
        LOGGED["description"],
    )
    assert (count(Complaint), count(PendingUpload)) == (0, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.jpg", b"MZ\x90\x00\x03" + bytes(500)),
        ("setup.exe", b"MZ\x90\x00" + bytes(500)),
        ("page.html", b"<script>alert(1)</script>"),
        ("bild.svg", b"<svg onload='alert(1)'/>"),
        ("照片.jpg", b""),
        ("照片.jpg", b"\xff\xd8\xff\xe0 no picture"),
        ("表.xlsx", b"PK\x03\x04 no table"),
        ("照片", picture()),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(clerk, count, name, content):
    clerk.step(NEW, **LOGGED, files=upload(content, name))
    assert (clerk.status, set(clerk.faults), count(Complaint), count(PendingUpload)) == (422, {"files"}, 0, 0)


def test_more_files_than_the_site_takes_at_once_are_refused(clerk, count):
    clerk.step(NEW, **LOGGED, files=[upload(picture(), f"{n}.jpg") for n in range(11)])
    assert (clerk.status, set(clerk.faults), count(Complaint)) == (422, {"files"}, 0)


def test_a_refused_form_keeps_the_photograph_and_the_second_try_attaches_it(clerk, app, count):
    clerk.step(NEW, **LOGGED | {"description": ""}, files=upload(picture()))
    assert (clerk.status, set(clerk.faults), "照片.jpg" in clerk.text) == (422, {"description"}, True)
    assert clerk.send(NEW, description="无声").status == 303
    with app.app_context():
        assert [(file.name, file.step) for file in Attachment.of(db.session.get(Complaint, 1))] == [
            ("照片.jpg", "log")
        ]
    assert count(PendingUpload) == 0


def test_the_good_one_of_two_files_is_kept_when_the_other_is_refused(clerk, app):
    clerk.step(NEW, **LOGGED, files=[upload(picture()), upload(b"MZ", "setup.exe")])
    assert (set(clerk.faults), "照片.jpg" in clerk.text) == ({"files"}, True)
    assert clerk.send(NEW).status == 303
    with app.app_context():
        assert [file.name for file in Attachment.of(db.session.get(Complaint, 1))] == ["照片.jpg"]


def test_a_photograph_is_kept_over_a_wrong_password_and_over_a_stale_record(
    as_role, clerk, complaint_in, app
):
    complaint = complaint_in("analysing")
    page, inspector = f"/complaints/{complaint.id}/confirm", as_role("quality_inspector")
    fields = {
        "finding": "confirmed",
        "liability": "ours",
        "defect_category": "FUN",
        "defect_code": "FUN.no_sound",
        "severity": "major",
        "nature": "sporadic",
        "analysis": "虚焊",
        "resp_dept": "production",
        "route": "occasional",
    }
    inspector.step(page, **fields, password="wrong", files=upload(picture()))
    assert inspector.status == 422
    assert clerk.step(f"/complaints/{complaint.id}/amend", order_no="PO-9").status == 303
    assert (inspector.send(page, password=PASSWORD).status, inspector.form()["analysis"]) == (409, "虚焊")
    assert inspector.send(page, password=PASSWORD).status == 303
    with app.app_context():
        assert [file.name for file in Attachment.of(db.session.get(Complaint, complaint.id))] == ["照片.jpg"]


@pytest.mark.both_databases
def test_nobody_attaches_a_file_that_waits_in_a_colleagues_form(clerk, as_role, app, count):
    clerk.step(NEW, **LOGGED | {"description": ""}, files=upload(picture()))
    stolen = clerk.form()["kept_files"]
    assert as_role("sales_manager").step(NEW, **LOGGED, kept_files=stolen).status == 303
    assert (count(Attachment), count(PendingUpload)) == (0, 1)


# Requests made by hand


@pytest.mark.parametrize(
    "address",
    [
        "/complaints/999",
        "/complaints/0",
        "/complaints/-1",
        f"/complaints/{2**31}",
        f"/complaints/{10**30}",
        "/complaints/x",
        "/complaints/1.5",
        "/complaints/%00",
        "/complaints/999/receive",
        "/files/999",
        f"/files/{10**30}",
        "/files/0/thumbnail",
        "/files/complaint/999/add",
        "/files/spaceship/1/add",
        "/files/user/1/add",
        "/files/999/void",
        "/nowhere",
    ],
)
def test_an_address_of_no_record_is_404_with_a_way_on(as_role, address):
    browser = as_role("quality_supervisor").get(address)
    assert (
        browser.status,
        "404" in browser.text,
        browser.soup.select_one(".error-actions a") is not None,
    ) == (404, True, True)


@pytest.mark.parametrize(
    "address",
    [
        "/complaints/1/dance",
        "/complaints/1/log",
        "/complaints/1/pass_on",
        "/complaints/1/_fill",
        "/complaints/1/check",
    ],
)
def test_a_step_that_the_procedure_does_not_know_is_404(clerk, complaint_in, address):
    complaint_in("received")
    assert (clerk.get(address).status, clerk.post(address).status) == (404, 404)


def test_a_form_without_its_csrf_token_is_400_and_changes_nothing(clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
        assert (
            clerk.post(
                NEW,
                {**{name: value for name, value in fields.items() if name != "csrf_token"}, **token},
                csrf=False,
            ).status
            == 400
        )
    assert count(Complaint) == 0


def test_another_persons_csrf_token_is_none(clerk, as_role, count):
    foreign = as_role("sales_manager").get(NEW).form()["csrf_token"]
    assert clerk.step(NEW, **LOGGED, csrf_token=foreign).status == 400
    assert count(Complaint) == 0


def test_an_older_version_is_409_and_what_was_typed_stays(clerk, as_role, complaint_in, app):
    complaint = complaint_in("received")
    page = f"/complaints/{complaint.id}/amend"
    clerk.get(page)
    assert as_role("sales_manager").step(page, order_no="PO-1").status == 303
    clerk.send(page, lot_no="L2612", description="两只无声", lot_confirmed="y")
    assert (clerk.status, clerk.form()["lot_no"], clerk.form()["description"]) == (409, "L2612", "两只无声")
    assert loaded(app, Complaint, complaint.id).lot_no == "L2611"
    assert clerk.send(page).status == 303
    assert loaded(app, Complaint, complaint.id).lot_no == "L2612"


@pytest.mark.parametrize("version", ["", "0", "-1", "99", "x", None])
def test_a_version_that_is_not_the_records_is_409(as_role, complaint_in, version, app):
    complaint = complaint_in("received")
    inspector = as_role("quality_inspector").get(f"/complaints/{complaint.id}/receive")
    assert inspector.send(f"/complaints/{complaint.id}/receive", version=version).status == 409
    assert loaded(app, Complaint, complaint.id).version == complaint.version


def test_a_step_that_has_been_taken_meanwhile_is_409_and_shows_what_was_typed(as_role, complaint_in):
    complaint = complaint_in("analysing")
    page = f"/complaints/{complaint.id}/confirm"
    slow, fast = as_role("quality_inspector").get(page), as_role("quality_supervisor")
    fields = {
        "finding": "confirmed",
        "liability": "ours",
        "defect_category": "FUN",
        "defect_code": "FUN.no_sound",
        "severity": "major",
        "nature": "sporadic",
        "analysis": "虚焊",
        "resp_dept": "production",
        "route": "occasional",
        "password": PASSWORD,
    }
    assert fast.step(page, **fields).status == 303
    slow.send(page, **fields | {"analysis": "我写了很久的分析"})
    assert (slow.status, "我写了很久的分析" in slow.text, PASSWORD in slow.text.split()) == (409, True, False)


# The same form twice (request ids)


@pytest.mark.both_databases
def test_the_same_form_sent_twice_gives_one_record_and_the_same_answer(clerk, count):
    fields = clerk.get(NEW).form() | LOGGED
    first = clerk.post(NEW, fields).location
    assert (clerk.post(NEW, fields).status, clerk.location) == (303, first)
    assert (count(Complaint), count(Receipt)) == (1, 1)


def test_the_same_step_sent_twice_is_taken_once_though_the_version_is_old_by_then(as_role, complaint_in, app):
    complaint = complaint_in("received")
    inspector = as_role("quality_inspector").get(f"/complaints/{complaint.id}/receive")
    fields = inspector.form()
    assert [inspector.post(f"/complaints/{complaint.id}/receive", fields).status for _ in range(3)] == [
        303,
        303,
        303,
    ]
    assert loaded(app, Complaint, complaint.id).version == complaint.version + 1


def test_a_refused_form_uses_its_request_id_up_only_when_it_is_taken(clerk, count):
    clerk.step(NEW, **LOGGED | {"description": ""}, request_id="the-same")
    assert count(Receipt) == 0
    assert clerk.send(NEW, description="无声", request_id="the-same").status == 303
    assert (count(Complaint), count(Receipt)) == (1, 1)


def test_two_people_with_one_request_id_make_two_records(clerk, as_role, count):
    manager = as_role("sales_manager")
    assert [browser.step(NEW, **LOGGED, request_id="the-same").status for browser in (clerk, manager)] == [
        303,
        303,
    ]
    assert count(Complaint) == 2


def test_one_form_from_two_tabs_at_the_very_same_time_gives_one_record(app, clerk, count):
    fields = clerk.get(NEW).form() | LOGGED | {"request_id": request_id()}
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = clerk.client.get_cookie(name).value
    answers, barrier = [], threading.Barrier(4)

    def send() -> None:
        tab = app.test_client()
        tab.set_cookie(name, cookie)
        barrier.wait()
        answers.append(tab.post(NEW, data=fields).location)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, count(Complaint), count(Receipt)) == (["/complaints/1"] * 4, 1, 1)


def test_a_file_form_sent_twice_attaches_once(clerk, complaint_in, count):
    complaint = complaint_in("received")
    page = f"/files/complaint/{complaint.id}/add"
    fields = clerk.get(page).form()
    assert [clerk.post(page, fields, files=upload(picture())).status for _ in range(2)] == [303, 303]
    assert count(Attachment) == 1


def test_nothing_refused_leaves_an_event(clerk, count):
    before = count(Event)
    clerk.step(NEW, **LOGGED | {"description": ""}, files=upload(picture()))
    clerk.get("/complaints/1")
    clerk.post(NEW, csrf=False)
    assert count(Event) == before


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "state=%00",
        "reply=%00",
        "sort=%00",
        "after=%00",
        "after=x",
        "before=W10",
        "q=%F0%A0%AE%B7",
        "q=" + "x" * 5000,
        "state=nonsense",
        "category=%00",
        "severity=%00",
        "customer=%00",
        "from=x&to=y",
        "from=%00",
        "from=9999-12-31&to=0001-01-01",
        "after=WyIyMDI2LTAxLTAxIiwgMV0",
        "after=WzEsIDFd",
        "after=WyJcdTAwMDAiLCAxXQ",
        "q=%25_%5C",
    ],
)
def test_a_lists_address_may_hold_anything(clerk, complaint_in, query):
    complaint_in("received")
    assert clerk.get(f"/complaints/?{query}").status == 200
    assert clerk.get(f"/?{query}").status == 200


@pytest.mark.parametrize("number", [str(2**63), "9" * 309])
def test_an_id_that_no_database_takes_is_refused_beside_its_field(clerk, number):
    clerk.step(NEW, **LOGGED | {"customer_id": number})
    assert (clerk.status, set(clerk.faults)) == (422, {"customer_id"})


def test_a_time_and_a_deadline_far_away_are_refused_beside_their_fields(clerk):
    far = {"heard_at": "9999-12-30T10:00", "customer_deadline": "9999-12-31T23:00"}
    clerk.step(NEW, **LOGGED | far)
    assert (clerk.status, {"heard_at", "customer_deadline"} >= set(clerk.faults)) == (422, True)


def test_more_lines_than_a_form_takes_are_refused(clerk, complaint_in):
    complaint = complaint_in("analysing")
    address = f"/replenishments/new?complaint={complaint.id}"
    clerk.step(address, **{f"lines-{number}-quantity": "1" for number in range(41)})
    assert (clerk.status, "最多 40 行" in clerk.text) == (422, True)


def test_decimals_beyond_those_kept_are_refused_and_not_rounded(clerk, filed):
    application = filed("filed")
    clerk.step(f"/replenishments/{application.id}/change", currency="USD", rate="6." + "9" * 32)
    assert (clerk.status, set(clerk.faults)) == (422, {"rate"})


def test_zeros_at_the_end_are_no_further_decimals(clerk, filed):
    application = filed("filed")
    clerk.step(f"/replenishments/{application.id}/change", currency="USD", rate="7.1200000000")
    assert clerk.status == 303, clerk.faults
