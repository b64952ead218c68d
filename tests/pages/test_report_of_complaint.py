"""What the complaint report MJ-QP-12-03 takes from its CARs, orders and the form of the close (7.4-13,
7.4-43 to 7.4-50, 7.4-62)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from tests import support
from tests.capas import ANALYSED, Capas
from tests.pdfs import text_of
from tests.returned import Replenishments
from tests.support import kept

pytestmark = pytest.mark.both_databases


def report(browser, record, language="zh"):
    return text_of(browser.get(f"/complaints/{record.id}.pdf?language={language}").response.data)


@pytest.fixture
def with_capas(app, people, on):
    """A complaint whose CARs have their causes: one of them began a second round."""
    with kept(app):
        case = support.Cases(people, on)("answering", route="meeting")
        of_case = {"source": "complaint", "source_no": None, "complaint_id": case.id}
        made = Capas(people, on)
        made("measures_set", **of_case).read_across = "CA-6930 同样点检"
        made.reopen(made("carried_out", **of_case), on)
        return case


def test_the_report_holds_whys_fishbone_and_proof_of_its_cars(as_role, with_capas):
    words = report(as_role("auditor"), with_capas)
    for text in (*ANALYSED["whys"]["escape"], "五问法", "鱼骨图", "新员工"):
        assert text in words
    for text in (ANALYSED["cause_verification"], ANALYSED["cause_verified_by"], "CA-6930 同样点检"):
        assert text in words
    assert words.count("新员工") == 1  # of the running rounds only


def test_a_report_without_cars_strikes_their_tables_out(as_role, complaint_in):
    words = report(as_role("auditor"), complaint_in("closed"))
    assert "五问法" in words
    assert "新员工" not in words


def test_production_date_is_filled_in_from_the_shipment_and_printed(as_role, app, complaint_in, on):
    made_on = support.day_of(on) - timedelta(days=9)
    record = complaint_in("received", produced_on=made_on)
    browser = as_role("sales_clerk")
    assert f"{made_on}" in report(browser, record)
    browser.get(f"/complaints/{record.id}/amend")
    assert browser.soup.select_one("[name=produced_on]")["value"] == f"{made_on}"


@pytest.mark.parametrize(("days", "status"), [(-1, 303), (0, 303), (1, 422)])
def test_goods_are_not_produced_after_they_were_shipped(as_role, on, days, status):
    shipped = support.day_of(on) - timedelta(days=20)
    browser = as_role("sales_clerk")
    browser.step(
        "/complaints/new",
        customer_id="1",
        heard_at=f"{on.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}",
        channel="phone",
        description="右声道无声",
        shipped_on=f"{shipped}",
        produced_on=f"{shipped + timedelta(days=days)}",
    )
    assert browser.status == status


def test_what_it_cost_is_recorded_at_the_close_and_stands_on_page_and_paper(
    as_role, app, people, on, complaint_in
):
    record = complaint_in("accepted")
    with kept(app):
        Replenishments(people, on, record.id)("dispatched", price="99.5")
    browser = as_role("quality_supervisor", language="en")
    costs = {"cost_rework": "1,200.5", "cost_freight": "80"}
    assert browser.step(f"/complaints/{record.id}/close", password=support.PASSWORD, **costs).status == 303
    with app.app_context():
        closed = db.session.get_one(Complaint, record.id)
        assert (closed.cost_rework, closed.cost_freight, closed.cost_scrap) == (
            Decimal("1200.5"),
            Decimal(80),
            None,
        )
    words = report(browser, record, "en")
    for amount in ("1,200.50", "80.00", "99.50", "1,380.00"):
        assert amount in words
        assert amount in browser.get(f"/complaints/{record.id}").text


@pytest.mark.parametrize("amount", ["-1", "1.005", "much"])
def test_a_cost_is_an_amount_of_money(as_role, complaint_in, amount):
    record = complaint_in("accepted")
    browser = as_role("quality_supervisor")
    browser.step(f"/complaints/{record.id}/close", cost_scrap=amount, password=support.PASSWORD)
    assert set(browser.faults) == {"cost_scrap"}
