"""Lots and names are compared by one rule, in data of before too."""

from __future__ import annotations

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from cs.cli.setup import set_up
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Shipment
from cs.models.returns.slip_checks import slip_warnings
from cs.records.search import search_conditions
from cs.records.users import User
from tests.models.test_slip_checks import row
from tests.support import LOT

WRITTEN = [LOT.lower(), "Ｌ２６１１", f"{LOT}\u200b", f" {LOT}\xa0"]


@pytest.mark.parametrize("typed", WRITTEN)
@pytest.mark.both_databases
def test_a_lot_finds_its_shipment_however_it_is_typed(shipment, typed):
    assert Shipment.of_lot(typed, 1, 5) == [shipment]
    assert Shipment.known_lot(typed)
    assert not Shipment.known_lot(f"{typed}9")


@pytest.mark.parametrize("typed", WRITTEN)
def test_a_slip_counts_a_lot_together_however_it_is_typed(shipment, typed):
    rows = [row(300), row(201, typed, order_no="PO-1")]
    assert [(warning.row, warning.finding) for warning in slip_warnings(1, rows)] == [
        (1, "more_than_shipped")
    ]
    twice = slip_warnings(1, [row(1), row(1, typed)])
    assert [(warning.row, warning.finding) for warning in twice] == [(1, "twice")]


def test_goods_that_came_back_under_another_spelling_count(return_in, shipment):
    record = return_in("registered")
    record.lines[0].lot_no = record.lines[0].lot_no.lower()
    db.session.flush()
    assert "in_open_return" in [warning.finding for warning in slip_warnings(1, [row(1)])]


def test_the_key_of_a_lot_is_no_content(shipment, complaint_in, return_in):
    for record in (shipment, complaint_in("received"), return_in("registered")):
        assert "lot_key" not in str(record.content())


@pytest.mark.both_databases
def test_data_of_before_is_compared_by_the_same_rule(app, on):
    with app.app_context():
        downgrade(revision="0017")
        db.session.execute(text("UPDATE shipments SET lot_no = 'l261119a2' || :mark"), {"mark": "\u200b"})
        db.session.execute(
            text("UPDATE customers SET natural_key = natural_key || :mark"), {"mark": "\u200b"}
        )
        db.session.commit()
        upgrade()
        set_up(on)
        shipment = db.session.get_one(Shipment, 1)
        assert Shipment.of_lot("L261119A2", None, 5) == [shipment]
        assert "/l261119a2/" in shipment.natural_key
        customer = db.session.get_one(Customer, 1)
        assert Customer.same(Customer.key_of(customer.full_name)) is customer
        assert Customer.like("廣州華聲汽車配件有限公司") is customer
        for kind in (Customer, Shipment):
            assert [found.id for found in db.session.query(kind).where(*search_conditions(kind, "華聲"))] == [
                1
            ]


def test_two_records_of_before_with_one_key_both_stay(app, on):
    with app.app_context():
        clerk = User.by_username("sales_clerk")
        names = {"short_name": "另一家", "full_name": "另一家公司"}
        Customer.create(by=clerk, on=on, customer_type="maker", contacts=[], **names)
        db.session.commit()
        downgrade(revision="0017")
        same = "(SELECT full_name FROM customers WHERE id = 1) || :mark"
        db.session.execute(text(f"UPDATE customers SET full_name = {same} WHERE id = 2"), {"mark": "\u200b"})
        db.session.commit()
        upgrade()
        first, second = db.session.get_one(Customer, 1), db.session.get_one(Customer, 2)
        assert first.natural_key == Customer.key_of(first.full_name) != second.natural_key
        assert Customer.like(first.full_name, other_than=first) is second


def test_complaints_of_a_lot_are_found_however_it_was_typed(complaint_in, shipment):
    complaint = complaint_in("received", lot_no=LOT.lower())
    assert complaint.lot_key == shipment.lot_key
    assert isinstance(complaint, Complaint)
