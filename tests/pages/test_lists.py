"""Lists: narrowed, ordered and paged by the address alone, at a cost that does not grow with the rows."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product, Shipment
from cs.web import timeline
from tests.support import BLOCK_A, GOODS, kept

pytestmark = pytest.mark.both_databases


@pytest.fixture
def many(app, people, on):
    """many(n): so many received complaints, an hour apart, the first the oldest."""

    def make(count: int) -> None:
        with kept(app):
            for n in range(count):
                Complaint.log(
                    by=people["sales_clerk"],
                    on=on,
                    **(
                        GOODS
                        | BLOCK_A
                        | {
                            "customer_id": 1,
                            "product_id": 1,
                            "heard_at": on - timedelta(hours=count - n),
                            "description": f"第{n}件",
                        }
                    ),
                )

    return make


@pytest.fixture
def more_goods(app, people, on):
    """more_goods(first, last): customers, products and shipments with these numbers."""

    def make(first: int, last: int) -> None:
        with kept(app):
            for n in range(first, last):
                clerk = people["sales_clerk"]
                customer = Customer.create(
                    by=clerk, on=on, short_name=f"客户{n}", full_name=f"客户{n}有限公司", customer_type="oem"
                )
                product = Product.create(by=clerk, on=on, model=f"M-{n:03}", spec="扬声器")
                Shipment.create(
                    by=clerk,
                    on=on,
                    customer_id=customer.id,
                    product_id=product.id,
                    order_no=f"PO-{n}",
                    lot_no=f"L{n}",
                    quantity=1,
                    shipped_on=on.date() - timedelta(days=n),
                )

    return make


def numbers(browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.soup.select("#rows tbody .row-link")]


def next_page(browser, *, back: bool = False) -> str | None:
    """The address of the next (or previous) page, as the pager links it."""
    key = "before=" if back else "after="
    return next(
        (str(link["href"]) for link in browser.soup.select("#rows a[href]") if key in str(link["href"])), None
    )


def walk(browser, address: str, *, back: bool = False) -> list[list[str]]:
    """The rows of all pages from this address on."""
    pages = []
    while address is not None:
        assert browser.get(address).status == 200
        pages.append(numbers(browser))
        address = next_page(browser, back=back)
    return pages


def test_an_empty_list_says_what_would_stand_there_and_how_to_add_it(as_role):
    clerk, auditor = as_role("sales_clerk").get("/complaints/"), as_role("auditor").get("/complaints/")
    assert ("还没有" in clerk.text, [link["href"] for link in clerk.soup.select("#rows a")]) == (
        True,
        ["/complaints/new"],
    )
    assert auditor.soup.select("#rows a[href='/complaints/new']") == []


@pytest.mark.parametrize("sort", ["", "newest", "oldest", "due", "number"])
def test_paging_by_key_shows_each_row_once_in_one_order(as_role, many, app, sort):
    many(35)
    app.config["CS_PAGE_ROWS"] = 10
    pages = walk(as_role("auditor"), f"/complaints/?sort={sort}")
    assert [len(page) for page in pages] == [10, 10, 10, 5]
    shown = [number for page in pages for number in page]
    assert shown == sorted(shown, reverse=sort in ("", "newest", "number"))


def test_going_back_shows_the_same_pages(as_role, many, app):
    many(25)
    app.config["CS_PAGE_ROWS"] = 10
    browser = as_role("auditor")
    forward = walk(browser, "/complaints/")
    back = walk(browser, next_page(browser, back=True), back=True)
    assert back == [forward[1], forward[0]]


def test_a_row_that_comes_in_while_one_reads_moves_none_of_the_others(as_role, many, app):
    many(20)
    app.config["CS_PAGE_ROWS"] = 10
    browser = as_role("auditor").get("/complaints/")
    second = next_page(browser)
    assert browser.get(second).status == 200
    before = numbers(browser)
    many(1)
    assert numbers(browser.get(second)) == before


HAND_MADE = {
    "a moment before time began": ["0001-01-01T00:00:00+14:00", 1],
    "half a character": ["\ud800", 1],
    "a huge id": ["CC", 10**30],
    "yes for an id": ["CC", True],
    "a number for a text": [10**30, 1],
    "nothing": [None, 1],
    "three things": [1, 2, 3],
    "no list": {},
}


@pytest.mark.parametrize("sort", ["newest", "number"])
@pytest.mark.parametrize("what", [*HAND_MADE, "a thousand brackets", "no base64"])
def test_a_place_that_no_page_gave_out_is_as_if_it_were_not_there(as_role, complaint_in, what, sort):
    complaint_in("received")
    text = {"a thousand brackets": "[" * 1400, "no base64": "é%"}.get(what) or json.dumps(HAND_MADE[what])
    place = text if what == "no base64" else base64.urlsafe_b64encode(text.encode()).decode()
    browser = as_role("auditor").get(f"/complaints/?sort={sort}&before={place}")
    assert (browser.status, len(numbers(browser))) == (200, 1)


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("from=0001-01-01", 1),
        ("to=9999-12-31", 1),
        ("to=9999-12-30", 1),
        ("to=0001-01-01", 0),
        ("from=9999-12-31", 0),
        ("from=10000-01-01", None),
        ("from=2026-02-30", None),
    ],
)
@pytest.mark.parametrize("address", ["/complaints/", "/reports/complaints"])
def test_a_period_may_be_typed_as_wide_as_anybody_likes(as_role, complaint_in, address, period, found):
    complaint_in("received")
    browser = as_role("auditor").get(f"{address}?{period}")
    refuses = found is None and address.startswith(
        "/reports/"
    )  # a register is a document: what it cannot answer it refuses
    assert (browser.status, len(browser.soup.select("#rows tbody tr"))) == (
        422 if refuses else 200,
        found or 0,
    )


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "address",
    [
        "/complaints/?sort=newest",
        "/complaints/?sort=due",
        "/complaints/?sort=number",
        "/customers/?sort=name",
        "/customers/?sort=number",
        "/products/?sort=model",
        "/shipments/?sort=newest",
        "/shipments/?sort=lot",
        "/shipments/?sort=order",
        "/reports/complaints",
    ],
)
def test_a_deep_page_is_found_in_the_index(as_role, app, many, more_goods, count_queries, address):
    """Neither sorted for the page nor read from the beginning: the thousandth page costs as much as the
    first."""
    many(5)
    more_goods(0, 5)
    app.config["CS_PAGE_ROWS"] = 2
    browser = as_role("sales_clerk")
    deep = next_page(browser.get(address))
    with count_queries() as ran:
        browser.get(deep)
    query = next(statement for statement in ran if "AS sort_value" in statement)
    with app.app_context():
        plan = [
            row[3]
            for row in db.session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?")
            )
        ]
    assert (plan[0].startswith("SEARCH"), "USE TEMP B-TREE FOR ORDER BY" in plan) == (True, False), plan
    assert [step for step in plan if "(state=?)" in step] == [], "nearly all rows have that state"


def test_rows_of_the_same_moment_are_not_lost_between_pages(as_role, app, people, on):
    with kept(app):
        for _ in range(15):
            Complaint.log(by=people["sales_clerk"], on=on, heard_at=on, customer_id=1, **GOODS)
    app.config["CS_PAGE_ROWS"] = 4
    pages = walk(as_role("auditor"), "/complaints/?sort=oldest")
    assert [number[-2:] for page in pages for number in page] == [f"{n:02}" for n in range(1, 16)]


def test_filters_and_search_hold_over_the_pages(as_role, many, complaint_in, app):
    many(12)
    complaint_in("closed")
    app.config["CS_PAGE_ROWS"] = 10
    pages = walk(as_role("auditor"), "/complaints/?state=received&q=件")
    assert [len(page) for page in pages] == [10, 2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 4),
        ("state=open", 3),
        ("state=closed", 1),
        ("state=received", 2),
        ("state=accepted", 0),
        ("reply=late", 1),
        ("reply=waiting", 2),
        ("severity=major", 2),
        ("category=FUN", 2),
        ("category=APP", 0),
        ("q=华声", 4),
        ("q=无声 L2611", 4),
        ("q=没有这个", 0),
        ("state=open&severity=major", 1),
    ],
)
def test_a_complaint_is_found_by_what_it_is(as_role, complaint_in, on, query, found):
    complaint_in("received")
    complaint_in("received", on=on - timedelta(days=30))
    complaint_in("answering")
    complaint_in("closed")
    browser = as_role("auditor").get(f"/complaints/?{query}")
    assert (browser.status, len(numbers(browser))) == (200, found)


def test_htmx_gets_the_rows_alone_and_the_same_ones(as_role, many):
    many(3)
    whole, part = (
        as_role("auditor").get("/complaints/?q=第1件"),
        as_role("auditor", htmx=True).get("/complaints/?q=第1件"),
    )
    assert (part.soup.find("html"), part.soup.find(id="rows") is not None) == (None, True)
    assert (numbers(whole), len(numbers(part))) == (numbers(part), 1)
    assert ["HX-Request" in answer.response.vary for answer in (whole, part)] == [True, True]


def test_a_history_restore_gets_the_whole_page(as_role, many):
    many(1)
    browser = as_role("auditor").get(
        "/complaints/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert browser.soup.find("html") is not None


def cost(count_queries, browser, address: str) -> int:
    browser.get(address)
    with count_queries() as ran:
        assert browser.get(address).status == 200
    return len(ran)


@pytest.mark.parametrize("address", ["/complaints/", "/complaints/?q=右声&state=open&sort=due", "/"])
def test_thirty_rows_cost_as_many_queries_as_three(as_role, many, count_queries, address):
    browser = as_role("quality_inspector")
    many(3)
    few = cost(count_queries, browser, address)
    many(27)
    assert (cost(count_queries, browser, address), few <= 12) == (few, True), few


@pytest.mark.parametrize(
    "address", ["/customers/", "/products/", "/shipments/", "/customers/?q=客户", "/shipments/?q=PO"]
)
def test_lists_of_goods_cost_the_same_at_any_length(as_role, more_goods, count_queries, address):
    browser = as_role("sales_clerk")
    more_goods(0, 2)
    few = cost(count_queries, browser, address)
    more_goods(2, 29)
    assert (cost(count_queries, browser, address), few <= 12) == (few, True), few


def test_a_record_page_costs_a_bounded_number_of_queries(
    as_role, complaint_in, count_queries, app, people, on
):
    complaint = complaint_in("closed")
    browser = as_role("quality_supervisor")
    short = cost(count_queries, browser, f"/complaints/{complaint.id}")
    long = complaint_in("received")
    with kept(app):
        record = db.session.get(Complaint, long.id)
        for n in range(40):
            record.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, order_no=f"PO-{n}")
    assert short <= 32
    assert cost(count_queries, browser, f"/complaints/{long.id}") <= short


def test_a_long_history_is_shown_in_part_with_the_way_to_all_of_it(
    as_role, complaint_in, app, people, on, monkeypatch
):
    monkeypatch.setattr(timeline, "MAX_EVENTS", 3)
    complaint = complaint_in("received")
    with kept(app):
        record = db.session.get(Complaint, complaint.id)
        for n in range(4):
            record.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, order_no=f"PO-{n}")
    browser = as_role("auditor").get(f"/complaints/{complaint.id}")
    shown = browser.soup.select(".timeline-event")
    assert (len(shown), "PO-3" in shown[0].get_text(), shown[-1].a["href"]) == (4, True, "?history=all")
    assert len(browser.get(f"/complaints/{complaint.id}?history=all").soup.select(".timeline-event")) == 5


def test_a_form_costs_a_bounded_number_of_queries(as_role, more_goods, count_queries):
    clerk = as_role("sales_clerk")
    few = cost(count_queries, clerk, "/complaints/new")
    more_goods(0, 20)
    assert (cost(count_queries, clerk, "/complaints/new"), few <= 12) == (few, True), few
