"""The table Step × role × state over HTTP: by address and by a hand-made POST, each role in each state gets
may, 403 or 409."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.events import Event
from tests import grid
from tests.support import PASSWORD, Browser, kept, loaded
from tests.tables import COMPLAINT, COMPLAINT_SITUATIONS, MASTER, MASTER_SITUATIONS, ROLES

PATHS = {"customer": "customers", "product": "products", "shipment": "shipments"}
NOTHING_TO_FILL_IN = (
    "receive",
    "see_decline",
    "see_clock_refusal",
    "acknowledge_call",
    "grant_reopen",
    "see_reopen_refusal",
)  # an empty form is a whole one
SAMPLE = ("sales_clerk", "quality_supervisor", "auditor")  # on the second database
SAMPLED = [
    one for one in COMPLAINT_SITUATIONS if one.name in ("under analysis", "occasional, settled", "void")
]


@pytest.fixture
def browsers(app, database):
    """A signed-in browser for each role."""
    return {role: Browser(app, role) for role in (ROLES if database == "sqlite" else SAMPLE)}


def plain_fields(version: int):
    return lambda _row, _browser: {"version": str(version), "password": "wrong"}


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
    grid.compare(
        browsers,
        f"/complaints/{complaint.id}",
        [row for row in COMPLAINT if not row.creates],
        situation,
        plain_fields(complaint.version),
        also_closed="received",
        only_shown=NOTHING_TO_FILL_IN,
    )
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
    grid.compare(browsers, f"/{PATHS[kind]}/1", rows, situation, plain_fields(version))


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
