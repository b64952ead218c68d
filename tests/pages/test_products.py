"""The products' pages: models, and the numbers under which customers order them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.customers import Product, Shipment
from tests.support import kept, loaded

pytestmark = pytest.mark.both_databases

NEW = {"model": "CA-7000", "spec": "低音炮"}
PART = {"customer_parts-0-customer_id": "1", "customer_parts-0-part_no": "HS-1"}


@pytest.fixture
def engineer(as_role):
    return as_role("engineer")


def rows(browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.soup.select("#rows .row-link")]


def test_a_new_model_has_the_customers_numbers(engineer, app):
    assert engineer.step("/products/new", **NEW, **PART).location == "/products/2"
    made = loaded(app, Product, 2)
    assert (made.model, made.unit, [(one.customer_id, one.part_no) for one in made.customer_parts]) == (
        "CA-7000",
        "pcs",
        [(1, "HS-1")],
    )
    assert "HS-1" in engineer.get("/products/2").text


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"model": ""}, "model", "请填写"),
        ({"spec": ""}, "spec", "请填写"),
        ({"unit": ""}, "unit", "请选择"),
        ({"model": "ca-6920"}, "model", "CA-6920"),
        (
            {
                "customer_parts-0-part_no": "",
            },
            "customer_parts-0-part_no",
            "请填写料号",
        ),
        ({"customer_parts-0-customer_id": ""}, "customer_parts-0-customer_id", "哪个客户"),
        (
            {"customer_parts-1-customer_id": "1", "customer_parts-1-part_no": "hs-1"},
            "customer_parts-1-part_no",
            "重复",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    engineer, app, changed, field, message
):
    engineer.step("/products/new", **(NEW | PART | {"part_no": "P-9"} | changed))
    assert engineer.status == 422
    assert message in engineer.faults[field]
    assert engineer.form()["part_no"] == "P-9"
    with app.app_context():
        assert db.session.query(Product).count() == 1


def test_a_row_is_added_without_javascript(engineer):
    engineer.step("/products/new", **PART, more_rows="1")
    fields = engineer.form()
    assert (
        fields["customer_parts-0-part_no"],
        fields["customer_parts-0-customer_id"],
        "customer_parts-2-part_no" in fields,
    ) == ("HS-1", "1", True)


def test_an_edit_shows_the_numbers_and_keeps_them(engineer, app):
    engineer.step("/products/1/edit", **PART)
    first = loaded(app, Product, 1).customer_parts[0].id
    engineer.step(
        "/products/1/edit", **{"customer_parts-1-customer_id": "1", "customer_parts-1-part_no": "HS-2"}
    )
    assert [(one.id == first, one.part_no) for one in loaded(app, Product, 1).customer_parts] == [
        (True, "HS-1"),
        (False, "HS-2"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=扬声", 1),
        ("q=CA-69", 1),
        ("q=HS-1", 1),
        ("state=void", 0),
        ("state=active", 1),
        ("unit=set", 0),
        ("customer=1", 1),
        ("customer=7", 1),
        ("q=无此", 0),
    ],
)
def test_the_list_is_narrowed_by_the_address(engineer, query, found):
    engineer.step("/products/1/edit", **PART)
    assert len(rows(engineer.get(f"/products/?{query}"))) == found


def test_the_page_shows_the_newest_shipments(engineer, app, people, on):
    with kept(app):
        for n in range(11):
            Shipment.create(
                by=people["sales_clerk"],
                on=on,
                customer_id=1,
                product_id=1,
                order_no=f"PO-{n}",
                lot_no=f"N{n}",
                quantity=1,
                shipped_on=on.date() - timedelta(days=n),
            )
    page = engineer.get("/products/1")
    assert len(page.soup.select(".record-main .row-link")) == 10
    assert page.soup.select_one("a[href='/shipments/?product=1']") is not None


def test_a_longer_list_costs_no_more_queries(engineer, app, people, on, count_queries):
    def make(first: int, last: int) -> None:
        with kept(app):
            for n in range(first, last):
                Product.create(
                    by=people["engineer"],
                    on=on,
                    model=f"M{n}",
                    spec="x",
                    customer_parts=[{"customer_id": 1, "part_no": f"P{n}"}],
                )

    make(0, 2)
    engineer.get("/products/")
    with count_queries() as few:
        assert len(rows(engineer.get("/products/"))) == 3
    make(2, 29)
    with count_queries() as many:
        assert len(rows(engineer.get("/products/"))) == 30
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("sales_clerk", 200),
        ("sales_manager", 200),
        ("engineer", 200),
        ("auditor", 403),
        ("planner", 403),
        ("quality_inspector", 403),
        ("warehouse_keeper", 403),
        ("administrator", 403),
    ],
)
def test_sales_and_engineering_keep_the_models(as_role, role, status):
    person = as_role(role)
    assert [
        person.get(address).status for address in ("/products/new", "/products/1/edit", "/products/import/")
    ] == [status] * 3
    if status == 403:
        assert [
            person.post(address, NEW).status
            for address in ("/products/new", "/products/1/edit", "/products/import/")
        ] == [403] * 3


def test_only_the_sales_manager_voids(as_role, engineer, app):
    assert engineer.get("/products/1/void").status == 403
    assert as_role("sales_manager").step("/products/1/void", reason="停产").location == "/products/1"
    assert (engineer.get("/products/1/edit").status, loaded(app, Product, 1).void_reason) == (409, "停产")
    assert rows(engineer.get("/products/?state=active")) == []


def test_a_void_model_may_be_entered_anew(as_role, engineer):
    as_role("sales_manager").step("/products/1/void", reason="录错")
    assert engineer.step("/products/new", model="CA-6920", spec="同轴").location == "/products/2"


def test_an_older_version_is_409_and_a_form_sent_twice_is_taken_once(engineer, as_role, app):
    engineer.get("/products/1/edit")
    fields = engineer.form() | {"spec": "新规格", "amendment_reason": "规格变更"}
    as_role("sales_clerk").step("/products/1/edit", part_no="P-1")
    assert (engineer.post("/products/1/edit", fields).status, engineer.form()["spec"]) == (409, "新规格")
    again = engineer.form()
    assert [engineer.post("/products/1/edit", again).status for _ in range(2)] == [303, 303]
    assert (loaded(app, Product, 1).spec, loaded(app, Product, 1).version) == ("新规格", 3)


def test_what_is_not_there_is_404(engineer):
    assert [
        engineer.get(address).status for address in ("/products/9", "/products/9/edit", "/products/1/x")
    ] == [404, 404, 404]
