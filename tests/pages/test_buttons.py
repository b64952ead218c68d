"""Buttons without a form: pressed twice, they do no harm; nothing of a refused one is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.deputies import Deputy
from cs.models.exports import Export
from cs.procedure.workflow import NotOpen
from cs.records.attachments import Draft
from cs.records.events import Event
from cs.records.receipts import Receipt
from cs.records.tasks import Task
from cs.records.users import User
from cs.web.submission import Outcome, press
from tests.support import Browser, day_of

pytestmark = pytest.mark.both_databases

NEW = "/complaints/new"
LOGGED = {"customer_id": "1", "channel": "phone", "description": "装车后右声道无声", "lot_no": "L2611"}


@dataclass(frozen=True)
class Button:
    """A button of the program: who presses it, which URL it sends to, how two presses are answered."""

    role: str
    address: str
    statuses: tuple[int, int] = (303, 303)


BUTTONS = {
    "take a task": Button("quality_inspector", "/tasks/1/take"),
    "return a task": Button("quality_inspector", "/tasks/1/give-back"),
    "withdraw a deputy": Button("sales_manager", "/approvals/deputies/1/withdraw"),
    "start an export": Button("sales_clerk", "/reports/files/ask/complaints.xlsx"),
    "repeat an export": Button("sales_clerk", "/reports/files/1/again"),
    "cancel an export": Button("sales_clerk", "/reports/files/1/remove", (303, 404)),
    "end sessions": Button("administrator", "/admin/people/1/sessions"),
    "save a draft": Button("sales_clerk", f"/drafts/save?form={NEW}", (204, 204)),
    "discard a draft": Button("sales_clerk", f"/drafts/discard?form={NEW}"),
    "switch the language": Button("sales_clerk", "/language"),
    "ask for the password again": Button("sales_manager", "/account/ask-again"),
}
FIELDS = {"request_id": "the-same-id", "language": "en", "description": "才写到一半"}


def contents(app: Any) -> dict[str, list[Any]]:
    """What a second press must not change: deputies, exports, drafts, who took which task, events."""
    with app.app_context():
        return {
            "deputies": [(row.id, row.withdrawn_at) for row in db.session.query(Deputy)],
            "exports": [(row.id, row.stage, row.attempts) for row in db.session.query(Export)],
            "drafts": [(row.user_id, row.form, row.fields) for row in db.session.query(Draft)],
            "tasks": [(row.id, row.taken_by_id) for row in db.session.query(Task)],
            "events": [(row.kind, row.record_id, row.seq) for row in db.session.query(Event)],
            "receipts": [row.address for row in db.session.query(Receipt)],
        }


@pytest.fixture
def site_in_use(app: Any, as_role: Callable[..., Browser], complaint_in: Callable[..., Complaint]) -> None:
    """A task to take, a deputy, an export that waits, a draft, a session of somebody else's."""
    app.config["CS_EXPORT_ROWS"] = 0
    complaint_in("received")
    today = day_of(datetime.now(UTC))
    with app.app_context():
        manager, deputy = User.by_username("sales_manager"), User.by_username("planner")
        Deputy.name_for(
            role="sales_manager",
            deputy=deputy,
            first_on=today,
            last_on=today,
            by=manager,
            on=datetime.now(UTC),
        )
        clerk = User.by_username("sales_clerk")
        Export.ask(
            register="complaints",
            ending="csv",
            asked="",
            language="zh",
            by=clerk,
            on=datetime.now(UTC),
        )
        db.session.add(Draft(user_id=clerk.id, form=NEW, fields="{}", at=datetime.now(UTC)))
        db.session.commit()


@pytest.mark.parametrize("button", BUTTONS.values(), ids=BUTTONS)
def test_a_second_press_changes_nothing_more(app, as_role, site_in_use, button):
    browser = as_role(button.role)
    first = browser.post(button.address, FIELDS).status
    contents_after_first = contents(app)
    second = browser.post(button.address, FIELDS).status
    assert ((first, second), contents(app)) == (button.statuses, contents_after_first)


def test_ending_sessions_twice_is_one_event(app, as_role, people):
    as_role("planner").get("/")
    administrator, url = as_role("administrator"), f"/admin/people/{people['planner'].id}/sessions"
    assert [administrator.post(url).status for _press in range(2)] == [303, 303]
    with app.app_context():
        names = [event.name for event in db.session.query(Event).filter_by(record_id=people["planner"].id)]
    assert names.count("end_sessions") == 1


def test_a_saved_draft_does_not_use_up_the_request_id_of_its_form(app, as_role):
    clerk = as_role("sales_clerk")
    fields = clerk.get(NEW).form() | LOGGED
    clerk.post(f"/drafts/save?form={NEW}", fields | {"description": "才写到一半"})
    assert clerk.post(NEW, fields).status == 303
    with app.app_context():
        assert db.session.query(Complaint).one().description == LOGGED["description"]


def test_what_a_button_changed_before_it_was_refused_is_not_saved(app):
    def act() -> Outcome:
        db.session.query(User).first().name = "改了一半"
        raise NotOpen("refused")

    with app.test_request_context(), pytest.raises(NotOpen):
        press(act)
    with app.app_context():
        assert db.session.query(User).filter_by(name="改了一半").count() == 0
