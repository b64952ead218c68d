"""Replenishment (5.3.4): the rows against the table by hand; amounts to the fen; who must sign, and who may
sign after whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cs.procedure import replenishments
from cs.procedure.authority import may
from cs.procedure.rulebook import load
from tests.tables import REPLENISHMENT, REPLENISHMENT_SITUATIONS, ROLES

HELD = {"changed after a signature": {"change_unseen"}}
RELATED = {"sign": "signs_now", "refuse": "signs_now", "see_change": "is_told"}
SM, PM, GM, CLERK = 1, 2, 3, 4
BOTH = ("sales_manager", "production_manager")
ALL = (*BOTH, "general_manager")


@pytest.mark.parametrize("row", REPLENISHMENT, ids=lambda row: row.step)
def test_each_step_is_open_where_the_clauses_say(row):
    step = replenishments.WORKFLOW.step(row.step)
    found = {
        one.name
        for one in REPLENISHMENT_SITUATIONS
        if step
        in replenishments.WORKFLOW.open_from(
            one.state, lambda question, name=one.name: question in HELD.get(name, set())
        )
    }
    assert found == row.open_in


@pytest.mark.parametrize("row", REPLENISHMENT, ids=lambda row: row.step)
def test_each_step_is_whose_the_clauses_say(row):
    step = replenishments.WORKFLOW.step(row.step)
    assert (step.relation, {role for role in ROLES if may([role], step.permission)}) == (
        RELATED.get(row.step),
        set(row.roles),
    )


def test_no_step_and_no_state_is_missing_in_the_table():
    assert sorted((step.clause, step.name) for step in replenishments.WORKFLOW.steps) == sorted(
        (row.clause, row.step) for row in REPLENISHMENT
    )
    assert {one.state for one in REPLENISHMENT_SITUATIONS} == {state.code for state in replenishments.STATES}


def test_every_state_that_does_not_end_it_is_unfinished():
    assert (
        tuple(state.code for state in replenishments.STATES if not state.final) == replenishments.UNFINISHED
    )


# Amounts, Q23


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("1", "999.995", "1000.00"),
        ("1", "999.9949", "999.99"),
        ("3", "0.005", "0.02"),
        ("0.5", "0.01", "0.01"),
        ("1000", "0.9999", "999.90"),
        ("12.345", "81.0045", "1000.00"),
        ("999999.999", "99999.9999", "99999999800.00"),
    ],
)
def test_a_line_is_rounded_half_up_to_the_fen(quantity, price, amount):
    assert str(replenishments.line_amount(Decimal(quantity), Decimal(price))) == amount


def test_each_line_is_rounded_for_itself():
    lines = [(Decimal(1), Decimal("333.335"))] * 3
    assert (replenishments.amount(lines), replenishments.amount([])) == (Decimal("1000.02"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount_sum", "approvers"),
    [("0.01", BOTH), ("999.99", BOTH), ("1000.00", ALL), ("1000.01", ALL), ("250000", ALL)],
)
def test_from_1000_the_general_manager_signs_too(amount_sum, approvers):
    assert load().replenishment.approvers(Decimal(amount_sum)) == approvers


def test_the_limit_is_the_procedure_files():
    assert load().replenishment.general_manager_from == Decimal("1000.00")
    assert (
        replace(load().replenishment, general_manager_from=Decimal(5000)).approvers(Decimal("4999.99"))
        == BOTH
    )


@pytest.mark.parametrize(
    ("currency", "rate", "needs_reason"),
    [
        ("CNY", "1", False),
        ("USD", "7.10", False),
        ("USD", "5.325", False),
        ("USD", "5.324999", True),
        ("USD", "8.875", False),
        ("USD", "8.875001", True),
        ("USD", "0.01", True),
        ("JPY", "0.05", False),
        ("JPY", "7.10", True),
        ("GBP", "9", True),  # a currency without a usual rate
    ],
)
def test_a_rate_far_from_the_usual_needs_a_reason(currency, rate, needs_reason):
    assert load().replenishment.rate_needs_reason(currency, Decimal(rate)) is needs_reason


def test_every_currency_that_is_offered_has_a_usual_rate():
    book = load()
    assert {"CNY", *book.replenishment.rates} == set(book.choices["currency"])


# Who signs after whom, Q24


@pytest.mark.parametrize(
    ("needed", "given", "now"),
    [
        (BOTH, (), BOTH),
        (BOTH, ("sales_manager",), ("production_manager",)),
        (BOTH, ("production_manager",), ("sales_manager",)),
        (BOTH, BOTH, ()),
        (ALL, (), BOTH),
        (ALL, ("production_manager",), ("sales_manager",)),
        (ALL, BOTH, ("general_manager",)),
        (ALL, ALL, ()),
    ],
)
def test_both_managers_sign_in_either_order_and_the_general_manager_last(needed, given, now):
    assert replenishments.open_roles(needed, given) == now


@pytest.mark.parametrize(
    ("roles", "person", "applicant", "given", "role"),
    [
        (["sales_manager"], SM, CLERK, {}, "sales_manager"),
        (["production_manager"], PM, CLERK, {}, "production_manager"),
        (["general_manager"], GM, CLERK, {}, None),
        (["general_manager"], GM, CLERK, {"sales_manager": SM}, None),
        (["general_manager"], GM, CLERK, {"sales_manager": SM, "production_manager": PM}, "general_manager"),
        (["sales_manager"], SM, SM, {}, None),  # nobody signs their own
        (["sales_manager"], SM, None, {"sales_manager": 9}, None),  # a colleague has signed for that role
        (["sales_manager", "production_manager"], SM, CLERK, {}, "sales_manager"),
        (["sales_manager", "production_manager"], SM, CLERK, {"sales_manager": 9}, "production_manager"),
        (
            ["sales_manager", "production_manager"],
            SM,
            CLERK,
            {"sales_manager": SM},
            None,
        ),  # signs once; the other is somebody else's
        (
            ["sales_manager", "general_manager"],
            SM,
            CLERK,
            {"sales_manager": SM, "production_manager": PM},
            None,
        ),
        (["sales_clerk", "planner"], CLERK, None, {}, None),
    ],
)
def test_who_may_sign_now_and_under_which_role(roles, person, applicant, given, role):
    assert (
        replenishments.signing_role(
            roles, person, applicants=(None, applicant), needed=ALL, given=given.keys(), signed=given.values()
        )
        == role
    )


@pytest.mark.parametrize(
    ("held", "needed", "applicant", "passes"),
    [
        ({SM: ["sales_manager"], PM: ["production_manager"]}, BOTH, CLERK, True),
        ({SM: ["sales_manager"], PM: ["production_manager"]}, BOTH, SM, False),  # nobody signs their own
        ({SM: ["sales_manager"], PM: ["production_manager"]}, ALL, CLERK, False),  # nobody is general manager
        ({SM: ["sales_manager"], PM: ["production_manager"], GM: ["general_manager"]}, ALL, CLERK, True),
        ({SM: BOTH}, BOTH, CLERK, False),  # one person signs once
        ({SM: BOTH, PM: BOTH}, BOTH, CLERK, True),
        ({SM: BOTH, PM: BOTH}, BOTH, PM, False),
        ({SM: BOTH, PM: ["sales_manager"]}, BOTH, CLERK, True),  # whoever holds one role signs first
        ({SM: ALL, PM: ALL}, ALL, CLERK, False),  # three signatures need three people
        ({SM: ALL, PM: ALL, GM: ALL}, ALL, CLERK, True),
        ({SM: ALL, PM: ALL, GM: ["general_manager"]}, ALL, CLERK, True),
        ({SM: ["sales_manager", "general_manager"], PM: ["production_manager"]}, ALL, CLERK, False),
        ({}, BOTH, CLERK, False),
    ],
)
def test_whether_people_can_pass_a_chain_at_all(held, needed, applicant, passes):
    assert replenishments.can_pass(held, needed, (applicant,)) is passes


@pytest.mark.parametrize(("limit", "chains"), [("1000.00", (BOTH, ALL)), ("0.00", (ALL,))])
def test_the_chains_that_there_are(limit, chains):
    assert replace(load().replenishment, general_manager_from=Decimal(limit)).chains() == chains


# In the place of a manager whose signature nobody could give

ONE_OF_EACH = {SM: ("sales_manager",), PM: ("production_manager",), GM: ("general_manager",)}
BOTH_HATS = {PM: BOTH, GM: ("general_manager",)}
SECOND_SM = ONE_OF_EACH | {5: ("sales_manager",)}


@pytest.mark.parametrize(
    ("held", "needed", "applicants", "given", "signed", "signing"),
    [
        (ONE_OF_EACH, BOTH, (CLERK,), (), (), BOTH),
        (ONE_OF_EACH, BOTH, (SM,), (), (), ("production_manager", "general_manager")),
        (ONE_OF_EACH, ALL, (SM,), (), (), ("production_manager", "general_manager")),
        (ONE_OF_EACH, BOTH, (PM,), (), (), ("sales_manager", "general_manager")),
        (ONE_OF_EACH, BOTH, (SM,), ("production_manager",), (PM,), ("production_manager", "general_manager")),
        (SECOND_SM, BOTH, (SM,), (), (), BOTH),
        # one signature never stands for both managers
        (ONE_OF_EACH, BOTH, (SM, PM), (), (), BOTH),
        # who holds both roles signs once; the general manager instead of the other
        (BOTH_HATS, BOTH, (CLERK,), ("sales_manager",), (PM,), ("sales_manager", "general_manager")),
        # a role that nobody holds is the administrator's to fill
        ({PM: ("production_manager",), GM: ("general_manager",)}, BOTH, (CLERK,), (), (), BOTH),
        # nobody to sign in place
        ({SM: ("sales_manager",), PM: ("production_manager",)}, BOTH, (SM,), (), (), BOTH),
        (ONE_OF_EACH, BOTH, (SM, GM), (), (), BOTH),
    ],
)
def test_the_general_manager_signs_in_place_of_a_manager_who_applied(
    held, needed, applicants, given, signed, signing
):
    assert replenishments.signing_roles(held, needed, "general_manager", applicants, given, signed) == signing


def test_nobody_signs_in_place_where_the_procedure_file_names_nobody():
    found = replenishments.signing_roles(ONE_OF_EACH, BOTH, "nobody", (SM,))
    assert (found, load().replenishment.in_place) == (BOTH, "general_manager")
