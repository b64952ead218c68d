"""5.2.2.2 to 5.2.2.5: reply, follow-up and close show the clause of the route that the case takes."""

from __future__ import annotations

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from tests.support import kept

CLAUSES = {
    "not_ours": ("5.2.2.2", "5.2.2.2"),
    "occasional": ("5.2.2.3", "5.2.2.3"),
    "meeting": ("5.2.2.4", "5.2.2.5"),
}  # of the reply and follow-up, of the close


@pytest.mark.parametrize("route", CLAUSES)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_step_shows_the_clause_of_the_route(as_role, complaint_in, route, htmx):
    of_reply, _of_close = CLAUSES[route]
    complaint = complaint_in("awaiting_customer", route=route)
    page = as_role("sales_clerk").get(f"/complaints/{complaint.id}/accept", htmx=htmx)
    shown = page.soup.select_one(".step-title .clause" if htmx else ".page-sub a").get_text(strip=True)
    assert shown == of_reply


@pytest.mark.parametrize("route", CLAUSES)
def test_the_history_names_the_clause_of_the_route(as_role, app, complaint_in, route):
    of_reply, _of_close = CLAUSES[route]
    complaint = complaint_in("accepted", route=route)
    with kept(app):
        events = db.session.get(Complaint, complaint.id).events
    clauses = {event.name: event.clause for event in events}
    assert (clauses["send_reply"], clauses["accept"]) == (of_reply, of_reply)


@pytest.mark.parametrize("route", ["not_ours", "occasional"])
def test_the_history_names_the_clause_of_the_close(as_role, app, complaint_in, route):
    complaint = complaint_in("closed", route=route)
    with kept(app):
        event = db.session.get(Complaint, complaint.id).events[-1]
    assert (event.name, event.clause) == ("close", CLAUSES[route][1])


def test_the_approvals_show_the_clause_of_the_route(as_role, complaint_in):
    complaint_in("accepted", route="meeting", done=True, countersigned=True, verified=True)
    page = as_role("quality_supervisor").get("/approvals/?whose=all")
    assert "5.2.2.5" in page.text
    assert "5.2.2.3" not in page.text
