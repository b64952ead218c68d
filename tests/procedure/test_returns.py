"""Returns (5.3, 3.4–3.6): the rows against the table by hand; the quantities of a line, by examples and by
random bookings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs.procedure import returns
from cs.procedure.authority import may
from cs.procedure.returns import Tally, TooMuch
from tests.tables import RETURN, RETURN_SITUATIONS, ROLES

# What the record answers in each situation, beside `recountable` in all where something is counted.
HELD = {
    "registered": {"not_here"},
    "not ours": {"not_here", "goods_settled"},
    "goods wanted, not ours": {"not_here", "goods_awaited"},
    "goods wanted, to be picked up": {"not_here", "goods_awaited"},
    "to be picked up": {"not_here"},
    "awaited": {"not_here", "uncounted"},
    "one of two lines counted, short": {"here", "uncounted", "recountable", "differs"},
    "counted short": {"recountable", "differs", "uninspected"},
    "to rework, no instruction": {"recountable", "uninstructed"},
    "to rework, no date": {"recountable", "unplanned"},
    "to rework": {"recountable", "to_rework"},
    "reworked in part": {"recountable", "to_rework", "to_reinspect"},
    "nothing left": {"recountable", "nothing_left"},
    "given back": {"here", "effect_awaited"},
    "confirmed": {"here", "effect_awaited", "goods_settled"},
    "goods wanted, confirmed": {"here", "effect_awaited", "goods_awaited"},
    "closed": {"here", "effect_awaited"},
}


@pytest.mark.parametrize("row", RETURN, ids=lambda row: row.step)
def test_each_step_is_open_where_the_clauses_say(row):
    step = returns.WORKFLOW.step(row.step)
    found = {
        one.name
        for one in RETURN_SITUATIONS
        if step
        in returns.WORKFLOW.open_from(
            one.state, lambda question, name=one.name: question in HELD.get(name, {"here"})
        )
    }
    assert found == row.open_in


@pytest.mark.parametrize("row", RETURN, ids=lambda row: row.step)
def test_each_step_is_whose_the_clauses_say(row):
    step = returns.WORKFLOW.step(row.step)
    assert (step.relation, {role for role in ROLES if may([role], step.permission)}) == (None, set(row.roles))


def test_no_step_and_no_state_is_missing_in_the_table():
    assert sorted((step.clause, step.name) for step in returns.WORKFLOW.steps) == sorted(
        (row.clause, row.step) for row in RETURN
    )
    assert {one.state for one in RETURN_SITUATIONS} == {state.code for state in returns.STATES}


def test_every_state_that_does_not_end_it_is_unfinished():
    assert sorted(state.code for state in returns.STATES if not state.final) == sorted(returns.UNFINISHED)


def test_what_was_agreed_with_the_customer_follows_from_the_step():
    assert returns.OUTCOMES == {
        "leave_there": "left_there",
        "send_as_is": "as_is",
        "serve_paid": "paid_service",
        "serve_paid_here": "paid_service",
    }


# The quantities of a line


def tally(**values: int) -> Tally:
    return Tally(**{name: Decimal(value) for name, value in values.items()})


WHOLE = {
    "slip": 50,
    "counted": 48,
    "accepted": 4,
    "ntf": 1,
    "as_is": 3,
    "rework": 30,
    "scrapped": 6,
    "reworked": 20,
    "passed": 11,
    "failed": 2,
}


def test_what_is_counted_adds_up_with_what_is_decided_and_what_is_reworked():
    line = tally(**WHOLE)
    assert (line.difference, line.inspected, line.uninspected) == (-2, 44, 4)
    assert (line.rework_open, line.to_rework, line.to_reinspect) == (17, 10, 7)
    assert (line.to_customer, line.to_scrap) == (19, 8)
    assert not line.is_done


def test_before_the_count_nothing_can_be_inspected():
    line = tally(slip=50)
    assert (line.difference, line.uninspected, line.is_done) == (None, 0, False)


@pytest.mark.parametrize(
    ("values", "done"),
    [
        ({"slip": 5, "counted": 0}, True),
        ({"slip": 5, "counted": 5}, False),
        ({"slip": 5, "counted": 5, "accepted": 2, "scrapped": 3}, True),
        ({"slip": 5, "counted": 5, "rework": 5, "reworked": 5}, False),
        ({"slip": 5, "counted": 5, "rework": 5, "reworked": 5, "passed": 4, "failed": 1}, True),
    ],
)
def test_a_line_is_done_when_both_remainders_are_nil(values, done):
    assert tally(**values).is_done is done


@pytest.mark.parametrize(
    ("booking", "open_"),
    [
        ("accepted", 4),
        ("ntf", 4),
        ("as_is", 4),
        ("rework", 4),
        ("scrapped", 4),
        ("reworked", 10),
        ("passed", 7),
        ("failed", 7),
    ],
)
def test_no_more_is_booked_than_is_open(booking, open_):
    line = tally(**WHOLE)
    assert getattr(line.book(booking, Decimal(open_)), booking) == getattr(line, booking) + open_
    with pytest.raises(TooMuch) as refused:
        line.book(booking, Decimal(open_) + Decimal("0.001"))
    assert refused.value.open == open_


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_booking_is_of_something(quantity):
    with pytest.raises(ValueError, match="of something"):
        tally(**WHOLE).book("accepted", Decimal(quantity))


def test_a_count_can_be_made_again_but_not_below_what_is_inspected():
    line = tally(**WHOLE)
    assert line.count(Decimal(44)).uninspected == 0
    with pytest.raises(TooMuch) as refused:
        line.count(Decimal(43))
    assert refused.value.open == 44
    with pytest.raises(ValueError, match="below zero"):
        tally(slip=5).count(Decimal(-1))


BOOKINGS = st.lists(
    st.tuples(
        st.sampled_from(["count", *returns.INSPECTION, "reworked", *returns.REINSPECTION]),
        st.decimals("-2", "60", places=3),
    ),
    max_size=40,
)


@given(st.decimals("0.001", "100", places=3), BOOKINGS)
def test_whatever_is_booked_the_sums_hold(slip, bookings):
    line = Tally(slip)
    for booking, quantity in bookings:
        try:
            line = line.count(quantity) if booking == "count" else line.book(booking, quantity)
        except ValueError:
            continue
        assert (
            line.counted
            == line.accepted + line.ntf + line.as_is + line.rework + line.scrapped + line.uninspected
        )
        assert line.rework == line.passed + line.failed + line.rework_open
        assert min(line.uninspected, line.rework_open, line.to_rework, line.to_reinspect) >= 0
        assert line.is_done == (line.counted == line.to_customer + line.to_scrap)


def test_goods_that_go_back_as_they_are_are_not_worked_on():
    assert returns.dispositions("as_is") == ("as_is",)
    assert (
        returns.dispositions("paid_service")
        == returns.dispositions(None)
        == ("accepted", "ntf", "as_is", "rework", "scrapped")
    )


@pytest.mark.parametrize(
    ("quantity", "unit", "fits"),
    [
        ("5", "pcs", True),
        ("5.000", "pcs", True),
        ("5.5", "pcs", False),
        ("0.5", "set", False),
        ("0.5", "unit", False),
        ("2", "unit", True),
        ("0.5", "box", False),
        ("0.125", "kg", True),
        ("0.1255", "kg", False),
        ("100", "m", True),
        ("NaN", "kg", False),
    ],
)
def test_the_unit_says_how_many_decimals_it_allows(quantity, unit, fits):
    assert returns.fits_unit(Decimal(quantity), unit) is fits


def test_a_line_gets_its_label_once_no_step_changes_the_slip_any_more():
    changing = {
        state for step in returns.STEPS if step.name in ("take_over", "amend") for state in step.sources
    }
    assert set(returns.SLIP_OPEN) == changing
    assert [returns.is_whole(unit) for unit in ("pcs", "set", "box", "kg", "m")] == [
        True,
        True,
        True,
        False,
        False,
    ]
