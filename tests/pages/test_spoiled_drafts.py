"""Whatever stands in a stored draft, its form opens with what of it can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs.extensions import db
from cs.records.attachments import Draft
from cs.records.users import User
from tests.support import Browser

LONG = "9" * 309
TEXTS = st.one_of(
    st.sampled_from(
        [LONG, "9" * 5000, "-1", "²", "1e999", "NaN", "\ud800", "\x00", "None", "2026-99-99", "0001-01-01"]
    ),
    st.text(max_size=20),
)
SPOILED = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.lists(TEXTS, max_size=3),
    st.lists(st.one_of(st.integers(), st.none(), st.lists(TEXTS, max_size=2)), max_size=2),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)  # fmt: skip
NAMES = ("customer_id", "product_id", "heard_at", "shipped_on", "checked_qty", "demand", "version", "opened")
ROWS = (
    "lines-0-id",
    "lines-0-product_id",
    "lines-0-slip_qty",
    "lines-1-lot_no",
    f"lines-{LONG}-id",
    "lines-²-id",
)
FORMS = (
    ("/complaints/new", "sales_clerk"),
    ("/returns/new", "sales_clerk"),
    ("/customers/1/edit", "sales_clerk"),
    ("/products/1/edit", "sales_clerk"),
    ("/replenishments/new", "sales_clerk"),
    ("/complaints/1/confirm", "quality_inspector"),
    ("/complaints/2/meet", "quality_supervisor"),
    ("/returns/1/count", "warehouse_keeper"),
    ("/admin/people/1/edit", "administrator"),
    ("/admin/company", "administrator"),
)


@pytest.fixture
def browsers(app, complaint_in, return_in):
    complaint_in("analysing")
    complaint_in("answering", route="meeting", met=False, disposed=False)
    return_in("expected")
    return {role: Browser(app, role) for _url, role in FORMS}


def opened_with(app, browser: Browser, role: str, url: str, text: str) -> Browser:
    """The form, opened with that in the place of the draft."""
    with app.app_context():
        person = User.by_username(role)
        db.session.merge(Draft(user_id=person.id, form=url, fields=text, at=person.created_at))
        db.session.commit()
    return browser.get(url)


@pytest.mark.parametrize(("url", "role"), FORMS)
def test_a_form_opens_with_any_draft(app, browsers, url, role):
    names = [*browsers[role].get(url).form(), *NAMES, *ROWS]
    assert browsers[role].status == 200

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), SPOILED, max_size=12))
    def opens(fields: dict[str, Any]) -> None:
        assert opened_with(app, browsers[role], role, url, json.dumps(fields)).status == 200

    opens()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "7",
        '"x"',
        "[]",
        '[["description", "x"]]',
        "[" * 100_000,
        '{"description": 7}',
        "\x01",
    ],
)
def test_a_draft_that_holds_no_fields_is_as_good_as_empty(app, browsers, text):
    page = opened_with(app, browsers["sales_clerk"], "sales_clerk", "/complaints/new", text)
    assert (page.status, page.form()["description"]) == (200, "")


def test_what_can_be_shown_is_shown(app, browsers):
    text = json.dumps(
        {
            "description": ["右声道\ud800无声"],
            "customer_id": [LONG],
            "lot_no": ["L2611", 7],
            "product_id": "1",
        }
    )
    page = opened_with(app, browsers["sales_clerk"], "sales_clerk", "/complaints/new", text)
    assert (page.form()["description"], page.form()["lot_no"], page.form()["product_id"]) == (
        "右声道?无声",
        "L2611",
        "",
    )


def test_a_draft_cannot_say_which_version_was_seen(app, browsers):
    text = json.dumps({"version": ["1"], "opened": ["x"], "request_id": ["y"]})
    page = opened_with(app, browsers["quality_inspector"], "quality_inspector", "/complaints/1/confirm", text)
    fields = page.form()
    assert (fields["version"], fields.get("opened", ""), fields["request_id"] == "y") == ("2", "", False)
