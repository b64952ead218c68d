"""Receipts of before their form and content were kept come over an upgrade as they were."""

from __future__ import annotations

from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from cs.extensions import db
from cs.records.receipts import Receipt
from cs.records.users import User


def test_receipts_of_before_are_upgraded_without_loss(app, on):
    with app.app_context():
        person = User.by_username("sales_clerk").id
        db.session.add(Receipt(user_id=person, request_id="r", address="/complaints/1", at=on))
        db.session.commit()
        downgrade(revision="0007")
        assert {column["name"] for column in inspect(db.engine).get_columns("receipts")} == {
            "user_id",
            "request_id",
            "address",
            "at",
        }
        upgrade()
        found = db.session.execute(text("SELECT address, form, content FROM receipts")).all()
        receipt = db.session.get(Receipt, (person, "r"))
        assert ([tuple(row) for row in found], receipt.at) == ([("/complaints/1", None, None)], on)
