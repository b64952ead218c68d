"""Complaints (5.2): the table Step × role × state by hand against the rows; the rules of the confirmation
(5.2.2.2–4, Q11, Q17)."""

from __future__ import annotations

import pytest

from cs.procedure import complaint_rules, complaints, customers
from cs.procedure.authority import may
from cs.procedure.complaint_rules import (
    counted_of_old_line,
    counts_as_failure,
    proposed_route,
    route_faults,
)
from cs.procedure.complaints import disposition_faults, meeting_departments, state_of_old_line
from cs.procedure.effect_checks import CHECKS
from cs.procedure.meetings import place_faults
from tests.tables import COMPLAINT, COMPLAINT_SITUATIONS, MASTER, MASTER_SITUATIONS, ROLES

# What a record in each situation answers to the conditions of the rows.
HOLDS = {
    "route not confirmed": {"occasional", "answer_missing", "route_unconfirmed"},
    "occasional, to be settled": {"occasional", "answer_missing"},
    "occasional, settled": {"occasional", "answer_ready"},
    "not ours, to be explained": {"not_ours", "answer_missing"},
    "not ours, explained": {"not_ours", "answer_ready"},
    "with the customer": {"occasional", "answer_missing"},
    "with a silent customer": {"occasional", "answer_missing", "customer_silent"},
    "with the customer, sent late": {"occasional", "answer_missing", "sent_late"},
    "accepted": {"occasional", "answer_missing", "nothing_open"},
    "closed": {"occasional", "answer_missing", "nothing_open"},
    "closed, to be opened again": {"occasional", "answer_missing", "nothing_open", "reopen_requested"},
    "closed, not opened again": {"occasional", "answer_missing", "nothing_open", "reopen_refusal_unseen"},
    "meeting, to be called": {
        "meeting",
        "not_called",
        "not_met",
        "not_disposed",
        "answer_missing",
        "capa_wanted",
    },
    "meeting, to be held": {
        "meeting",
        "called",
        "call_made",
        "call_unanswered",
        "not_met",
        "not_disposed",
        "answer_missing",
        "capa_wanted",
    },
    "meeting, held": {"meeting", "met", "not_disposed", "answer_missing", "capa_wanted"},
    "meeting, goods decided on": {
        "meeting",
        "met",
        "disposed",
        "answer_missing",
        "countersigning",
        "dispositions_open",
        "capa_wanted",
    },
    "meeting, result issued": {
        "meeting",
        "met",
        "disposed",
        "answer_ready",
        "countersigning",
        "dispositions_open",
        "capa_wanted",
    },
    "meeting, with the customer, plan wanted": {
        "meeting",
        "met",
        "disposed",
        "answer_missing",
        "countersigning",
        "dispositions_open",
        "plan_wanted",
        "capa_wanted",
    },
    "meeting, accepted, goods not done": {
        "meeting",
        "met",
        "disposed",
        "answer_missing",
        "dispositions_open",
        "capa_wanted",
    },
    "meeting, accepted, its CAPA not verified": {"meeting", "met", "disposed", "answer_missing"},
    "meeting, accepted, no CAPA issued": {"meeting", "met", "disposed", "answer_missing", "capa_wanted"},
    "meeting, accepted, all done": {"meeting", "met", "disposed", "answer_missing", "nothing_open"},
    "occasional, settled, measures open": {"occasional", "answer_ready", "measures_open"},
    "occasional, with the customer, effect unchecked": {"occasional", "answer_missing", "effect_unchecked"},
    "occasional, accepted, measures open": {"occasional", "answer_missing", "measures_open"},
    "occasional, accepted, effect unchecked": {"occasional", "answer_missing", "effect_unchecked"},
    "occasional, accepted, effective": {"occasional", "answer_missing", "nothing_open"},
    "change of the clock waits": {"answer_missing", "clock_change_waits"},
    "change of the clock refused": {"answer_missing", "clock_refusal_unseen"},
    "sample awaited": {"answer_missing", "nothing_open", "sample_awaited", "sample_kept"},
    "sample here": {"answer_missing", "nothing_open", "sample_here", "sample_kept"},
    "closed, its sample here": {"occasional", "answer_missing", "nothing_open", "sample_here", "sample_kept"},
}


