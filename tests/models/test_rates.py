"""The KPIs that set one record against another (FORMS 6), each counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cs.extensions import db
from cs.models.customers import Shipment
from cs.models.replenishments.queries import replacement_cost
from cs.queries.rates import Rates, rates_of
from tests.capas import Capas
from tests.returned import Replenishments, Returns
from tests.support import LOT, Cases

pytestmark = pytest.mark.both_databases

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
LATER = datetime(2026, 6, 1, 2, tzinfo=UTC)
EMPTY = {"due": 0, "in_time": 0, "late": 0, "overdue": 0}


def march(on: datetime = LATER) -> Rates:
    return rates(on, MARCH)[0]


def rates(on: datetime, *periods: tuple[date, date]) -> list[Rates]:
    db.session.flush()
    return rates_of(periods, on)


@pytest.fixture
def cases(people, on):
    return Cases(people, on)


@pytest.fixture
def capas(people, on):
    return Capas(people, on)


def ship(people: Any, on: datetime, **values: Any) -> Shipment:
    facts = {
        "customer_id": 1,
        "product_id": 1,
        "order_no": "PO-9",
        "lot_no": "L2603",
        "quantity": 1000,
        "shipped_on": date(2026, 3, 2),
    }
    return Shipment.create(by=people["sales_clerk"], on=on, **facts | values)


# 5.2.2.3: recorded the same day


@pytest.mark.parametrize(
    ("recorded_at", "same_day"),
    [
        (datetime(2026, 3, 10, 15, 59, tzinfo=UTC), 1),  # 23:59 in the factory, of the day of the settlement
        (datetime(2026, 3, 10, 16, 0, tzinfo=UTC), 0),  # its midnight
    ],
)
def test_a_result_is_recorded_the_same_day_until_the_factorys_midnight(cases, recorded_at, same_day):
    reply = cases("awaiting_customer").replies[0]
    reply.settled_on, reply.quality_replied_at = date(2026, 3, 10), recorded_at
    counted = march().complaints
    assert (counted["settled"], counted["same_day"], counted["later"]) == (1, same_day, 1 - same_day)


def test_only_the_occasional_path_has_a_same_day_rate(cases):
    for state, route in (
        ("awaiting_customer", "not_ours"),
        ("awaiting_customer", "meeting"),
        ("received", "occasional"),
        ("void", "occasional"),
    ):
        cases(state, route=route)
    cases("closed")
    assert march().complaints["settled"] == 1


# 5.2.2.5: CARs


@pytest.mark.parametrize(("due_on", "kept"), [(date(2026, 3, 10), "in_time"), (date(2026, 3, 9), "late")])
def test_a_car_is_answered_on_time_on_the_very_day(capas, due_on, kept):
    capas("measures_set", due_on=due_on)
    capas("issued", due_on=date(2026, 3, 20))
    capas("void", due_on=date(2026, 3, 9))
    assert {name: march().capas[name] for name in EMPTY} == EMPTY | {"due": 2, "overdue": 1, kept: 1}


def test_a_car_without_an_answer_is_overdue_only_after_its_day(capas, on):
    capas("issued", due_on=date(2026, 3, 12))
    assert march(on + timedelta(days=2)).capas["due"] == 0
    assert march(on + timedelta(days=3)).capas["overdue"] == 1


def test_the_first_round_decides_on_the_effect_and_on_the_answer(capas, on):
    again = capas("carried_out", due_on=date(2026, 3, 10))
    capas.reopen(again, on + timedelta(days=1))
    capas.analyse(again, on + timedelta(days=40))
    capas.set_measures(again, on + timedelta(days=40))
    capas("verified", due_on=date(2026, 3, 13))
    counted = march().capas
    assert (counted["proven"], counted["effective"], counted["ineffective"]) == (2, 1, 1)
    assert (counted["due"], counted["in_time"]) == (2, 2)


def test_measures_count_by_their_planned_day(capas, on):
    done = capas("carried_out", owners=("production_operator", "production_manager"))
    done.actions[0].done_on = date(2026, 3, 11)  # planned for the 10th
    open_ = capas("measures_set")
    open_.actions[0].planned_on = date(2026, 4, 1)
    assert march().measures == {"due": 2, "in_time": 1, "late": 1, "overdue": 0}
    assert rates(LATER, APRIL)[0].measures["overdue"] == 1


# Against what was shipped


def test_defects_and_complaints_stand_against_pieces_and_lots_shipped(cases, people, on):
    ship(people, on)
    ship(people, on, order_no="PO-10", quantity=500)  # of the same lot
    ship(people, on, lot_no="L2604", shipped_on=date(2026, 3, 31))
    ship(people, on, lot_no="L2605", shipped_on=date(2026, 4, 1))
    ship(people, on, lot_no="L2606").void(reason="重复", by=people["sales_manager"], on=on)
    cases("closed")
    cases("awaiting_customer", defect_qty=8)
    cases("closed", route="not_ours", defect_qty=70)
    cases("received", defect_qty=90)  # not judged yet
    counted = march()
    assert counted.shipments == {"rows": 3, "pieces": 2500, "lots": 2}
    assert (counted.complaints["valid"], counted.complaints["defective"]) == (2, 11)


def test_returned_pieces_are_those_counted_of_what_arrived(people, on):
    made = Returns(people, on)("closed")  # 8 and 5 counted, of two lots
    made.arrived_at, made.closed_at = (
        datetime(2026, 3, 31, 15, 59, tzinfo=UTC),
        datetime(2026, 4, 5, 3, 59, tzinfo=UTC),
    )
    Returns(people, on)("void", here=True)
    Returns(people, on)("arranging")
    counted = rates(LATER, MARCH, APRIL)
    assert counted[0].returns == {"rows": 1, "pieces": Decimal(13), "lots": 2}
    assert counted[0].cycles == {"rows": 0, "seconds": None}
    assert (counted[1].cycles["rows"], round(counted[1].cycles["seconds"])) == (1, 4 * 86400 + 43200)


def test_a_replenishment_is_in_time_on_the_day_that_the_customer_wants_it(people, on, cases):
    made = Replenishments(people, on, cases("answering").id)  # wanted on the 15th
    made("dispatched", price="100").sent_off_on = date(2026, 3, 15)
    made("dispatched", price="100").sent_off_on = date(2026, 3, 16)
    made("ordered", price="100")
    made("filed", price="100")
    made("rejected", price="100")
    assert march().replenishments == {"due": 3, "in_time": 1, "late": 1, "overdue": 1}
    assert march(on + timedelta(days=5)).replenishments["due"] == 2


def test_the_cost_is_what_was_recorded_at_the_close_and_the_goods_replaced(people, on, cases):
    cases("closed").cost_rework = Decimal("120.50")
    both = cases("closed")
    both.cost_scrap, both.cost_deduction = Decimal(0), Decimal("1000.05")
    made = Replenishments(people, on, cases("answering").id)
    for state, charged in (("dispatched", False), ("ordered", True), ("filed", False)):
        row = made(state, price="100")
        row.charged, row.complaint_id = charged, both.id
    cases("closed")
    cases("answering").cost_freight = Decimal(7)  # not closed yet
    assert march().costs == {
        "rows": 2,
        "cost_rework": Decimal("120.5"),
        "cost_scrap": 0,
        "cost_freight": None,
        "cost_deduction": Decimal("1000.05"),
        "replaced": Decimal(100),
    }
    assert replacement_cost(both) == Decimal(100)
    assert rates(LATER, APRIL)[0].costs["rows"] == 0


def test_each_period_has_its_own_sums_and_an_empty_one_has_none(cases, people, on):
    ship(people, on)
    ship(people, on, lot_no=LOT, shipped_on=date(2026, 2, 3), quantity=40)
    cases("closed")
    second, first, both = rates(LATER, MARCH, FEBRUARY, (FEBRUARY[0], MARCH[1]))
    assert [of.shipments["pieces"] for of in (second, first, both)] == [1000, 40, 1040]
    assert [of.complaints["valid"] for of in (second, first, both)] == [1, 0, 1]
    nothing = rates(LATER, (date(2020, 1, 1), date(2020, 1, 31)))[0]
    assert (nothing.shipments["pieces"], nothing.complaints["defective"], nothing.returns["pieces"]) == (
        None,
        None,
        None,
    )
