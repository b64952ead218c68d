"""Goods that arrive after the close of their complaint (5.3.5), on the pages."""

from __future__ import annotations

from cs.models.complaints.complaint import Complaint
from cs.models.returns.customer_return import Return
from tests.support import loaded

LINE = {
    "return_kind": "use",
    "lines-0-product_id": "1",
    "lines-0-lot_no": "L2611",
    "lines-0-return_reason": "右声道无声",
    "lines-0-slip_qty": "4",
}


def test_a_return_for_a_closed_complaint_is_refused_with_the_two_ways(as_role, complaint_in):
    complaint, clerk = complaint_in("closed"), as_role("sales_clerk")
    clerk.step("/returns/new", customer_id="1", join_complaint=complaint.number, **LINE)
    assert (clerk.status, list(clerk.faults)) == (422, ["join_complaint"])
    assert "已结案" in clerk.faults["join_complaint"]
    ways = [one["href"] for one in clerk.soup.select("#closed-complaint a")]
    assert ways == [
        f"/complaints/{complaint.id}/request_reopen",
        f"/complaints/new?complaint={complaint.id}",
    ]


def test_the_way_to_a_new_complaint_fills_in_the_goods_of_the_closed_one(app, as_role, complaint_in):
    complaint, clerk = complaint_in("closed"), as_role("sales_clerk")
    page = clerk.get(f"/complaints/{complaint.id}")
    (way,) = {one["href"] for one in page.soup.select("#returns a")}
    form = clerk.get(way).form()
    assert (form["customer_id"], form["product_id"], form["lot_no"], form["channel"]) == (
        "1",
        "1",
        "L2611",
        "return",
    )
    assert form["description"] == complaint.description
    clerk.post("/complaints/new", form)
    assert clerk.status == 303, clerk.faults
    made = loaded(app, Complaint, complaint.id + 1)
    assert (made.state, made.lot_no) == ("received", complaint.lot_no)
    clerk.step("/returns/new", customer_id="1", join_complaint=made.number, **LINE)
    assert (clerk.status, loaded(app, Return, 1).complaint_id) == (303, made.id)


def test_the_quality_supervisor_opens_it_again_with_a_reason_and_the_return_joins(app, as_role, complaint_in):
    complaint, supervisor = complaint_in("closed"), as_role("quality_supervisor")
    assert "重新打开" in supervisor.get(f"/complaints/{complaint.id}").soup.select_one(".actions").text
    supervisor.step(f"/complaints/{complaint.id}/reopen", reason=" ")
    assert (supervisor.status, list(supervisor.faults)) == (422, ["reason"])
    supervisor.step(f"/complaints/{complaint.id}/reopen", reason="客户又退回四件")
    assert (supervisor.status, loaded(app, Complaint, complaint.id).state) == (303, "accepted")
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", customer_id="1", join_complaint=complaint.number, **LINE)
    assert (clerk.status, loaded(app, Return, 1).complaint_id) == (303, complaint.id)
    page = supervisor.get(f"/complaints/{complaint.id}").text
    assert "客户又退回四件" in page
    assert loaded(app, Return, 1).number in page


def test_the_supervisor_has_the_request_of_sales_as_a_task_and_grants_it(app, as_role, complaint_in):
    complaint, supervisor = complaint_in("closed"), as_role("quality_supervisor")
    page = f"/complaints/{complaint.id}"
    clerk = as_role("sales_clerk").step(f"{page}/request_reopen", reason=" ")
    assert (clerk.status, list(clerk.faults)) == (422, ["reason"])
    clerk.step(f"{page}/request_reopen", reason="客户又退回四件")
    assert clerk.status == 303
    assert "处理重新打开申请" in supervisor.get("/").text
    assert "客户又退回四件" in supervisor.get(page).text
    supervisor.step(f"{page}/grant_reopen")
    assert (supervisor.status, loaded(app, Complaint, complaint.id).state) == (303, "accepted")


def test_who_asked_sees_why_it_stays_closed_and_the_way_to_a_new_complaint(app, as_role, complaint_in):
    complaint = complaint_in("closed", reopening="refused")
    page, clerk = f"/complaints/{complaint.id}/see_reopen_refusal", as_role("sales_clerk")
    assert "查看不予重新打开的原因" in clerk.get("/").text
    assert "另立投诉" in clerk.get(page).text
    assert any(link["href"].endswith(f"new?complaint={complaint.id}") for link in clerk.soup.select("main a"))
    clerk.step(page)
    assert (clerk.status, loaded(app, Complaint, complaint.id).reopen_refusal) == (303, None)