ALWAYS = {"not_acknowledged"}  # in every situation of the table
ALTERNATIVES = {"route_unconfirmed": "route_confirmed", "reopen_requested": "reopen_not_requested"}


def held(name: str) -> set[str]:
    """Return what holds in a situation; the route is confirmed (Q11) in all of them but one, and nobody asks
    to open it again."""
    holds = HOLDS.get(name, set()) | ALWAYS
    return holds | {usual for unusual, usual in ALTERNATIVES.items() if unusual not in holds}


def rows_answer(workflow, step, role, situation) -> str:
    row = workflow.step(step)
    stranger = row.relation not in (None, CHECKS) and role not in situation.named.get(step, ())
    if not may([role], row.permission) or stranger:
        return "403"
    is_open = row in workflow.open_from(situation.state, lambda question: question in held(situation.name))
    return "may" if is_open else "409"


@pytest.mark.parametrize("row", COMPLAINT, ids=lambda row: row.step)
def test_the_rows_say_of_each_step_what_the_clauses_say_for_every_role_and_state(row):
    asked = [(role, one) for role in ROLES for one in COMPLAINT_SITUATIONS]
    if row.creates:
        assert {
            role for role in ROLES if may([role], complaints.WORKFLOW.step(row.step).permission)
        } == row.roles
        return
    assert [
        (role, one.name, rows_answer(complaints.WORKFLOW, row.step, role, one)) for role, one in asked
    ] == [(role, one.name, row.answer(role, one)) for role, one in asked]


@pytest.mark.parametrize(
    ("workflow", "kind"),
    [(customers.CUSTOMER, "customer"), (customers.PRODUCT, "product"), (customers.SHIPMENT, "shipment")],
)
def test_customers_products_and_shipments_are_kept_by_whom_the_clauses_name(workflow, kind):
    asked = [
        (row, role, one)
        for row in MASTER[kind]
        if not row.creates
        for role in ROLES
        for one in MASTER_SITUATIONS
    ]
    assert [rows_answer(workflow, row.step, role, one) for row, role, one in asked] == [
        row.answer(role, one) for row, role, one in asked
    ]
    assert {role for role in ROLES if may([role], workflow.step("create").permission)} == MASTER[kind][
        0
    ].roles


@pytest.mark.parametrize(
    ("workflow", "table"),
    [
        (complaints.WORKFLOW, COMPLAINT),
        (customers.CUSTOMER, MASTER["customer"]),
        (customers.PRODUCT, MASTER["product"]),
        (customers.SHIPMENT, MASTER["shipment"]),
    ],
)
def test_no_step_is_missing_in_the_table_and_each_names_its_clause(workflow, table):
    assert sorted((step.clause, step.name) for step in workflow.steps) == sorted(
        (row.clause, row.step) for row in table
    )


# The clause of a step on each route, by hand from 5.2.2.2 to 5.2.2.5.
ROUTE_CLAUSES = {
    "send_reply": {"not_ours": "5.2.2.2", "occasional": "5.2.2.3", "meeting": "5.2.2.4"},
    "accept": {"not_ours": "5.2.2.2", "occasional": "5.2.2.3", "meeting": "5.2.2.4"},
    "refuse": {"not_ours": "5.2.2.2", "occasional": "5.2.2.3", "meeting": "5.2.2.4"},
    "no_answer": {"not_ours": "5.2.2.2", "occasional": "5.2.2.3", "meeting": "5.2.2.4"},
    "close": {"not_ours": "5.2.2.2", "occasional": "5.2.2.3", "meeting": "5.2.2.5"},
}
ONE_ROUTE_ONLY = {"settle"}  # of 5.2.2.3


