"""Goods that arrive unannounced (5.3.2): the first button of the keeper, the camera, no stop at the gate."""

from __future__ import annotations

from cs.extensions import db
from cs.models.returns.customer_return import Return
from cs.records.attachments import Attachment
from tests.support import loaded, picture, upload

GATE = {
    "customer_id": "1",
    "lines-0-product_id": "1",
    "lines-0-return_reason": "外箱破损",
    "lines-0-slip_qty": "6",
}


def test_receiving_goods_is_the_first_button_of_the_keeper(as_role):
    keeper = as_role("warehouse_keeper").get("/")
    assert next(button.text.strip() for button in keeper.soup.select(".actions .btn")) == "登记收到的退货"
    keeper.get("/returns/")
    assert [button.text.strip() for button in keeper.soup.select(".actions .btn")] == ["登记收到的退货"]
    clerk = as_role("sales_clerk").get("/")
    assert [button.text.strip() for button in clerk.soup.select(".actions .btn")] == ["登记投诉", "登记退货"]


def test_the_gate_form_takes_photographs_several_at_once(app, as_role):
    keeper = as_role("warehouse_keeper").get("/returns/new")
    camera = keeper.soup.select_one("input[type=file][capture]")
    assert (camera["name"], camera["capture"], camera["accept"], camera.has_attr("multiple")) == (
        "files",
        "environment",
        "image/*",
        True,
    )
    photographs = [upload(picture(), "外箱.jpg"), upload(picture(color=(0, 0, 90)), "标签.jpg")]
    keeper.step("/returns/new", files=photographs, **GATE)
    assert keeper.status == 303, keeper.faults
    with app.app_context():
        stored = db.session.query(Attachment).order_by(Attachment.id)
        assert [(one.name, one.step) for one in stored] == [
            ("外箱.jpg", "receive_at_gate"),
            ("标签.jpg", "receive_at_gate"),
        ]
    assert loaded(app, Return, 1).state == "at_gate"
