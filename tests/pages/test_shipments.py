"""The shipments' pages: what was sent, by order, lot and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cs.extensions import db
from cs.models.customers import Customer, Product, Shipment
from tests.support import kept, loaded

pytestmark = pytest.mark.both_databases

NEW = {
    "customer_id": "1",
    "product_id": "1",
    "order_no": "PO-2",
    "lot_no": "L2",
    "quantity": "1,200",
    "shipped_on": "2026-02-10",
    "produced_on": "2026-02-10",
}
TOMORROW = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)).date().isoformat()


@pytest.fixture
def keeper(as_role):
    return as_role("warehouse_keeper")


def rows(browser) -> list[str]:
    return [row.select("td")[3].get_text(strip=True) for row in browser.soup.select("#rows tbody tr")]


def counted(app) -> int:
    with app.app_context():
        return db.session.query(Shipment).count()


def test_a_shipment_is_entered_and_a_complaint_of_its_lot_is_known(keeper, as_role, app):
    assert keeper.step("/shipments/new", **NEW).location == "/shipments/2"
    assert loaded(app, Shipment, 2).quantity == 1200
    clerk = as_role("sales_clerk")
    assert (
        clerk.step(
            "/complaints/new", customer_id="1", channel="phone", description="无声", lot_no="L2"
        ).status
        == 303
    )
    assert "CC-" in keeper.get("/shipments/2").soup.select_one(".record-main .row-link").get_text()


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"quantity": "0"}, "quantity", "1"),
        ({"quantity": "-5"}, "quantity", "1"),
        ({"quantity": "一百"}, "quantity", ""),
        ({"quantity": ""}, "quantity", "请填写"),
        ({"shipped_on": TOMORROW}, "shipped_on", "不能晚于现在"),
        ({"shipped_on": ""}, "shipped_on", "请填写"),
        ({"produced_on": "2026-02-11"}, "produced_on", "晚于出货"),
        ({"customer_id": ""}, "customer_id", "请选择"),
        ({"product_id": "9"}, "product_id", ""),
        ({"order_no": ""}, "order_no", "请填写"),
        ({"lot_no": ""}, "lot_no", "请填写"),
        (
            {"order_no": "po-1", "lot_no": "l2611", "shipped_on": "2026-01-05", "produced_on": ""},
            "lot_no",
            "已在清单中",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    keeper, app, changed, field, message
):
    keeper.step("/shipments/new", **(NEW | changed))
    assert keeper.status == 422
    assert message in keeper.faults[field]
    assert {name: keeper.form()[name] for name in changed if name != "product_id"} == {
        name: value for name, value in changed.items() if name != "product_id"
    }
    assert counted(app) == 1


def test_the_same_shipment_is_linked_and_may_be_edited_itself(keeper, app):
    keeper.step(
        "/shipments/new",
        **(NEW | {"order_no": "PO-1", "lot_no": "L2611", "shipped_on": "2026-01-05", "produced_on": ""}),
    )
    assert keeper.soup.select_one(".field-error a")["href"] == "/shipments/1"
    assert keeper.step("/shipments/1/edit", quantity="501").status == 303
    assert (loaded(app, Shipment, 1).quantity, loaded(app, Shipment, 1).version) == (501, 2)


@pytest.fixture
def more(app, people, on):
    """more(first, last): shipments with these numbers, each of a customer and a model of its own, the first
    the newest."""

    def make(first: int, last: int) -> None:
        with kept(app):
            for n in range(first, last):
                clerk = people["sales_clerk"]
                customer = Customer.create(
                    by=clerk, on=on, short_name=f"客户{n}", full_name=f"客户{n}公司", customer_type="oem"
                )
                product = Product.create(by=clerk, on=on, model=f"M-{n}", spec="x")
                Shipment.create(
                    by=clerk,
                    on=on,
                    customer_id=customer.id,
                    product_id=product.id,
                    order_no=f"PO-{n + 10}",
                    lot_no=f"N{n}",
                    quantity=1,
                    shipped_on=on.date() - timedelta(days=n),
                )

    return make


def test_the_newest_stands_first(keeper, more):
    more(0, 2)
    assert rows(keeper.get("/shipments/")) == ["N0", "N1", "L2611"]
    assert rows(keeper.get("/shipments/?sort=oldest")) == ["L2611", "N1", "N0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("customer=2", ["N0"]),
        ("product=1", ["L2611"]),
        ("customer=2&product=1", []),
        ("q=L2611", ["L2611"]),
        ("q=PO-11", ["N1"]),
        ("q=客户1", ["N1"]),
        ("q=华声", ["L2611"]),
        ("state=void", []),
        ("customer=x", ["N0", "N1", "L2611"]),
    ],
)
def test_the_list_is_narrowed_by_the_address(keeper, more, query, found):
    more(0, 2)
    assert rows(keeper.get(f"/shipments/?{query}")) == found


def test_a_longer_list_costs_no_more_queries(keeper, more, count_queries):
    more(0, 2)
    keeper.get("/shipments/")
    with count_queries() as few:
        assert len(rows(keeper.get("/shipments/"))) == 3
    more(2, 29)
    with count_queries() as many:
        assert len(rows(keeper.get("/shipments/"))) == 30
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("sales_clerk", 200),
        ("sales_manager", 200),
        ("planner", 200),
        ("warehouse_keeper", 200),
        ("auditor", 403),
        ("engineer", 403),
        ("quality_inspector", 403),
        ("administrator", 403),
    ],
)
def test_sales_planning_and_the_warehouse_keep_the_shipments(as_role, role, status):
    person = as_role(role)
    assert [
        person.get(address).status
        for address in ("/shipments/new", "/shipments/1/edit", "/shipments/import/")
    ] == [status] * 3
    if status == 403:
        assert [
            person.post(address, NEW).status
            for address in ("/shipments/new", "/shipments/1/edit", "/shipments/import/")
        ] == [403] * 3


def test_only_the_sales_manager_voids_and_a_void_lot_is_not_known(as_role, keeper, app):
    assert keeper.get("/shipments/1/void").status == 403
    assert as_role("sales_manager").step("/shipments/1/void", reason="录错客户").location == "/shipments/1"
    assert keeper.get("/shipments/1/edit").status == 409
    with app.app_context():
        assert not Shipment.known_lot("L2611", 1)


def test_a_void_customer_is_not_offered_but_stays_on_its_shipments(as_role, keeper, app):
    as_role("sales_manager").step("/customers/1/void", reason="停用")
    assert [
        option["value"] for option in keeper.get("/shipments/new").soup.select("#customer_id option")
    ] == [""]
    assert keeper.step("/shipments/1/edit", quantity="7").status == 303
    assert loaded(app, Shipment, 1).customer_id == 1


def test_an_older_version_is_409_and_a_form_sent_twice_is_taken_once(keeper, as_role, app):
    keeper.get("/shipments/1/edit")
    fields = keeper.form() | {"quantity": "9", "amendment_reason": "数量更正"}
    as_role("planner").step("/shipments/1/edit", lot_no="L-9")
    assert (keeper.post("/shipments/1/edit", fields).status, keeper.form()["quantity"]) == (409, "9")
    again = keeper.form()
    assert [keeper.post("/shipments/1/edit", again).status for _ in range(2)] == [303, 303]
    assert loaded(app, Shipment, 1).version == 3


def test_what_is_not_there_is_404(keeper):
    assert [
        keeper.get(address).status for address in ("/shipments/9", "/shipments/9/edit", "/shipments/1/x")
    ] == [404, 404, 404]