def test_a_step_of_every_route_names_the_clause_of_the_route_taken():
    steps = [step for step in complaints.STEPS if step.clause == "5.2.2.3" or step.route_clauses]
    assert {step.name for step in steps} == ROUTE_CLAUSES.keys() | ONE_ROUTE_ONLY
    for step in steps:
        for route, clause in ROUTE_CLAUSES.get(step.name, {}).items():
            assert (step.name, route, step.clause_on(route)) == (step.name, route, clause)
        assert step.clause_on(None) == "5.2.2.3"


# Where each step can be open at all, whatever else holds: by hand from the clauses. r received, a analysing,
# n answering, w awaiting customer, c accepted.
WHERE = {
    "see_decline": "b",
    "pass_on_again": "b",
    "acknowledge": "ranw",
    "consent_clock": "pranwc",
    "refuse_clock": "pranwc",
    "see_clock_refusal": "pranwc",
    "claim_sending": "anwc",
    "register": "p",
    "decline": "p",
    "receive": "r",
    "confirm": "a",
    "confirm_route": "n",
    "send_back": "n",
    "settle": "n",
    "explain": "n",
    "call_meeting": "n",
    "move_meeting": "n",
    "acknowledge_call": "n",
    "meet": "n",
    "dispose": "n",
    "issue_result": "n",
    "countersign": "anwc",
    "plan": "anwc",
    "do_disposition": "anwc",
    "do_measure": "nwc",
    "check_effect": "wc",
    "analyse_again": "wc",
    "issue_capa": "anwc",
    "send_reply": "n",
    "reply_directly": "n",
    "accept": "w",
    "refuse": "w",
    "no_answer": "w",
    "close": "c",
    "reopen": "C",
    "request_reopen": "C",
    "grant_reopen": "C",
    "refuse_reopen": "C",
    "see_reopen_refusal": "C",
    "contact": "ranw",
    "request_sample": "ran",
    "receive_sample": "ranwc",
    "move_sample": "ranwcC",
    "end_sample": "ranwcC",
    "amend": "ran",
    "void": "pranwc",
}
LETTERS = {
    "passed_on": "p",
    "sent_back": "b",
    "declined": "d",
    "received": "r",
    "analysing": "a",
    "answering": "n",
    "awaiting_customer": "w",
    "accepted": "c",
    "closed": "C",
    "void": "v",
}


def test_no_condition_opens_a_step_where_the_clauses_do_not():
    found = {
        step.name: "".join(
            letter
            for state, letter in LETTERS.items()
            if step in complaints.WORKFLOW.open_from(state, lambda _question: True)
        )
        for step in complaints.WORKFLOW.steps
        if not step.creates
    }
    assert {name: "".join(sorted(where)) for name, where in found.items()} == {
        name: "".join(sorted(where)) for name, where in WHERE.items()
    }


# What must hold besides, and how the person must stand to the record (5.2.2.2–4, 5.2.1.3, Q12): also by hand.
WHEN = {
    "confirm_route": "route_unconfirmed",
    "send_back": "route_unconfirmed",
    "settle": "route_confirmed occasional answer_missing",
    "explain": "route_confirmed not_ours answer_missing",
    "call_meeting": "route_confirmed meeting not_met not_called answer_missing",
    "acknowledge_call": "meeting not_met call_unanswered",
    "meet": "route_confirmed meeting called not_met answer_missing",
    "move_meeting": "meeting not_met call_made answer_missing",
    "reopen": "reopen_not_requested",
    "request_reopen": "reopen_not_requested",
    "grant_reopen": "reopen_requested",
    "refuse_reopen": "reopen_requested",
    "see_reopen_refusal": "reopen_refusal_unseen",
    "dispose": "meeting met not_disposed",
    "issue_result": "route_confirmed meeting disposed answer_missing",
    "countersign": "countersigning",
    "plan": "plan_wanted",
    "do_disposition": "dispositions_open",
    "do_measure": "measures_open",
    "check_effect": "effect_unchecked",
    "analyse_again": "effect_unchecked",
    "issue_capa": "capa_wanted",
    "send_reply": "answer_ready",
    "reply_directly": "not_ours answer_ready",
    "no_answer": "customer_silent",
    "close": "nothing_open",
    "acknowledge": "not_acknowledged",
    "consent_clock": "clock_change_waits",
    "refuse_clock": "clock_change_waits",
    "see_clock_refusal": "clock_refusal_unseen",
    "claim_sending": "sent_late",
    "receive_sample": "sample_awaited",
    "move_sample": "sample_here",
    "end_sample": "sample_kept",
}
RELATED = {
    "countersign": "countersigns",
    "do_disposition": "disposes",
    "do_measure": "carries_out_measures",
    "acknowledge_call": "is_called",
    "see_decline": "passed_it_on",
    "pass_on_again": "passed_it_on",
    "consent_clock": "consents_to_clock",
    "refuse_clock": "consents_to_clock",
    "see_clock_refusal": "requested_clock",
    "see_reopen_refusal": "requested_reopening",
    "check_effect": "checks_effect",
    "analyse_again": "checks_effect",
}


