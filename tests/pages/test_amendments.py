"""5.6: every amendment of a registered record says why; the reason stands in the history."""

from __future__ import annotations

import pytest

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.records.record import KINDS
from tests.support import kept, loaded

MASTER_DATA = {
    "customers": {"address": "广州市番禺区"},
    "products": {"part_no": "P-77"},
    "shipments": {"quantity": "501"},
}


@pytest.mark.parametrize("section", MASTER_DATA)
def test_master_data_are_not_changed_without_a_reason(as_role, app, section):
    manager = as_role("sales_manager").get(url := f"/{section}/1/edit")
    sent = manager.post(url, manager.form() | MASTER_DATA[section])
    assert (sent.status, sent.faults) == (422, {"amendment_reason": "请填写此项。"})
    assert manager.send(url, **MASTER_DATA[section], amendment_reason="客户来函更正").status == 303
    with kept(app):
        event = db.session.get(KINDS[section.removesuffix("s")], 1).events[-1]
    assert event.details["note"] == "客户来函更正"
    assert "客户来函更正" in manager.get(f"/{section}/1").text


def test_a_complaint_is_not_amended_without_a_reason(as_role, complaint_in):
    url = f"/complaints/{complaint_in('received').id}"
    clerk = as_role("sales_clerk").get(f"{url}/amend")
    sent = clerk.post(f"{url}/amend", clerk.form() | {"order_no": "PO-9"})
    assert (sent.status, sent.faults) == (422, {"amendment_reason": "请填写此项。"})
    assert clerk.send(f"{url}/amend", order_no="PO-9", amendment_reason="客户补来订单号").status == 303
    assert "客户补来订单号" in clerk.get(url).text


def test_a_return_is_not_amended_without_a_reason(as_role, return_in):
    url = f"/returns/{return_in('registered').id}"
    clerk = as_role("sales_clerk").get(f"{url}/amend")
    sent = clerk.post(f"{url}/amend", clerk.form() | {"customer_slip_no": "TH-9"})
    assert (sent.status, sent.faults) == (422, {"amendment_reason": "请填写此项。"})
    assert clerk.send(f"{url}/amend", customer_slip_no="TH-9", amendment_reason="按退货单更正").status == 303
    assert "按退货单更正" in clerk.get(url).text


def test_a_capa_is_not_amended_without_a_reason(as_role, app, complaint_in):
    complaint = complaint_in("answering", capa=True)
    assert loaded(app, Capa, 1).complaint_id == complaint.id
    supervisor = as_role("quality_supervisor").get(url := "/capa/1/amend")
    sent = supervisor.post(url, supervisor.form() | {"problem": "左声道"})
    assert (sent.status, sent.faults) == (422, {"amendment_reason": "请填写此项。"})
    assert supervisor.send(url, problem="左声道", amendment_reason="现象更正").status == 303
    assert "现象更正" in supervisor.get("/capa/1").text


@pytest.mark.parametrize("url", ["/customers/new", "/products/new", "/shipments/new", "/complaints/new"])
def test_a_new_record_needs_no_reason(as_role, url):
    assert "amendment_reason" not in as_role("sales_manager").get(url).form()
