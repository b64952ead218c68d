"""The table Step × role × state over HTTP: by address and by a hand-made POST, each role in each state gets
may, 403 or 409."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.events import Event
from tests.support import PASSWORD, Browser, kept, loaded
from tests.tables import COMPLAINT, COMPLAINT_SITUATIONS, MASTER, MASTER_SITUATIONS, ROLES

PATHS = {"customer": "customers", "product": "products", "shipment": "shipments"}
NOTHING_TO_FILL_IN = ("receive", "see_decline", "see_clock_refusal")  # an empty form is a whole one
SAMPLE = ("sales_clerk", "quality_supervisor", "auditor")  # on the second database
SAMPLED = [
    one for one in COMPLAINT_SITUATIONS if one.name in ("under analysis", "occasional, settled", "void")
]


@pytest.fixture
def browsers(app, database):
    """A signed-in browser for each role."""
    return {role: Browser(app, role) for role in (ROLES if database == "sqlite" else SAMPLE)}


def answers(browsers, url: str, step: str, version: int) -> dict[str, list[str]]:
    """{role: what a GET and an empty POST are answered}."""
    meant = {200: "may", 303: "may", 422: "may", 403: "403", 409: "409"}
    found = {}
    for role, browser in browsers.items():
        got = browser.get(f"{url}/{step}").status
        sent = (
            browser.post(f"{url}/{step}", version=str(version), password="wrong").status
            if step not in NOTHING_TO_FILL_IN
            else got
        )
        found[role] = [meant[got], meant[sent]]
    return found


@pytest.mark.sqlite
@pytest.mark.parametrize("situation", COMPLAINT_SITUATIONS, ids=lambda one: one.name)
def test_a_complaints_steps_answer_each_role_as_the_clauses_say(browsers, complaint_in, app, situation):
    compare(browsers, complaint_in, app, situation)


@pytest.mark.both_databases
@pytest.mark.parametrize("situation", SAMPLED, ids=lambda one: one.name)
def test_a_sample_of_them_on_either_database(browsers, complaint_in, app, situation):
    compare({role: browsers[role] for role in SAMPLE}, complaint_in, app, situation)


def compare(browsers, complaint_in, app, situation):
    complaint = complaint_in(situation.state, **situation.options)
    rows = [row for row in COMPLAINT if not row.creates]
    # Who may never take a step is refused before the record is looked at: asked where it is open, and once
    # where it is not.
    asked = {
        row.step: {
            role: browser
            for role, browser in browsers.items()
            if role in row.roles or situation.name in (*row.open_in, "received")
        }
        for row in rows
    }
    found = {
        row.step: answers(asked[row.step], f"/complaints/{complaint.id}", row.step, complaint.version)
        for row in rows
    }
    assert found == {
        row.step: {role: [row.answer(role, situation)] * 2 for role in asked[row.step]} for row in rows
    }
    assert loaded(app, Complaint, complaint.id).version == complaint.version


@pytest.mark.sqlite
@pytest.mark.parametrize("situation", COMPLAINT_SITUATIONS, ids=lambda one: one.name)
def test_receiving_by_a_hand_made_request_is_answered_alike(browsers, complaint_in, app, situation):
    row = next(row for row in COMPLAINT if row.step == "receive")
    for role in (
        role
        for role in ("sales_manager", "quality_supervisor", "engineer", "auditor", "administrator")
        if role in browsers
    ):
        complaint = complaint_in(situation.state, **situation.options)
        status = (
            browsers[role].post(f"/complaints/{complaint.id}/receive", version=str(complaint.version)).status
        )
        assert status == {"may": 303, "403": 403, "409": 409}[row.answer(role, situation)]
        assert loaded(app, Complaint, complaint.id).version == complaint.version + (status == 303)


def test_a_new_complaint_opens_the_form_of_the_role_and_is_refused_to_the_others(browsers, app):
    begins = {role: row.step for row in COMPLAINT if row.creates for role in row.roles}
    statuses = {
        role: (browser.get("/complaints/new").status, browser.post("/complaints/new").status)
        for role, browser in browsers.items()
    }
    assert statuses == {role: (200, 422) if role in begins else (403, 403) for role in browsers}
    offered = {
        role: "customer_said" in browser.get("/complaints/new").form()
        for role, browser in browsers.items()
        if role in begins
    }
    assert offered == {role: begins[role] == "pass_on" for role in browsers if role in begins}


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("situation", MASTER_SITUATIONS, ids=lambda one: one.name)
def test_what_records_refer_to_is_kept_by_whom_the_clauses_name(browsers, app, people, kind, situation, on):
    from cs.records.record import KINDS

    with kept(app):
        if situation.state == "void":
            db.session.get(KINDS[kind], 1).void(
                reason="不用了", by=people["sales_manager"], on=on - timedelta(minutes=1)
            )
    version = loaded(app, KINDS[kind], 1).version
    rows = [row for row in MASTER[kind] if not row.creates]
    found = {row.step: answers(browsers, f"/{PATHS[kind]}/1", row.step, version) for row in rows}
    assert found == {row.step: {role: [row.answer(role, situation)] * 2 for role in browsers} for row in rows}


@pytest.mark.parametrize("kind", PATHS)
def test_new_customers_products_and_shipments_are_entered_by_whom_the_clauses_name(browsers, kind):
    row = next(row for row in MASTER[kind] if row.creates)
    statuses = {
        role: (browser.get(f"/{PATHS[kind]}/new").status, browser.post(f"/{PATHS[kind]}/new").status)
        for role, browser in browsers.items()
    }
    assert statuses == {role: (200, 422) if role in row.roles else (403, 403) for role in browsers}


def test_a_hand_made_whole_request_of_another_role_changes_nothing(browsers, complaint_in, app):
    """Not by its missing fields: everything that the right person would send, with the sender's own
    password."""
    complaint = complaint_in("accepted")
    with app.app_context():
        before = db.session.query(Event).count()
    for role in (role for role in browsers if role != "quality_supervisor"):
        sent = browsers[role].post(
            f"/complaints/{complaint.id}/close",
            version=str(complaint.version),
            password=PASSWORD,
            closing_note="好了",
        )
        assert sent.status == 403
    with app.app_context():
        assert db.session.query(Event).count() == before
