"""The pages of the route's confirmation (5.2.2.1, Q11): what the quality supervisor is asked, what the others
see, and what the page says is in the way."""

from __future__ import annotations

import pytest

from cs.models.complaints.complaint import Complaint
from tests.pages.test_complaints import CONFIRMED
from tests.support import PASSWORD, loaded


@pytest.fixture
def stands(app):
    return lambda complaint: loaded(app, Complaint, complaint.id)


@pytest.fixture
def proposed(complaint_in):
    """proposed(**values): a complaint whose route an inspector has named and nobody confirmed."""
    return lambda **values: complaint_in("answering", proposed=True, **values)


def test_the_supervisor_confirms_the_route_that_is_filled_in(as_role, proposed, stands):
    complaint = proposed()
    page, supervisor = f"/complaints/{complaint.id}", as_role("quality_supervisor")
    assert supervisor.get(f"{page}/confirm_route").form()["route"] == "occasional"
    assert supervisor.step(f"{page}/confirm_route", password=PASSWORD).location == page
    assert (stands(complaint).route, stands(complaint).route_unconfirmed) == ("occasional", None)
    assert "已确认处理路径" in supervisor.get(page).text


def test_the_password_signs_the_route(as_role, proposed, stands):
    complaint = proposed()
    supervisor = as_role("quality_supervisor")
    assert set(supervisor.step(f"/complaints/{complaint.id}/confirm_route").faults) == {"password"}
    assert stands(complaint).route_unconfirmed is True


def test_another_route_takes_a_reason(as_role, proposed, stands):
    complaint = proposed()
    page, supervisor = f"/complaints/{complaint.id}/confirm_route", as_role("quality_supervisor")
    chosen = {"route": "meeting", "password": PASSWORD}
    assert set(supervisor.step(page, **chosen).faults) == {"route_reason"}
    assert supervisor.step(page, **chosen, route_reason="本月第三次").status == 303
    assert (stands(complaint).route, stands(complaint).route_reason) == ("meeting", "本月第三次")


def test_what_is_ours_cannot_be_explained_away_whatever_the_reason(as_role, proposed, stands):
    complaint = proposed()
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/confirm_route",
        route="not_ours",
        route_reason="客户重要",
        password=PASSWORD,
    )
    assert (set(supervisor.faults), stands(complaint).route) == ({"route"}, "occasional")


def test_what_is_not_ours_is_not_settled_as_ours(as_role, proposed):
    complaint = proposed(route="not_ours")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/confirm_route",
        route="occasional",
        route_reason="客户重要",
        password=PASSWORD,
    )
    assert set(supervisor.faults) == {"route"}


def test_a_reason_against_the_proposal_cannot_be_cleared(as_role, complaint_in):
    complaint = complaint_in("analysing")
    inspector = as_role("quality_inspector")
    inspector.step(
        f"/complaints/{complaint.id}/confirm",
        **CONFIRMED | {"severity": "critical"},
        route_reason="客户同意简化处理",
    )
    page, supervisor = f"/complaints/{complaint.id}/confirm_route", as_role("quality_supervisor")
    assert set(supervisor.step(page, route_reason="", password=PASSWORD).faults) == {"route_reason"}
    assert supervisor.step(page, password=PASSWORD).status == 303


def test_the_inspector_cannot_go_on_and_reads_why(as_role, proposed):
    complaint = proposed(route="not_ours")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    assert "须待路径已确认" in inspector.get(page).text
    assert inspector.get(f"{page}/explain").status == 409
    assert inspector.get(f"{page}/confirm_route").status == 403


def test_the_clerk_reads_what_the_reply_waits_for(as_role, complaint_in):
    complaint = complaint_in("answering")
    assert "回复客户：须待" in as_role("sales_clerk").get(f"/complaints/{complaint.id}").text


def test_a_step_that_is_open_is_not_said_to_be_in_the_way(as_role, complaint_in):
    complaint = complaint_in("answering", answered=True)
    assert "须待" not in as_role("sales_clerk").get(f"/complaints/{complaint.id}").text


def test_what_is_sent_back_comes_to_the_inspector_with_its_reason(as_role, proposed, stands):
    complaint = proposed()
    page, supervisor = f"/complaints/{complaint.id}", as_role("quality_supervisor")
    assert set(supervisor.step(f"{page}/send_back", reason=" ").faults) == {"reason"}
    assert supervisor.step(f"{page}/send_back", reason="未查批次范围").status == 303
    assert stands(complaint).state == "analysing"
    inspector = as_role("quality_inspector")
    assert inspector.get(page).text.count("未查批次范围") == 3  # the title, above the report, the timeline
    assert "未查批次范围" in inspector.get("/").text
