"""What a slip is compared with before it is registered: shipments of the lot, lines above, open returns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cs.models.customers import Customer, Product, Shipment
from cs.models.returns.slip_checks import SlipWarning, slip_warnings
from tests.returned import LINES, Returns
from tests.support import CUSTOMER, LOT, PRODUCT, day_of


@pytest.fixture
def returns(people, on):
    return Returns(people, on)


def row(quantity: int, lot_no: str | None = LOT, product_id: int = 1, order_no: str | None = None) -> dict:
    return {"product_id": product_id, "lot_no": lot_no, "order_no": order_no, "slip_qty": Decimal(quantity)}


def findings(rows, record=None) -> list[tuple[int, str]]:
    return [(warning.row, warning.finding) for warning in slip_warnings(1, rows, record)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row(500)], []),
        ([row(501)], [(0, "more_than_shipped")]),
        ([row(300), row(200, order_no="PO-1")], []),
        ([row(300), row(201, order_no="PO-1")], [(1, "more_than_shipped")]),
        ([row(1, "L0000")], [(0, "unknown_lot")]),
        ([row(500, None)], []),
        ([row(501, None)], [(0, "more_of_model")]),
        # without a lot, all of the model counts: other lines of the slip too
        ([row(300, None), row(201, None, order_no="PO-1")], [(1, "more_of_model")]),
        ([row(400), row(101, None)], [(1, "more_of_model")]),
        ([row(101, None), row(400)], [(0, "more_of_model")]),
        ([row(1), row(2)], [(1, "twice")]),
        ([row(1, None), row(2, None)], [(1, "twice")]),
        ([row(1, order_no="PO-1"), row(2, order_no="PO-2")], []),
    ],
)
def test_the_rows_of_a_slip_are_compared_with_shipments_and_each_other(on, rows, found):
    assert findings(rows) == found


def test_what_came_back_already_counts_against_what_was_shipped(returns):
    done = returns("closed")  # ten on the slip, eight counted
    assert slip_warnings(1, [row(492)]) == []
    assert slip_warnings(1, [row(493)]) == [SlipWarning(0, "more_than_shipped", quantity=Decimal(492))]
    assert slip_warnings(1, [row(500)], done) == []  # of the return itself nothing is counted twice


def test_without_a_lot_all_of_the_model_that_came_back_before_counts(returns):
    done = returns("closed")  # eight and five counted, of two lots
    assert slip_warnings(1, [row(487, None)]) == []
    assert slip_warnings(1, [row(488, None)]) == [SlipWarning(0, "more_of_model", quantity=Decimal(487))]
    assert slip_warnings(1, [row(500, None)], done) == []


def test_without_a_lot_what_another_customer_got_or_another_model_does_not_count(people, on):
    clerk = people["sales_clerk"]
    other = Product.create(by=clerk, on=on, **PRODUCT | {"model": "CA-1"})
    assert findings([row(1, None, product_id=other.id)]) == [(0, "more_of_model")]
    customer = Customer.create(by=clerk, on=on, **CUSTOMER | {"short_name": "远声", "full_name": "远声音响"})
    assert [warning.finding for warning in slip_warnings(customer.id, [row(1, None)])] == ["more_of_model"]


@pytest.mark.parametrize("state", ["void", "not_taken"])
def test_goods_that_never_came_do_not_count(returns, state):
    returns(state, lines=LINES[:1])
    assert findings([row(500)]) == []


def test_a_lot_that_is_in_an_open_return_is_named_with_its_number(returns):
    record = returns("arranging", lines=LINES[:1])
    assert slip_warnings(1, [row(3)]) == [SlipWarning(0, "in_open_return", numbers=(record.number,))]
    assert slip_warnings(1, [row(3)], record) == []


def test_a_lot_of_another_model_or_another_customer_is_no_shipment_of_these_goods(people, on):
    other = Product.create(
        by=people["sales_clerk"], on=on, **PRODUCT | {"model": "CA-1", "customer_parts": []}
    )
    assert findings([row(1, product_id=other.id)]) == [(0, "other_model")]
    names = {"short_name": "另一家", "full_name": "另一家公司"}
    customer = Customer.create(by=people["sales_clerk"], on=on, **CUSTOMER | names)
    assert [one.finding for one in slip_warnings(customer.id, [row(1)])] == ["unknown_lot"]


def test_a_void_shipment_is_none(people, on):
    shipment = Shipment.create(
        by=people["sales_clerk"],
        on=on,
        customer_id=1,
        product_id=1,
        order_no="PO-9",
        lot_no="L9999",
        quantity=5,
        shipped_on=day_of(on),
    )
    assert findings([row(5, "L9999")]) == []
    shipment.void(reason="录错", by=people["sales_manager"], on=on)
    assert findings([row(5, "L9999")]) == [(0, "unknown_lot")]