def test_each_step_asks_for_what_the_clauses_ask_for():
    assert {step.name: " ".join(step.when) for step in complaints.WORKFLOW.steps if step.when} == WHEN
    assert {step.name: step.relation for step in complaints.WORKFLOW.steps if step.relation} == RELATED


SIGNED = {
    "confirm": "analysed",
    "confirm_route": "route_confirmed",
    "countersign": "countersigned",
    "check_effect": "verified",
    "analyse_again": "ineffective",
    "close": "closed",
    "consent_clock": "consented",
    "refuse_clock": "clock_refused",
}


def test_these_steps_are_signed_and_no_others():
    assert {step.name: step.signed for step in complaints.WORKFLOW.steps if step.signed} == SIGNED


def test_every_state_stands_in_the_table():
    assert {one.state for one in COMPLAINT_SITUATIONS} == {state.code for state in complaints.STATES}


def test_the_straight_way_is_the_one_of_the_flow_picture():
    assert [state.code for state in complaints.STATES if state.main] == [
        "received",
        "analysing",
        "answering",
        "awaiting_customer",
        "accepted",
        "closed",
    ]
    assert [state.code for state in complaints.STATES if state.final] == ["declined", "closed", "void"]


def test_what_waits_in_my_work_is_due_with_the_reply_or_the_follow_up():
    awaited = {step.name: (step.task, step.due) for step in complaints.STEPS if step.task}
    assert awaited == {
        "register": ("register", "reply_due_at"),
        "decline": ("register", "reply_due_at"),
        "see_decline": ("see_decline", None),
        "pass_on_again": ("see_decline", None),
        "receive": ("receive", "reply_due_at"),
        "confirm": ("confirm", "reply_due_at"),
        "confirm_route": ("confirm_route", "reply_due_at"),
        "send_back": ("confirm_route", "reply_due_at"),
        "settle": ("settle", "reply_due_at"),
        "explain": ("explain", "reply_due_at"),
        "send_reply": ("send_reply", "reply_due_at"),
        "accept": ("follow_up", "follow_up_due_at"),
        "refuse": ("follow_up", "follow_up_due_at"),
        "no_answer": ("follow_up", "follow_up_due_at"),
        "do_measure": ("do_measure", "measure_due_at"),
        "check_effect": ("check_effect", "check_due_at"),
        "analyse_again": ("check_effect", "check_due_at"),
        "close": ("close", None),
        "call_meeting": ("call_meeting", "reply_due_at"),
        "acknowledge_call": ("acknowledge_call", "meeting_due_at"),
        "meet": ("meet", "reply_due_at"),
        "dispose": ("dispose", "reply_due_at"),
        "issue_result": ("issue_result", "reply_due_at"),
        "countersign": ("countersign", "reply_due_at"),
        "plan": ("plan", None),
        "do_disposition": ("do_disposition", "disposition_due_at"),
        "issue_capa": ("issue_capa", None),
        "receive_sample": ("receive_sample", "sample_due_at"),
        "consent_clock": ("consent_clock", None),
        "refuse_clock": ("consent_clock", None),
        "see_clock_refusal": ("see_clock_refusal", None),
        "grant_reopen": ("decide_reopen", None),
        "refuse_reopen": ("decide_reopen", None),
        "see_reopen_refusal": ("see_reopen_refusal", None),
    }


