"""The pages of a complaint (5.2): each way through as people fill the forms, and what a form refuses beside
its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Shipment
from cs.records.attachments import Attachment
from tests.support import (
    CHECKED,
    PASSWORD,
    SETTLED,
    SETTLED_FORM,
    kept,
    loaded,
    picture,
    report_a_week_earlier,
    upload,
)

FACTORY = ZoneInfo("Asia/Shanghai")
LOGGED = {
    "customer_id": "1",
    "channel": "phone",
    "description": "装车后右声道无声",
    "product_id": "1",
    "lot_no": "L2611",
    "contact_name": "王工",
    "contact_phone": "13800138000",
    "oral_written": "oral",
    "checked_qty": "200",
    "defect_qty": "3",
    "found_at": "line",
}
CONFIRMED = {
    "finding": "confirmed",
    "liability": "ours",
    "defect_category": "FUN",
    "defect_code": "FUN.no_sound",
    "severity": "major",
    "nature": "sporadic",
    "resp_dept": "production",
    "analysis": "焊点虚焊",
    "route": "occasional",
    "password": PASSWORD,
}
NOT_OURS = CONFIRMED | {"liability": "customer", "route": "not_ours"}


def local(moment: datetime) -> str:
    return moment.astimezone(FACTORY).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def stands(app):
    """stands(complaint): the record as it is in the database now."""
    return lambda complaint: loaded(app, Complaint, complaint.id)


# The whole way


def test_a_complaint_goes_from_the_clerk_to_its_end(as_role, app):
    clerk, inspector, supervisor = (
        as_role("sales_clerk"),
        as_role("quality_inspector"),
        as_role("quality_supervisor"),
    )
    assert clerk.step("/complaints/new", **LOGGED).status == 303
    page = clerk.location
    assert inspector.step(f"{page}/receive").location == page
    assert inspector.step(f"{page}/confirm", **CONFIRMED).location == page
    assert supervisor.step(f"{page}/confirm_route", password=PASSWORD).location == page
    assert supervisor.step(f"{page}/settle", **SETTLED_FORM).location == page
    assert clerk.step(f"{page}/send_reply", reply_to="王工", reply_channel="email").location == page
    assert clerk.step(f"{page}/accept").location == page
    assert inspector.step(f"{page}/do_measure", done_note="已实施", files=upload(picture())).location == page
    early = supervisor.step(f"{page}/check_effect", **CHECKED, password=PASSWORD)
    assert set(early.faults) == {"verification_data"}
    report_a_week_earlier(app)
    assert supervisor.step(f"{page}/check_effect", **CHECKED, password=PASSWORD).location == page
    assert supervisor.step(f"{page}/close", password=PASSWORD).location == page
    closed = loaded(app, Complaint, 1)
    assert (closed.state, closed.version, closed.reply.in_time) == ("closed", 11, True)


def test_a_customers_date_beyond_the_limit_needs_its_mail_at_the_logging(as_role, on):
    """5.2.2.6, Q15: or a clerk alone would give us more time than the procedure does."""
    clerk = as_role("sales_clerk")
    sooner, later = local(on + timedelta(hours=6)), local(on + timedelta(days=30))
    assert clerk.step("/complaints/new", **LOGGED, customer_deadline=sooner).status == 303
    assert set(clerk.step("/complaints/new", **LOGGED, customer_deadline=later).faults) == {"files"}
    letter = upload(picture())
    assert clerk.step("/complaints/new", **LOGGED, customer_deadline=later, files=letter).status == 303


def test_a_customers_date_at_the_very_end_of_the_limit_needs_no_mail(as_role, app):
    clerk = as_role("sales_clerk")
    clerk.step("/complaints/new", **LOGGED)
    with app.app_context():
        limit = db.session.query(Complaint).one().reply_due_at
    assert clerk.step("/complaints/new", **LOGGED, customer_deadline=local(limit)).status == 303, clerk.faults


def test_the_chain_ties_the_files_of_a_signed_form_to_its_signature(as_role, complaint_in, app):
    complaint = complaint_in("analysing")
    as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/confirm", **CONFIRMED, files=upload(picture())
    )
    with app.app_context():
        now = db.session.get(Complaint, complaint.id)
        assert [event.name for event in now.events[-2:]] == ["attach", "confirm"]
        assert now.events[-1].previous_hash == now.events[-2].hash
        assert now.signatures[0].version == now.version


def test_what_is_not_ours_goes_to_the_customer_with_its_evidence(as_role, complaint_in, stands):
    complaint = complaint_in("analysing")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    assert inspector.step(f"{page}/confirm", **NOT_OURS).status == 303
    assert as_role("quality_supervisor").step(f"{page}/confirm_route", password=PASSWORD).status == 303
    assert inspector.step(f"{page}/explain", reply_text="接线反了").faults.keys() == {"files"}
    assert inspector.step(f"{page}/explain", reply_text="接线反了", files=upload(picture())).status == 303
    assert inspector.step(f"{page}/reply_directly", reply_to="王工", reply_channel="email").status == 303
    now = stands(complaint)
    assert (now.state, now.counts_in_kpi, now.reply.route, now.reply.replied_by_id) == (
        "awaiting_customer",
        False,
        "not_ours",
        3,
    )


def test_the_photograph_of_the_analysis_is_evidence_but_not_the_customers_own(as_role, complaint_in, app):
    clerk, inspector = as_role("sales_clerk"), as_role("quality_inspector")
    clerk.step("/complaints/new", **LOGGED, files=upload(picture()))
    first = clerk.location
    clerk.step("/complaints/new", **LOGGED, files=upload(picture()))
    for page, files in ((first, {}), (clerk.location, {"files": upload(picture(color=(1, 2, 3)))})):
        inspector.step(f"{page}/receive")
        assert inspector.step(f"{page}/confirm", **NOT_OURS, **files).status == 303
        assert as_role("quality_supervisor").step(f"{page}/confirm_route", password=PASSWORD).status == 303
    assert inspector.step(f"{first}/explain", reply_text="接线反了").faults.keys() == {"files"}
    assert inspector.step(f"{clerk.location}/explain", reply_text="接线反了").status == 303
    with app.app_context():
        assert [file.step for file in Attachment.of(loaded(app, Complaint, 2))] == ["log", "confirm"]


def test_what_another_department_heard_becomes_a_complaint_by_sales(as_role, app):
    keeper, clerk = as_role("warehouse_keeper"), as_role("sales_clerk")
    assert (
        keeper.step("/complaints/new", customer_said="某客户", channel="chat", description="外箱破损").status
        == 303
    )
    page = keeper.location
    assert clerk.step(f"{page}/register", customer_id="1").status == 303
    complaint = loaded(app, Complaint, 1)
    assert (complaint.state, complaint.customer_id, complaint.customer_said) == ("received", 1, "某客户")


def test_sales_says_why_it_is_no_complaint(as_role, complaint_in, stands):
    complaint = complaint_in("passed_on")
    clerk = as_role("sales_clerk")
    assert clerk.step(f"/complaints/{complaint.id}/decline", reason=" ").faults.keys() == {"reason"}
    assert clerk.step(f"/complaints/{complaint.id}/decline", reason="只是询价").status == 303
    assert (stands(complaint).state, stands(complaint).decline_reason) == ("sent_back", "只是询价")
    assert "只是询价" in clerk.get(f"/complaints/{complaint.id}").text


def test_a_refused_reply_goes_back_and_the_second_is_number_two(as_role, complaint_in, stands):
    complaint = complaint_in("awaiting_customer")
    page, clerk = f"/complaints/{complaint.id}", as_role("sales_clerk")
    assert clerk.step(f"{page}/refuse").faults.keys() == {"response_note"}
    assert clerk.step(f"{page}/refuse", response_note="原因不符").status == 303
    assert stands(complaint).state == "analysing"
    assert as_role("quality_inspector").step(f"{page}/confirm", **CONFIRMED).status == 303
    assert as_role("quality_supervisor").step(f"{page}/confirm_route", password=PASSWORD).status == 303
    assert as_role("quality_supervisor").step(f"{page}/settle", **SETTLED_FORM).status == 303
    assert [reply.number for reply in stands(complaint).replies] == [1, 2]
    assert "第 2 次" in clerk.get(page).text.replace("第2次", "第 2 次")


def test_after_ten_days_of_silence_the_note_says_what_was_tried(as_role, complaint_in, stands):
    complaint = complaint_in("awaiting_customer", silent=True)
    clerk = as_role("sales_clerk")
    assert clerk.step(f"/complaints/{complaint.id}/no_answer").faults.keys() == {"response_note"}
    assert (
        clerk.step(f"/complaints/{complaint.id}/no_answer", response_note="电话三次,邮件两次").status == 303
    )
    assert (stands(complaint).state, stands(complaint).reply.response) == ("accepted", "no_answer")


def test_voiding_needs_a_reason_that_the_page_then_shows(as_role, complaint_in, stands):
    complaint = complaint_in("received")
    manager = as_role("sales_manager")
    assert manager.step(f"/complaints/{complaint.id}/void").faults.keys() == {"reason"}
    assert manager.step(f"/complaints/{complaint.id}/void", reason="登记了两次").status == 303
    assert stands(complaint).void_reason == "登记了两次"
    assert "登记了两次" in manager.get(f"/complaints/{complaint.id}").text


# Block A


def test_only_customer_time_channel_and_description_are_asked_for_at_once(as_role):
    clerk = as_role("sales_clerk")
    clerk.step("/complaints/new", heard_at="")
    assert (clerk.status, set(clerk.faults)) == (422, {"customer_id", "heard_at", "channel", "description"})


def test_who_passes_on_names_the_customer_one_way_or_the_other(as_role):
    keeper = as_role("warehouse_keeper")
    keeper.step("/complaints/new", channel="phone", description="x")
    assert set(keeper.faults) == {"customer_said"}
    assert keeper.send("/complaints/new", customer_id="1").status == 303


def test_an_unknown_lot_is_a_warning_to_confirm_never_a_block(as_role, app):
    clerk = as_role("sales_clerk")
    clerk.step("/complaints/new", **LOGGED | {"lot_no": "L9999"})
    assert (clerk.status, set(clerk.faults)) == (422, {"lot_no"})
    assert clerk.send("/complaints/new", lot_confirmed="y").status == 303
    assert loaded(app, Complaint, 1).lot_no == "L9999"


def test_the_form_starts_at_now_and_offers_who_and_what_is_in_use(as_role, on):
    clerk = as_role("sales_clerk").get("/complaints/new")
    heard = datetime.fromisoformat(clerk.form()["heard_at"]).replace(tzinfo=FACTORY)
    assert abs(heard - on) < timedelta(minutes=2)
    assert [option["value"] for option in clerk.soup.select("select[name=customer_id] option")] == ["", "1"]


def test_a_new_deadline_moves_the_due_date_once_the_sales_manager_consents(as_role, complaint_in, stands, on):
    complaint = complaint_in("received")
    wished = (on + timedelta(days=20)).astimezone(FACTORY).replace(second=0)
    page = f"/complaints/{complaint.id}"
    clerk = as_role("sales_clerk").step(f"{page}/amend", customer_deadline=local(wished))
    assert (clerk.status, set(clerk.faults)) == (422, {"files"})
    clerk.send(f"{page}/amend", files=upload(picture()))
    assert (clerk.status, stands(complaint).reply_due_at) == (303, complaint.reply_due_at)
    assert "回复时间的变更待同意" in clerk.get(page).text
    manager = as_role("sales_manager").get("/approvals/")
    assert "同意变更回复时间" in manager.text
    assert manager.step(f"{page}/consent_clock", password=PASSWORD).status == 303
    assert stands(complaint).reply_due_at == wished
    assert "回复时间的变更待同意" not in clerk.get(page).text


def test_a_reply_sent_in_time_and_recorded_late_needs_evidence_and_consent(as_role, complaint_in, stands, on):
    complaint = complaint_in("answering", answered=True, on=on - timedelta(days=9))
    page, sent = f"/complaints/{complaint.id}", complaint.reply_due_at - timedelta(hours=1)
    clerk = as_role("sales_clerk").step(f"{page}/send_reply", reply_channel="email", sent_at=local(sent))
    assert (clerk.status, set(clerk.faults)) == (422, {"files"})
    assert clerk.send(f"{page}/send_reply", files=upload(picture())).status == 303
    assert stands(complaint).reply.in_time is False
    manager = as_role("sales_manager").step(f"{page}/consent_clock", password=PASSWORD)
    assert (manager.status, stands(complaint).reply.in_time) == (303, True)


def test_a_sending_after_the_due_time_says_why(as_role, complaint_in, on):
    complaint = complaint_in("answering", answered=True, on=on - timedelta(days=9))
    late = local(complaint.reply_due_at + timedelta(hours=1))
    clerk = as_role("sales_clerk").step(
        f"/complaints/{complaint.id}/send_reply", reply_channel="email", sent_at=late
    )
    assert (clerk.status, set(clerk.faults)) == (422, {"late_reply_reason"})


def test_a_refused_sending_time_is_seen_with_the_reason_for_the_lateness_or_claimed_again(
    as_role, complaint_in, stands, on
):
    complaint = complaint_in("answering", answered=True, on=on - timedelta(days=9))
    page, sent = f"/complaints/{complaint.id}", local(complaint.reply_due_at - timedelta(hours=1))
    clerk, manager = as_role("sales_clerk"), as_role("sales_manager")
    clerk.step(f"{page}/send_reply", reply_channel="email", sent_at=sent, files=upload(picture()))
    manager.step(f"{page}/refuse_clock", reason="邮件日期不符", password=PASSWORD)
    clerk.step(f"{page}/see_clock_refusal")
    assert (clerk.status, set(clerk.faults)) == (422, {"late_reply_reason"})
    late = local(complaint.reply_due_at + timedelta(hours=1))
    clerk.step(f"{page}/claim_sending", sent_at=late, reason="附原邮件", files=upload(picture()))
    assert (clerk.status, set(clerk.faults)) == (422, {"sent_at"})
    clerk.step(f"{page}/claim_sending", sent_at=sent, reason="附原邮件", files=upload(picture()))
    assert (clerk.status, stands(complaint).reply.in_time) == (303, False)
    manager.step(f"{page}/consent_clock", password=PASSWORD)
    assert (stands(complaint).reply.in_time, stands(complaint).late_reply_reason) == (True, None)


@pytest.mark.parametrize(("days", "message"), [(1, "时间不能晚于现在。"), (-30, "早于回复内容备妥的时间。")])
def test_the_moment_of_sending_is_checked(as_role, complaint_in, on, days, message):
    complaint = complaint_in("answering", answered=True)
    clerk = as_role("sales_clerk").step(
        f"/complaints/{complaint.id}/send_reply",
        reply_channel="email",
        sent_at=local(on + timedelta(days=days)),
    )
    assert (clerk.status, clerk.faults) == (422, {"sent_at": message})


def test_what_moves_the_clock_at_the_registration_needs_a_reason(as_role, complaint_in, stands, on):
    complaint = complaint_in("passed_on")
    page, wished = f"/complaints/{complaint.id}/register", local(on + timedelta(days=20))
    clerk = as_role("sales_clerk").step(page, customer_deadline=wished, files=upload(picture()))
    assert (clerk.status, set(clerk.faults)) == (422, {"clock_reason"})
    assert clerk.send(page, clock_reason="客户来函要求").status == 303
    assert stands(complaint).reply_due_at == complaint.reply_due_at


def test_a_refused_change_of_the_clock_is_seen_by_who_asked_for_it(as_role, complaint_in):
    page = f"/complaints/{complaint_in('received', clock='waiting').id}"
    manager = as_role("sales_manager").step(
        f"{page}/refuse_clock", reason="以首次获知为准", password=PASSWORD
    )
    assert manager.status == 303
    clerk = as_role("sales_clerk").get(page)
    assert ("回复时间的变更被驳回" in clerk.text, "以首次获知为准" in clerk.text) == (True, True)
    assert clerk.step(f"{page}/see_clock_refusal").status == 303
    assert "回复时间的变更被驳回" not in clerk.get(page).text


def test_a_refusal_takes_the_day_by_which_the_customer_wants_the_next_reply(
    as_role, complaint_in, stands, on
):
    complaint = complaint_in("awaiting_customer", customer_deadline=on + timedelta(days=1))
    page, wished = (
        f"/complaints/{complaint.id}/refuse",
        (on + timedelta(days=9)).astimezone(FACTORY).replace(second=0),
    )
    clerk = as_role("sales_clerk").get(page)
    assert clerk.form()["customer_deadline"] == ""  # the first one was that of the reply refused
    assert set(
        clerk.send(
            page, response_note="要求全部换货", customer_deadline=local(on - timedelta(hours=1))
        ).faults
    ) == {"customer_deadline"}
    assert set(clerk.send(page, customer_deadline=local(wished)).faults) == {"files"}
    assert clerk.send(page, files=upload(picture())).status == 303
    assert (stands(complaint).state, stands(complaint).reply_due_at) == ("analysing", wished)


def test_amending_shows_what_is_there_and_keeps_what_is_not_touched(as_role, complaint_in, stands):
    complaint = complaint_in("received")
    clerk = as_role("sales_clerk").get(f"/complaints/{complaint.id}/amend")
    assert {name: clerk.form()[name] for name in LOGGED} == LOGGED
    assert clerk.send(f"/complaints/{complaint.id}/amend", order_no="PO-9").status == 303
    now = stands(complaint)
    assert (now.order_no, now.description, now.checked_qty, now.heard_at.minute) == (
        "PO-9",
        "装车后右声道无声",
        200,
        complaint.heard_at.minute,
    )


# Block B


def test_what_is_still_missing_must_be_known_or_explained_before_signing(as_role, complaint_in, stands):
    complaint = complaint_in("analysing", checked_qty=None, contact_phone=None)
    page, inspector = f"/complaints/{complaint.id}/confirm", as_role("quality_inspector")
    assert {"checked_qty", "contact_phone"} < inspector.get(page).form().keys()
    assert "contact_name" not in inspector.form()
    assert set(inspector.send(page, **CONFIRMED).faults) == {"unknown_reason"}
    assert inspector.send(page, **CONFIRMED, checked_qty="200").faults.keys() == {"unknown_reason"}
    assert inspector.send(page, **CONFIRMED, unknown_reason="客户未留电话").status == 303
    assert (stands(complaint).checked_qty, stands(complaint).unknown_reason) == (200, "客户未留电话")


def test_when_nothing_is_missing_no_reason_is_asked(as_role, complaint_in):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector").get(f"/complaints/{complaint.id}/confirm")
    assert not {"contact_name", "checked_qty", "lot_no", "lot_confirmed"} & inspector.form().keys()
    assert inspector.send(f"/complaints/{complaint.id}/confirm", **CONFIRMED).status == 303


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"liability": "pending"}, "liability"),
        ({"liability": "customer"}, "route"),
        ({"liability": "carrier", "route_reason": "客户重要"}, "route"),  # no reason helps here
        ({"route": "not_ours"}, "route"),
        ({"liability": "supplier", "route": "not_ours", "route_reason": "供应商的错"}, "route"),
        ({"finding": ""}, "finding"),
        ({"liability": ""}, "liability"),
        ({"severity": ""}, "severity"),
        ({"nature": ""}, "nature"),
        ({"analysis": ""}, "analysis"),
        ({"route": ""}, "route"),
        ({"defect_category": ""}, "defect_category"),
        ({"defect_code": ""}, "defect_code"),
        ({"route": "meeting_tomorrow"}, "route"),
        ({"defect_code": "FUN.nonsense"}, "defect_code"),
        ({"defect_category": "APP"}, "defect_code"),
        ({"severity": "critical"}, "route_reason"),
        ({"nature": "batch"}, "route_reason"),
        ({"nature": "chronic"}, "route_reason"),
        ({"finding": "ntf"}, "route_reason"),
        ({"password": ""}, "password"),
        ({"password": "wrong"}, "password"),
    ],
)
def test_an_analysis_that_cannot_be_signed_says_so_beside_the_field(
    as_role, complaint_in, stands, changed, fault
):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/confirm", **CONFIRMED | changed
    )
    assert (inspector.status, fault in inspector.faults) == (422, True)
    assert inspector.form()["analysis"] == (CONFIRMED | changed)["analysis"]
    assert stands(complaint).state == "analysing"


@pytest.mark.parametrize("changed", [{"severity": "critical"}, {"nature": "batch"}, {"finding": "ntf"}])
def test_another_way_than_the_procedures_is_taken_with_its_reason(as_role, complaint_in, stands, changed):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/confirm", **CONFIRMED | changed, route_reason="客户同意简化处理"
    )
    assert (inspector.status, stands(complaint).route_reason) == (303, "客户同意简化处理")


def test_the_password_is_never_written_back_into_the_page(as_role, complaint_in):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/confirm", **CONFIRMED | {"analysis": "", "password": "my-secret-word"}
    )
    assert "my-secret-word" not in inspector.html


def test_more_defects_than_checked_pieces_are_refused_over_both_forms(as_role, complaint_in):
    complaint = complaint_in("analysing", checked_qty=10, defect_qty=None)
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/confirm", **CONFIRMED, defect_qty="11"
    )
    assert set(inspector.faults) == {"defect_qty"}


# The answer


def test_a_result_of_another_day_needs_the_reason_why_it_comes_later(as_role, complaint_in, on, stands):
    complaint = complaint_in("answering", on=on - timedelta(days=3))
    page, supervisor = f"/complaints/{complaint.id}/settle", as_role("quality_supervisor")
    yesterday = (on - timedelta(days=1)).astimezone(FACTORY).date().isoformat()
    assert set(supervisor.step(page, **SETTLED_FORM, settled_on=yesterday).faults) == {"late_reason"}
    assert supervisor.send(page, late_reason="出差").status == 303
    assert (stands(complaint).reply.late_reason, stands(complaint).reply.settled_on.isoformat()) == (
        "出差",
        yesterday,
    )
    assert "出差" in supervisor.get(f"/complaints/{complaint.id}").text


@pytest.mark.parametrize("days", [1, -30])
def test_a_result_of_tomorrow_or_of_before_the_complaint_is_refused(as_role, complaint_in, on, days):
    complaint = complaint_in("answering")
    day = (on + timedelta(days=days)).astimezone(FACTORY).date().isoformat()
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/settle", **SETTLED_FORM, settled_on=day, late_reason="x"
    )
    assert (supervisor.status, set(supervisor.faults)) == (422, {"settled_on"})


def test_a_late_reply_says_why_and_one_in_time_is_not_asked(as_role, complaint_in, on, stands):
    in_time = complaint_in("answering", answered=True)
    late = complaint_in("answering", answered=True, on=on - timedelta(days=12))
    clerk = as_role("sales_clerk")
    assert "late_reply_reason" not in clerk.get(f"/complaints/{in_time.id}/send_reply").form()
    assert set(
        clerk.step(f"/complaints/{late.id}/send_reply", reply_to="王工", reply_channel="email").faults
    ) == {"late_reply_reason"}
    assert clerk.send(f"/complaints/{late.id}/send_reply", late_reply_reason="等样品").status == 303
    assert (stands(late).late_reply_reason, stands(late).reply.in_time) == ("等样品", False)


@pytest.mark.parametrize(("step", "more"), [("accept", {}), ("refuse", {"response_note": "x"})])
@pytest.mark.parametrize("days", [1, -5])
def test_the_customer_answers_neither_tomorrow_nor_before_our_reply(
    as_role, complaint_in, on, step, more, days
):
    complaint = complaint_in("awaiting_customer")
    day = (on + timedelta(days=days)).astimezone(FACTORY).date().isoformat()
    clerk = as_role("sales_clerk").step(f"/complaints/{complaint.id}/{step}", response_on=day, **more)
    assert (clerk.status, set(clerk.faults)) == (422, {"response_on"})


def test_closing_is_signed(as_role, complaint_in, stands):
    complaint = complaint_in("accepted")
    supervisor = as_role("quality_supervisor")
    assert set(supervisor.step(f"/complaints/{complaint.id}/close", password="wrong").faults) == {"password"}
    assert stands(complaint).state == "accepted"
    assert supervisor.send(f"/complaints/{complaint.id}/close", password=PASSWORD).status == 303
    signatures = [
        line.get_text(" ", strip=True)
        for line in supervisor.get(f"/complaints/{complaint.id}").soup.select(".signatures li")
    ]
    assert ["品质主管甲" in line for line in signatures] == [True, True]


# The page


def test_the_page_shows_what_is_next_to_who_may_do_it_and_to_others_whom_it_waits_for(as_role, complaint_in):
    complaint = complaint_in("received")
    links = {
        role: [
            link["href"].rsplit("/", 1)[1]
            for link in as_role(role).get(f"/complaints/{complaint.id}").soup.select("#record a.btn")
            if link["href"].startswith(f"/complaints/{complaint.id}/")
        ]
        for role in ("quality_inspector", "sales_manager", "auditor")
    }
    assert links == {
        "quality_inspector": ["contact", "request_sample", "receive"],
        "sales_manager": ["acknowledge", "contact", "amend", "void"],
        "auditor": [],
    }


def test_the_whole_case_is_on_its_page_in_both_languages(as_role, complaint_in):
    complaint = complaint_in("closed")
    texts = {
        language: as_role("auditor", language=language).get(f"/complaints/{complaint.id}").text
        for language in ("zh", "en")
    }
    for words in (
        complaint.number,
        "华声汽配",
        "CA-6920",
        "L2611",
        SETTLED["reply_text"],
        SETTLED["cause"],
        "1.50%",
        "MJ-QP-12-03",
    ):
        assert [words in text for text in texts.values()] == [True, True], words
    assert ("已结案" in texts["zh"], "Closed" in texts["en"]) == (True, True)


def test_htmx_gets_the_changed_record_and_its_address(as_role, complaint_in):
    complaint = complaint_in("received")
    inspector = as_role("quality_inspector", htmx=True).step(f"/complaints/{complaint.id}/receive")
    assert (inspector.status, inspector.response.headers["HX-Push-Url"]) == (
        200,
        f"/complaints/{complaint.id}",
    )
    assert (inspector.soup.find(id="record") is not None, inspector.soup.find("html")) == (True, None)


def test_htmx_gets_a_refused_form_alone(as_role, complaint_in):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector", htmx=True).step(f"/complaints/{complaint.id}/confirm")
    assert (inspector.status, inspector.soup.find("html")) == (422, None)
    assert inspector.soup.find(id="step") is not None


def test_a_voided_customer_stays_on_the_complaint(as_role, complaint_in, app, people, on):
    from cs.extensions import db
    from cs.models.customers import Customer

    complaint = complaint_in("received")
    with kept(app):
        db.session.get(Customer, 1).void(reason="注销", by=people["sales_manager"], on=on)
    clerk = as_role("sales_clerk").step(f"/complaints/{complaint.id}/amend", order_no="PO-9")
    assert (clerk.status, clerk.faults) == (303, {})


def test_an_empty_file_is_no_evidence(as_role, complaint_in, stands):
    complaint = complaint_in("answering", route="not_ours")
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/explain", reply_text="运输损坏", files=upload(b"", "破损.jpg")
    )
    assert (inspector.status, set(inspector.faults), stands(complaint).replies) == (422, {"files"}, [])


# What is known already


@pytest.fixture
def second_contact(app, people, on):
    with kept(app):
        customer = db.session.get(Customer, 1)
        customer.edit(
            by=people["sales_clerk"],
            on=on,
            contacts=[{"name": "王工", "phone": "13800138000"}, {"name": "李品质", "phone": "13900139000"}],
        )


def test_choosing_a_customer_offers_its_contacts_and_one_press_fills_name_and_telephone(
    as_role, second_contact
):
    clerk = as_role("sales_clerk").get("/complaints/contacts?customer_id=1")
    offered = {
        button.get_text(" ", strip=True): button["value"]
        for button in clerk.soup.select("#known-contacts button[name=fill_in]")
    }
    assert list(offered) == ["王工 · 13800138000", "李品质 · 13900139000"]
    clerk.get("/complaints/new").send(
        "/complaints/new", customer_id="1", description="无声", fill_in=offered["李品质 · 13900139000"]
    )
    assert (
        clerk.status,
        {
            name: clerk.form()[name]
            for name in ("contact_name", "contact_phone", "description", "customer_id")
        },
    ) == (
        200,
        {"contact_name": "李品质", "contact_phone": "13900139000", "description": "无声", "customer_id": "1"},
    )


def test_a_known_lot_offers_its_shipment_and_fills_in_the_goods(as_role, shipment):
    clerk = as_role("sales_clerk").get("/complaints/lot?lot_no=L2611&customer_id=1")
    button = clerk.soup.select_one("#known-lot button[name=fill_in]")
    assert "华声汽配 · CA-6920 · PO-1 · 2026-01-05 · 500" in button.get_text(" ", strip=True)
    clerk.get("/complaints/new").send("/complaints/new", lot_no="L2611", fill_in=button["value"])
    found = {
        name: clerk.form()[name]
        for name in ("customer_id", "product_id", "order_no", "shipped_on", "shipped_qty")
    }
    assert found == {
        "customer_id": "1",
        "product_id": "1",
        "order_no": "PO-1",
        "shipped_on": "2026-01-05",
        "shipped_qty": "500",
    }


def test_without_javascript_a_look_up_fills_in_what_it_finds_alone_and_keeps_what_is_typed(as_role, app):
    clerk = as_role("sales_clerk").get("/complaints/new")
    clerk.send(
        "/complaints/new", customer_id="1", contact_name="陈工", fill_in="contacts", files=upload(picture())
    )
    assert (clerk.form()["contact_name"], clerk.form()["contact_phone"], "照片.jpg" in clerk.text) == (
        "陈工",
        "13800138000",
        True,
    )
    clerk.send("/complaints/new", lot_no="L2611", order_no="PO-77", fill_in="lot")
    assert (clerk.form()["order_no"], clerk.form()["shipped_qty"], clerk.faults) == ("PO-77", "500", {})
    with app.app_context():
        assert db.session.query(Complaint).count() == 0


def test_a_look_up_among_several_fills_in_nothing_but_offers_them(as_role, second_contact):
    clerk = (
        as_role("sales_clerk")
        .get("/complaints/new")
        .send("/complaints/new", customer_id="1", fill_in="contacts")
    )
    assert (clerk.form()["contact_name"], len(clerk.soup.select("#known-contacts button"))) == ("", 2)


def test_the_department_that_passes_something_on_looks_up_too(as_role):
    keeper = (
        as_role("warehouse_keeper")
        .get("/complaints/new")
        .send("/complaints/new", lot_no="L2611", fill_in="lot")
    )
    assert (keeper.form()["product_id"], keeper.form()["customer_id"]) == ("1", "1")


@pytest.mark.both_databases
def test_a_void_shipment_is_not_offered_for_its_lot(as_role, app, people, on):
    with kept(app):
        db.session.get(Shipment, 1).void(reason="录错", by=people["sales_manager"], on=on)
    assert as_role("sales_clerk").get("/complaints/lot?lot_no=L2611").soup.select("button") == []


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?lot_no=%00&customer_id=1",
        "?lot_no=L2611&customer_id=99999999999999999999",
        "?lot_no=L2611&customer_id=x2",
        "?customer_id=%C2%B2",
        "?lot_no=" + "9" * 3000,
    ],
)
def test_what_is_looked_up_may_be_nonsense(as_role, asked):
    auditor = as_role("auditor")
    assert [auditor.get(f"/complaints/{what}{asked}").status for what in ("contacts", "lot")] == [200, 200]


@pytest.mark.parametrize("pressed", ["contact-99", "contact-x", "shipment-", "lot-1", "nothing"])
def test_a_button_that_was_never_offered_fills_in_nothing(as_role, pressed):
    clerk = as_role("sales_clerk").get("/complaints/new")
    before = clerk.form()
    clerk.send("/complaints/new", fill_in=pressed, lot_no="\x00", customer_id="99999999999")
    assert (clerk.status, clerk.form()["contact_name"], clerk.form()["order_no"]) == (
        200,
        before["contact_name"],
        "",
    )
