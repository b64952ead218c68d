"""The pages of the occasional way (5.2.2.3, 5.2.2.5 in short form): the settlement with its measures, their
evidence, the check of their effect, and what stands on page and paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from tests.pdfs import words_of
from tests.support import BLOCK_B, CHECKED, PASSWORD, SETTLED_FORM, day_of, kept, loaded, picture, upload

pytestmark = pytest.mark.sqlite


@pytest.fixture
def stands(app):
    return lambda complaint: loaded(app, Complaint, complaint.id)


def test_the_settlement_offers_a_corrective_measure_that_is_due_in_three_working_days(
    as_role, complaint_in, on
):
    complaint = complaint_in("answering")
    form = as_role("quality_supervisor").get(f"/complaints/{complaint.id}/settle").form()
    assert (form["measures-0-action_kind"], form["measures-0-cause_kind"]) == ("corrective", "occurrence")
    assert date.fromisoformat(form["measures-0-planned_on"]) > day_of(on)
    assert "measures-1-content" not in form


def test_one_row_of_typing_settles_it(as_role, complaint_in, stands):
    complaint = complaint_in("answering")
    page = f"/complaints/{complaint.id}"
    assert as_role("quality_supervisor").step(f"{page}/settle", **SETTLED_FORM).status == 303
    settled = stands(complaint)
    assert (settled.reply.actions, [row.owner_id for row in settled.measures]) == ("加强检验", [3])
    assert "加强检验" in as_role("quality_inspector").get(page).text


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"escape_cause": ""}, "escape_cause"),
        ({"cause": ""}, "cause"),
        ({"measures-0-content": ""}, "measures-0-content"),
        ({"measures-0-owner_id": ""}, "measures-0-owner_id"),
        ({"measures-0-planned_on": "2026-01-02"}, "measures-0-planned_on"),
    ],
)
def test_a_settlement_names_both_causes_and_a_whole_measure(as_role, complaint_in, stands, fields, fault):
    complaint = complaint_in("answering")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/settle", **SETTLED_FORM | fields
    )
    assert (supervisor.status, set(supervisor.faults), stands(complaint).replies) == (422, {fault}, [])


def test_a_containment_alone_does_not_settle_it(as_role, complaint_in, stands):
    complaint = complaint_in("answering")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/settle", **SETTLED_FORM, **{"measures-0-action_kind": "containment"}
    )
    assert (supervisor.status, "至少需要一项纠正措施" in supervisor.text) == (422, True)
    assert stands(complaint).replies == []


def test_more_rows_keep_what_was_typed(as_role, complaint_in):
    complaint = complaint_in("answering")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/settle", **SETTLED_FORM, more_rows="1"
    )
    form = supervisor.form()
    assert (form["measures-0-content"], form["measures-1-content"]) == ("加强检验", "")


def test_a_measure_is_carried_out_with_evidence_that_its_row_shows(as_role, complaint_in, stands):
    complaint = complaint_in("accepted", measures="open")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    assert set(inspector.step(f"{page}/do_measure", done_note="已实施").faults) == {"files"}
    sent = inspector.step(f"{page}/do_measure", done_note="已实施", files=upload(picture(), "点检表.jpg"))
    assert (sent.status, stands(complaint).measures[1].done_note) == (303, "已实施")
    links = inspector.get(page).soup.select("#block-F tbody a")
    assert [link.get_text() for link in links] == ["点检表.jpg"]


def test_a_measure_is_not_carried_out_tomorrow(as_role, complaint_in, on):
    complaint = complaint_in("accepted", measures="open")
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/do_measure",
        done_note="已实施",
        done_on=(day_of(on) + timedelta(days=1)).isoformat(),
        files=upload(picture()),
    )
    assert set(inspector.faults) == {"done_on"}


def test_the_page_says_what_keeps_it_from_its_close(as_role, complaint_in):
    waiting = complaint_in("accepted", measures="open")
    unchecked = complaint_in("accepted", measures="done")
    auditor = as_role("auditor")
    ends = auditor.get(f"/complaints/{waiting.id}").soup.select(".ends li")
    assert " ".join(ends[0].get_text().split()).startswith("对策“每班点检温度”：由")
    ends = auditor.get(f"/complaints/{unchecked.id}").soup.select(".ends li")
    assert [end.get_text() for end in ends] == ["对策效果尚未确认。"]


def test_a_check_without_effect_is_signed_and_leads_back(as_role, complaint_in, stands):
    complaint = complaint_in("accepted", measures="done")
    page, supervisor = f"/complaints/{complaint.id}", as_role("quality_supervisor")
    assert set(supervisor.step(f"{page}/analyse_again", **CHECKED).faults) == {"password"}
    assert supervisor.step(f"{page}/analyse_again", **CHECKED, password=PASSWORD).status == 303
    assert (stands(complaint).state, stands(complaint).reply.effect) == ("analysing", "ineffective")
    assert "无效" in supervisor.get(page).text


def test_the_paper_has_causes_measures_and_the_check(as_role, complaint_in):
    complaint = complaint_in("accepted", measures="checked")
    words = words_of(as_role("auditor").get(f"/complaints/{complaint.id}.pdf").response.data)
    for text in ("首检未听音", "每班点检温度", "跟踪后续三批", "有效"):
        assert text in words


def test_measures_left_open_by_a_refused_reply_stand_in_the_next_form(as_role, complaint_in, app, people, on):
    complaint = complaint_in("awaiting_customer", measures="open")
    with kept(app):
        again = db.session.get(Complaint, complaint.id)
        again.refuse(response_on=day_of(on), response_note="不够", by=people["sales_clerk"], on=on)
    assert as_role("quality_inspector").get(f"/complaints/{complaint.id}/confirm").status == 200
    with kept(app):
        db.session.get(Complaint, complaint.id).confirm(by=people["quality_supervisor"], on=on, **BLOCK_B)
    form = as_role("quality_supervisor").get(f"/complaints/{complaint.id}/settle").form()
    assert (form["measures-0-content"], form["measures-1-content"]) == ("每班点检温度", "出货前增加听音")