def test_countersigning_and_carrying_out_is_awaited_of_people_by_their_names():
    assert {step.name: (step.persons, step.relation) for step in complaints.STEPS if step.persons} == {
        "countersign": ("awaited_countersigners", "countersigns"),
        "do_disposition": ("awaited_disposers", "disposes"),
        "do_measure": ("awaited_measure_owners", "carries_out_measures"),
        "acknowledge_call": ("awaited_invitees", "is_called"),
        "see_decline": ("awaited_passer", "passed_it_on"),
        "pass_on_again": ("awaited_passer", "passed_it_on"),
        "consent_clock": ("awaited_consenters", "consents_to_clock"),
        "refuse_clock": ("awaited_consenters", "consents_to_clock"),
        "see_clock_refusal": ("awaited_requesters", "requested_clock"),
        "see_reopen_refusal": ("awaited_reopen_requesters", "requested_reopening"),
        "check_effect": ("awaited_checkers", "checks_effect"),
        "analyse_again": ("awaited_checkers", "checks_effect"),
    }


def test_confirmation_countersigning_and_closing_are_signed():
    assert {step.name: step.signed for step in complaints.STEPS if step.signed} == {
        "confirm": "analysed",
        "confirm_route": "route_confirmed",
        "countersign": "countersigned",
        "check_effect": "verified",
        "analyse_again": "ineffective",
        "close": "closed",
        "consent_clock": "consented",
        "refuse_clock": "clock_refused",
    }


def test_the_report_needs_these_before_the_analysis():
    assert complaint_rules.NEEDED_BEFORE_ANALYSIS == (
        "contact_name",
        "contact_phone",
        "oral_written",
        "product_id",
        "lot_no",
        "checked_qty",
        "defect_qty",
        "found_at",
    )


# 5.2.2.2 to 5.2.2.4, in their order: whose it is and what was found, how grave, how often; the way that
# follows.
@pytest.mark.parametrize(
    ("liability", "finding", "severity", "nature", "route"),
    [
        (
            "customer",
            "confirmed",
            "critical",
            "batch",
            "not_ours",
        ),  # 5.2.2.2: not our responsibility, however grave
        ("carrier", "confirmed", "minor", "sporadic", "not_ours"),
        (
            "ours",
            "ntf",
            "major",
            "sporadic",
            "not_ours",
        ),  # nothing wrong with it: the evidence goes to the customer
        ("supplier", "not_confirmed", "critical", "chronic", "not_ours"),
        ("ours", "confirmed", "minor", "sporadic", "occasional"),  # 5.2.2.3
        ("ours", "confirmed", "major", "sporadic", "occasional"),
        ("supplier", "confirmed", "major", "sporadic", "occasional"),  # Q17: what our supplier caused is ours
        ("pending", "confirmed", "minor", "sporadic", "occasional"),
        ("ours", "confirmed", "critical", "sporadic", "meeting"),  # 5.2.2.4: a major abnormality
        ("ours", "confirmed", "minor", "batch", "meeting"),
        ("ours", "confirmed", "minor", "chronic", "meeting"),  # 常态
        ("supplier", "confirmed", "critical", "chronic", "meeting"),
    ],
)
def test_the_way_of_a_complaint_follows_from_what_was_found(liability, finding, severity, nature, route):
    assert proposed_route(liability=liability, finding=finding, severity=severity, nature=nature) == route


@pytest.mark.parametrize(
    ("liability", "finding", "route", "faults"),
    [
        ("pending", "confirmed", "occasional", ("liability_still_pending",)),
        ("pending", "not_confirmed", "not_ours", ("liability_still_pending",)),
        ("customer", "confirmed", "not_ours", ()),
        ("customer", "confirmed", "occasional", ("not_ours_route_needed",)),
        ("carrier", "ntf", "meeting", ("not_ours_route_needed",)),
        ("ours", "confirmed", "occasional", ()),
        ("ours", "confirmed", "meeting", ()),
        ("ours", "confirmed", "not_ours", ("ours_cannot_be_refused",)),
        ("supplier", "confirmed", "not_ours", ("ours_cannot_be_refused",)),
        ("ours", "ntf", "not_ours", ()),
        ("ours", "ntf", "occasional", ()),
    ],
)
def test_a_confirmation_that_contradicts_itself_cannot_be_signed(liability, finding, route, faults):
    assert route_faults(liability=liability, finding=finding, route=route) == faults


