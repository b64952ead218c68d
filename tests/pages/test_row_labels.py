"""Fields in rows say to screen readers which row they stand in and what that is about."""

from __future__ import annotations

import pytest


def names(browser) -> dict[str, str]:
    """{name of the field: what a screen reader says}."""
    fields = browser.soup.select("main form [name][aria-label]")
    return {field["name"]: field["aria-label"] for field in fields}


def test_the_fields_of_a_slip_name_line_and_model(as_role):
    clerk = as_role("sales_clerk", language="en")
    clerk.step("/returns/new", **{"lines-1-product_id": "1", "lines-1-return_reason": "hum"})
    assert names(clerk)["lines-1-slip_qty"] == "On the slip, Line 2, CA-6920"
    assert names(clerk)["lines-0-slip_qty"] == "On the slip, Line 1"


def test_a_row_that_is_filled_in_already_names_its_subject(as_role, return_in):
    record = return_in("registered")
    clerk = as_role("sales_clerk").get(f"/returns/{record.id}/amend")
    assert names(clerk)["lines-1-lot_no"] == "批号、明细行 2、CA-6920"


@pytest.mark.parametrize(
    ("address", "field", "name"),
    [
        ("/customers/new", "contacts-0-phone", "电话、联系人 1"),
        ("/products/new", "customer_parts-0-part_no", "客户料号、明细行 1"),
    ],
)
def test_rows_of_other_forms_name_theirs(as_role, address, field, name):
    assert names(as_role("sales_manager").get(address))[field] == name
