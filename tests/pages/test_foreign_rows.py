"""The id of a row that is not the record's own is refused beside the rows, in every form with rows alike."""

from __future__ import annotations

import json

import pytest

from cs.extensions import db
from cs.models.returns.customer_return import Return
from cs.records.attachments import Draft
from cs.records.users import User
from tests.capas import Capas
from tests.support import kept

REFUSED = "有一行不属于本记录"


@pytest.fixture
def forms(app, people, on, complaint_in, return_in, filed):
    """{name: (URL, role, the field with the rows)} of a form of each kind."""
    returns = [return_in("registered") for _ in range(2)]
    applications = [filed(), filed()]
    called = complaint_in("answering", route="meeting", met=False, disposed=False).id
    met = complaint_in("answering", route="meeting", met=True).id
    settling = complaint_in("answering").id
    with kept(app):
        build = Capas(people, on)
        capas = {state: build(state).id for state in ("issued", "analysed")}
    return {
        "return": (f"/returns/{returns[0].id}/amend", "sales_clerk", "lines"),
        "new return": ("/returns/new", "sales_clerk", "lines"),
        "replenishment": (f"/replenishments/{applications[0].id}/change", "sales_clerk", "lines"),
        "meeting": (f"/complaints/{called}/meet", "quality_supervisor", "attendees"),
        "disposition": (f"/complaints/{met}/dispose", "quality_supervisor", "dispositions"),
        "settlement": (f"/complaints/{settling}/settle", "quality_supervisor", "measures"),
        "causes": (f"/capa/{capas['issued']}/analyse", "production_manager", "bones"),
        "measures": (f"/capa/{capas['analysed']}/set_measures", "production_manager", "actions"),
        "customer": ("/customers/1/edit", "sales_clerk", "contacts"),
        "product": ("/products/1/edit", "sales_clerk", "customer_parts"),
    }


FORMS = (
    *("return", "new return", "replenishment", "meeting", "disposition", "settlement", "causes", "measures"),
    *("customer", "product"),
)


@pytest.mark.parametrize("name", FORMS)
def test_a_row_of_another_record_or_none_is_refused(forms, as_role, name):
    url, role, rows = forms[name]
    browser = as_role(role)
    assert browser.get(url).status == 200, browser.text[:300]
    fields = browser.form()
    for foreign in ("999", "abc", "²", "-1", "0", "9" * 309, "4\x00"):
        browser.post(url, fields | {f"{rows}-0-id": foreign})
        assert browser.status == 422, foreign
        assert REFUSED in browser.text, foreign


def test_one_row_sent_twice_is_refused(forms, as_role, app):
    url, role, rows = forms["return"]
    browser = as_role(role)
    browser.get(url)
    fields = browser.form()
    browser.post(url, fields | {f"{rows}-1-id": fields[f"{rows}-0-id"]})
    assert (browser.status, REFUSED in browser.text) == (422, True)


def test_a_row_of_ones_own_record_is_changed(forms, as_role, app):
    url, role, rows = forms["return"]
    before = [line.id for line in loaded_lines(app)]
    browser = as_role(role)
    browser.step(url, **{f"{rows}-0-slip_qty": "7"})
    browser.send(url, warning_reason="已与客户核对")
    assert browser.status == 303, browser.faults
    assert [line.id for line in loaded_lines(app)] == before


def loaded_lines(app):
    with app.app_context():
        return list(db.session.get_one(Return, 1).lines)


def test_rows_of_a_draft_that_the_record_has_no_longer_are_new_ones(forms, as_role, app):
    url, role, rows = forms["return"]
    browser = as_role(role)
    typed = {name: [value] for name, value in browser.get(url).form().items() if name.startswith(rows)}
    with app.app_context():
        person = User.by_username(role)
        text = json.dumps(typed | {f"{rows}-0-id": ["999"]})
        db.session.add(Draft(user_id=person.id, form=url, fields=text, at=person.created_at))
        db.session.commit()
    browser.get(url)
    assert browser.form()[f"{rows}-0-id"] == ""
    assert browser.form()[f"{rows}-1-id"] == typed[f"{rows}-1-id"][0]