@pytest.mark.parametrize(
    ("liability", "finding", "counts"),
    [
        ("ours", "confirmed", True),
        ("supplier", "confirmed", True),
        ("customer", "confirmed", False),
        ("carrier", "confirmed", False),
        ("pending", "confirmed", False),
        ("ours", "ntf", False),
        ("supplier", "not_confirmed", False),
    ],
)
def test_only_confirmed_faults_of_ours_or_our_suppliers_count(liability, finding, counts):
    assert counts_as_failure(liability=liability, finding=finding) is counts


# 5.2.2.5, Q11: confirmed and ours or our supplier's, and critical, batch or chronic, or on the meeting's
# route for another reason.
@pytest.mark.parametrize(
    ("route", "severity", "nature", "liability", "finding", "needed"),
    [
        ("meeting", "critical", "sporadic", "ours", "confirmed", True),
        ("occasional", "critical", "sporadic", "ours", "confirmed", True),  # overruled: it stays needed
        ("occasional", "major", "batch", "ours", "confirmed", True),
        ("occasional", "minor", "chronic", "ours", "confirmed", True),
        ("occasional", "minor", "chronic", "supplier", "confirmed", True),
        ("meeting", "minor", "sporadic", "ours", "confirmed", True),  # a repeat (3.4), or quality chose so
        ("occasional", "major", "sporadic", "ours", "confirmed", False),  # 5.2.2.3
        ("occasional", "minor", "sporadic", "supplier", "confirmed", False),
        ("not_ours", "critical", "batch", "customer", "confirmed", False),  # 5.2.2.2
        ("not_ours", "critical", "chronic", "carrier", "confirmed", False),
        ("not_ours", "critical", "batch", "ours", "ntf", False),
        ("not_ours", "critical", "batch", "supplier", "not_confirmed", False),
        ("meeting", "critical", "batch", "ours", "ntf", False),
        ("meeting", "critical", "batch", "pending", "confirmed", False),
    ],
)
def test_what_is_grave_and_ours_needs_a_corrective_action(
    route, severity, nature, liability, finding, needed
):
    assert (
        complaint_rules.capa_needed(
            route=route, severity=severity, nature=nature, liability=liability, finding=finding
        )
        is needed
    )


@pytest.mark.parametrize(
    ("route", "named"), [("occasional", True), ("meeting", True), ("not_ours", False), ("", False)]
)
def test_the_responsible_department_is_named_on_every_path_that_is_ours(route, named):
    """7.4-47."""
    assert complaint_rules.names_department(route) is named


# 3.4: a repeat within the window proposes the meeting, but never for what is not ours.
@pytest.mark.parametrize(
    ("liability", "finding", "nature", "route"),
    [
        ("ours", "confirmed", "sporadic", "meeting"),
        ("supplier", "confirmed", "sporadic", "meeting"),
        ("ours", "confirmed", "chronic", "meeting"),
        ("customer", "confirmed", "sporadic", "not_ours"),
        ("ours", "ntf", "sporadic", "not_ours"),
    ],
)
def test_a_repeat_leads_to_the_meeting(liability, finding, nature, route):
    assert (
        proposed_route(liability=liability, finding=finding, severity="minor", nature=nature, is_repeat=True)
        == route
    )


# 5.2.2.4: 通知业务部、工程部及责任部门负责人
@pytest.mark.parametrize(
    ("responsible", "departments"),
    [
        ("production", ("sales", "engineering", "production")),
        ("quality", ("sales", "engineering", "quality")),
        ("sales", ("sales", "engineering")),
        ("engineering", ("sales", "engineering")),
    ],
)
def test_the_heads_of_sales_engineering_and_the_responsible_department_meet(responsible, departments):
    assert meeting_departments(responsible) == departments


