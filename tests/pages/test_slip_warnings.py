"""Warnings about a return slip stand beside their fields and are passed with a reason."""

from __future__ import annotations

import pytest

from cs.models.returns.customer_return import Return
from tests.returned import LINES
from tests.support import loaded

LINE = {
    "customer_id": "1",
    "return_kind": "use",
    "lines-0-product_id": "1",
    "lines-0-lot_no": "L2611",
    "lines-0-return_reason": "右声道无声",
    "lines-0-slip_qty": "10",
}
SECOND = {"lines-1-product_id": "1", "lines-1-return_reason": "划伤", "lines-1-slip_qty": "2"}
REASON = "客户提供照片，实物批号确为此号"


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"lines-0-slip_qty": "501"}, "lines-0-slip_qty", "尚未退回的只有 500"),
        ({"lines-0-lot_no": "L0000"}, "lines-0-lot_no", "没有此批号"),
        (SECOND | {"lines-1-lot_no": "L2611"}, "lines-1-lot_no", "上面已有"),
    ],
)
def test_a_warning_stands_beside_its_field_until_a_reason_is_given(app, as_role, fields, at, words):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", **LINE | fields)
    assert (clerk.status, set(clerk.faults)) == (422, {at, "warning_reason"})
    assert words in clerk.faults[at]
    clerk.send("/returns/new", warning_reason=REASON)
    assert clerk.status == 303, clerk.faults
    assert loaded(app, Return, 1).warning_reason == REASON
    assert REASON in clerk.get("/returns/1").text


def test_a_line_in_another_open_return_is_named(as_role, return_in):
    record, clerk = return_in("registered", lines=LINES[:1]), as_role("sales_clerk")
    clerk.step("/returns/new", **LINE)
    assert record.number in clerk.faults["lines-0-lot_no"]


def test_a_slip_without_warnings_asks_for_no_reason_and_keeps_none(app, as_role):
    clerk = as_role("sales_clerk").get("/returns/new")
    assert "warning_reason" not in clerk.form()
    clerk.step("/returns/new", **LINE, warning_reason="没有提示")
    assert (clerk.status, loaded(app, Return, 1).warning_reason) == (303, None)


def test_the_warehouse_is_never_stopped_at_the_gate_and_sales_is_warned(app, as_role):
    keeper, clerk = as_role("warehouse_keeper"), as_role("sales_clerk")
    keeper.step("/returns/new", **LINE | {"lines-0-lot_no": "L0000", "lines-0-slip_qty": "9999"})
    assert keeper.status == 303, keeper.faults
    clerk.step("/returns/1/take_over", return_kind="use")
    assert (clerk.status, set(clerk.faults)) == (422, {"lines-0-lot_no", "warning_reason"})
    clerk.send("/returns/1/take_over", warning_reason=REASON)
    assert (clerk.status, loaded(app, Return, 1).state) == (303, "registered")


def test_an_amendment_is_warned_of_what_it_changes_alone(app, as_role, return_in):
    record, clerk = return_in("registered"), as_role("sales_clerk")  # its second lot was never shipped
    why = {"amendment_reason": "客户更正"}
    clerk.step(f"/returns/{record.id}/amend", customer_slip_no="TH-02", **why)
    assert clerk.status == 303, clerk.faults
    clerk.step(f"/returns/{record.id}/amend", **why, **{"lines-1-slip_qty": "6"})
    assert (clerk.status, set(clerk.faults)) == (422, {"lines-1-lot_no", "warning_reason"})
    clerk.send(f"/returns/{record.id}/amend", warning_reason=REASON)
    clerk.step(f"/returns/{record.id}/amend", customer_slip_no="TH-03", **why)
    assert (clerk.status, loaded(app, Return, record.id).warning_reason) == (303, REASON)
