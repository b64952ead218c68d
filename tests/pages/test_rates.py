"""The rates on /reports/ (FORMS 6): by hand, each with the lists of what it rests on."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from cs.blueprints.reports.periods import Span
from cs.models.customers import Shipment
from tests import support
from tests.capas import Capas
from tests.returned import Replenishments, Returns
from tests.support import kept

pytestmark = pytest.mark.both_databases


@pytest.fixture
def manager(as_role):
    return as_role("general_manager", language="en")


@pytest.fixture
def year_of_all(app, people, on):
    """Something of each section: on time and late, of this month and of the year before."""
    today, clerk = support.day_of(on), people["sales_clerk"]
    with kept(app):
        for lot, ago in (("L1", 0), ("L1", 1), ("L2", 2), ("L3", 400)):
            Shipment.create(
                by=clerk,
                on=on,
                customer_id=1,
                product_id=1,
                order_no=f"PO-{ago}",
                lot_no=lot,
                quantity=300,
                shipped_on=today - timedelta(days=ago),
            )
    with kept(app):
        capas = Capas(people, on)
        for due_on in (today, today - timedelta(days=1)):
            capas("measures_set", due_on=due_on)
        capas("issued", due_on=today - timedelta(days=3))
        capas("verified", due_on=today, owners=("production_operator", "production_manager"))
        again = capas("carried_out", due_on=today)
        capas.reopen(again, on)
    with kept(app):
        returns = Returns(people, on)
        returns("closed", here=True)
        returns("expected", here=True)
        returns("void", here=True)
    with kept(app):
        case = support.Cases(people, on)("closed")
        case.replies[0].settled_on = today - timedelta(days=1)
        support.Cases(people, on)("closed", defect_qty=9)
    with kept(app):
        made = Replenishments(people, on, support.Cases(people, on)("answering").id)
        made("dispatched", price="100").sent_off_on = today + timedelta(days=5)
        made("dispatched", price="100").sent_off_on = today + timedelta(days=6)
    return f"from={today - timedelta(days=20)}&to={today + timedelta(days=20)}"


def rates(browser) -> dict[str, str]:
    """{KPI: what it is in the period}."""
    rows = browser.soup.select("#rates tbody tr")
    return {row.th.get_text(strip=True): row.td.b.get_text(strip=True) for row in rows}


def test_each_rate_of_a_period_by_hand(manager, year_of_all):
    assert rates(manager.get(f"/reports/?{year_of_all}")) == {
        "Results recorded the same day": "50.0%",
        "CARs answered on time": "60.0%",  # 3 of 5: one late, one overdue
        "CAR measures in time": "100.0%",  # 3 of 3: the two open ones are planned for today
        "CARs effective at first": "50.0%",
        "Lot complaint rate": "150.0%",  # 3 confirmed on 2 lots
        "Customer PPM": "16667",  # 3 + 3 + 9 of 900 pieces
        "Return rate": "1.44%",  # 13 of 900
        "Return rate of lots": "100.0%",
        "Return cycle": "0.0 days",
        "Replenishments in time": "50.0%",
    }


def test_where_nothing_was_shipped_or_done_there_is_no_rate(manager, complaint_in):
    complaint_in("received")
    manager.get("/reports/?from=2026-02-01&to=2026-02-28")
    assert set(rates(manager).values()) == {"—"}
    assert manager.soup.select("#rates td.num:nth-of-type(1) a") == []


def test_every_basis_of_a_rate_is_the_length_of_the_list_that_it_leads_to(manager, year_of_all):
    manager.get(f"/reports/?{year_of_all}")
    links = [
        (link.get_text(strip=True), str(link["href"])) for link in manager.soup.select("#rates td.num a")
    ]
    assert len(links) > 30
    wrong = []
    for text, address in links:
        counted = manager.get(address).soup.select_one(".pager-count")
        length = re.match(r"\d+", counted.get_text(strip=True))[0] if counted else "0"
        if text.rpartition(" ")[2] != length:
            wrong.append((text, address, length))
    assert wrong == []


def test_a_list_says_by_which_rate_it_is_narrowed(manager, year_of_all):
    manager.get(f"/reports/?{year_of_all}")
    address = next(
        str(link["href"])
        for link in manager.soup.select("#rates a")
        if "delivery=in_time" in str(link["href"])
    )
    shown = {control["name"]: control for control in manager.get(address).soup.select(".toolbar select")}
    assert [
        shown[name].select_one("option[selected]").get_text(strip=True) for name in ("by", "delivery")
    ] == ["Required by", "In time"]


@pytest.mark.parametrize(
    ("span", "before"),
    [
        ((date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 2, 1), date(2026, 2, 28))),
        ((date(2026, 1, 1), date(2026, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))),
        ((date(2026, 3, 10), date(2026, 3, 19)), (date(2026, 2, 28), date(2026, 3, 9))),
        ((date(2026, 3, 1), date(2026, 3, 30)), (date(2026, 1, 30), date(2026, 2, 28))),
    ],
)
def test_the_period_before_is_as_long_and_ends_the_day_before(span, before):
    found = Span(*span).before
    assert (found.first, found.last) == before


@pytest.mark.parametrize(
    "address",
    [
        "/reports/complaints?result=never",
        "/reports/capa?measure=x",
        "/reports/replenishments?delivery=%00",
        "/reports/capa?by=nothing",
    ],
)
def test_a_rate_that_is_none_lists_nothing(manager, complaint_in, address):
    complaint_in("received")
    assert (manager.get(address).status, manager.soup.select("#rows tbody tr")) == (422, [])