@pytest.mark.parametrize(
    ("found", "decided", "faults"),
    [
        ({}, {}, ()),
        ({"affected": 3, "raw": 0}, {"affected": 3}, ()),
        ({"affected": 3}, {"affected": 2}, (("affected", 3, 2),)),  # one piece forgotten
        ({"affected": 3}, {"affected": 4}, (("affected", 3, 4),)),  # one too many
        ({"wip": 5}, {}, (("wip", 5, 0),)),
        ({}, {"raw": 1, "customer": 2}, (("customer", 0, 2), ("raw", 0, 1))),  # in the order of the paper
        (
            {"affected": 3, "finished": 4},
            {"affected": 4, "finished": 3},
            (("affected", 3, 4), ("finished", 4, 3)),
        ),  # the sum alone is not enough
    ],
)
def test_what_is_decided_for_each_place_is_what_was_found_there(found, decided, faults):
    assert disposition_faults(found, decided) == faults


# 7.4-38: found and defective at each place; how many are complained of
@pytest.mark.parametrize(
    ("found", "defective", "complained", "faults"),
    [
        ({"affected": 3, "finished": 40}, {"affected": 3, "finished": 2}, 3, ()),
        ({"affected": 5}, {"affected": 3}, 3, ()),
        ({}, {}, None, ()),
        ({}, {}, 0, ()),
        ({"affected": 0, "finished": 40}, {}, 3, (("affected", "complained_of"),)),
        ({}, {}, 1, (("affected", "complained_of"),)),
        ({"affected": 3}, {"affected": 4}, 3, (("affected", "more_than_found"),)),
        ({"affected": 3}, {"affected": 3, "wip": 1}, 3, (("wip", "more_than_found"),)),
        ({"affected": 1}, {}, 60, (("affected", "complained_of"),)),
        (
            {"affected": 1, "customer": 39, "in_transit": 20},
            {"affected": 1, "customer": 59},
            60,
            (("customer", "more_than_found"),),
        ),
        (
            {"affected": 1, "customer": 39, "in_transit": 20},
            {"affected": 1, "customer": 39, "in_transit": 20},
            60,
            (),
        ),
        # what lies in our own stock is not what the customer complains of
        (
            {"affected": 1, "finished": 500},
            {"affected": 1, "finished": 59},
            60,
            (("affected", "complained_of"),),
        ),
        ({"affected": 60}, {}, 60, (("affected", "complained_defective"),)),
        (
            {"affected": 60, "wip": 60},
            {"affected": 59, "wip": 1},
            60,
            (("affected", "complained_defective"),),
        ),
    ],
)
def test_the_pieces_complained_of_are_somewhere(found, defective, complained, faults):
    assert place_faults(found, defective, complained) == faults


def test_the_places_are_those_of_the_clause():
    assert complaints.PLACES == ("affected", "customer", "in_transit", "finished", "wip", "raw")


# A line of an old register (5.6): what its columns show, by hand.
@pytest.mark.parametrize(
    ("closed", "replied", "response", "state"),
    [
        (True, True, "accepted", "closed"),
        (True, False, None, "closed"),
        (True, True, "refused", "closed"),
        (False, False, None, "received"),
        (False, True, "refused", "received"),
        (False, True, None, "awaiting_customer"),
        (False, True, "accepted", "accepted"),
        (False, True, "no_answer", "accepted"),
    ],
)
def test_an_old_line_stands_where_its_columns_show(closed, replied, response, state):
    assert state_of_old_line(closed=closed, replied=replied, response=response) == state


@pytest.mark.parametrize(
    ("liability", "finding", "counts"),
    [
        (None, None, None),
        ("pending", "confirmed", None),
        ("ours", None, True),
        ("supplier", "confirmed", True),
        ("ours", "not_confirmed", False),
        ("customer", None, False),
        ("carrier", "confirmed", False),
    ],
)
def test_an_old_line_counts_where_its_register_says_whose_fault_it_was(liability, finding, counts):
    assert counted_of_old_line(liability=liability, finding=finding) is counts
