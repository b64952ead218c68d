"""Corrective actions (5.2.2.5, 5.4.6): the rows against the table by hand; what an analysis and a set of
measures lack."""

from __future__ import annotations

from datetime import date

import pytest

from cs.procedure import capa
from cs.procedure.authority import may
from cs.procedure.rulebook import load
from tests.tables import CAPA, CAPA_SITUATIONS, ROLES

OPEN = {"being carried out": {"actions_open"}, "waits for verification": {"all_done"}}
RELATED = {
    "analyse": "is_responsible",
    "set_measures": "is_responsible",
    "reassign": "is_responsible",
    "do_action": "owns_an_action",
    "verify": "checks_effect",
    "reopen": "checks_effect",
}


@pytest.mark.parametrize("row", CAPA, ids=lambda row: row.step)
def test_each_step_is_open_where_the_clauses_say(row):
    step = capa.WORKFLOW.step(row.step)
    found = {
        one.name
        for one in CAPA_SITUATIONS
        if step
        in capa.WORKFLOW.open_from(
            one.state, lambda question, name=one.name: question in OPEN.get(name, set())
        )
    }
    assert found == row.open_in


@pytest.mark.parametrize("row", CAPA, ids=lambda row: row.step)
def test_each_step_is_whose_the_clauses_say(row):
    step = capa.WORKFLOW.step(row.step)
    holders = {role for role in ROLES if may([role], step.permission)}
    assert step.relation == RELATED.get(row.step)
    assert row.roles <= holders if step.relation else row.roles == holders


def test_no_step_and_no_state_is_missing_in_the_table():
    assert sorted((step.clause, step.name) for step in capa.WORKFLOW.steps) == sorted(
        (row.clause, row.step) for row in CAPA
    )
    assert {one.state for one in CAPA_SITUATIONS} == {state.code for state in capa.STATES}


WHERE = {
    "analyse": ["issued"],
    "set_measures": ["analysed"],
    "send_back": ["analysed", "measures_set"],
    "do_action": ["measures_set"],
    "reassign": ["measures_set"],
    "carry_out": ["measures_set"],
    "verify": ["carried_out"],
    "reopen": ["carried_out"],
    "amend": ["issued", "analysed", "measures_set"],
    "void": ["issued", "analysed", "measures_set", "carried_out"],
}


def test_no_condition_opens_a_step_where_the_clauses_do_not():
    found = {
        step.name: [
            state.code
            for state in capa.STATES
            if step in capa.WORKFLOW.open_from(state.code, lambda _question: True)
        ]
        for step in capa.WORKFLOW.steps
        if not step.creates
    }
    assert found == WHERE


def test_each_step_asks_for_what_the_clauses_ask_for():
    assert {step.name: step.when for step in capa.WORKFLOW.steps if step.when} == {
        "do_action": ("actions_open",),
        "reassign": ("actions_open",),
        "carry_out": ("all_done",),
    }


def test_the_proof_of_effect_is_signed_and_nothing_else():
    assert {step.name: step.signed for step in capa.WORKFLOW.steps if step.signed} == {
        "verify": "verified",
        "reopen": "ineffective",
    }


def test_every_state_that_does_not_end_it_is_unfinished():
    assert tuple(state.code for state in capa.STATES if not state.final) == capa.UNFINISHED


def test_stubborn_problems_are_analysed_by_the_leading_department_and_set_right_by_the_responsible_one():
    assert [capa.WORKFLOW.step(name).department for name in ("analyse", "set_measures", "reassign")] == [
        "leading_department",
        "department",
        "department",
    ]


@pytest.mark.parametrize(
    ("severity", "needed"), [("critical", True), ("major", True), ("minor", False), (None, False)]
)
def test_the_system_cause_is_asked_where_the_complaint_weighs(severity, needed):
    assert capa.system_cause_needed(severity) is needed


@pytest.mark.parametrize(
    ("occurrence", "escape", "faults"),
    [(2, 2, ()), (5, 3, ()), (1, 2, ("occurrence",)), (2, 1, ("escape",)), (0, 0, ("occurrence", "escape"))],
)
def test_one_why_is_not_enough(occurrence, escape, faults):
    assert capa.why_faults({"occurrence": ["因为"] * occurrence, "escape": ["因为"] * escape}) == faults


def test_a_row_of_whys_that_is_not_there_has_no_answers():
    assert capa.why_faults({}) == ("occurrence", "escape")


@pytest.mark.parametrize(
    ("occurrence", "escape", "faults"),
    [
        ([False, True], [True, True], ()),
        ([True, False], [False, True], ("occurrence",)),
        ([False, True], [True, False], ("escape",)),
        ([False], [False], ("occurrence", "escape")),
        ([], [True], ()),
    ],
)
def test_the_last_answer_of_a_row_is_the_cause_and_is_verified(occurrence, escape, faults):
    assert capa.unproven_causes({"occurrence": occurrence, "escape": escape}) == faults


@pytest.mark.parametrize(
    ("roots", "faults"), [((), ()), ((True,), ()), ((False, True), ()), ((False, False), ("root_needed",))]
)
def test_a_fishbone_marks_its_root_cause(roots, faults):
    assert capa.fishbone_faults(roots) == faults


@pytest.mark.parametrize(
    ("kinds", "faults"),
    [
        (("corrective",), ()),
        (("containment", "corrective"), ()),
        (("containment", "preventive"), ("corrective_needed",)),
        ((), ("corrective_needed",)),
    ],
)
def test_without_a_corrective_action_the_cause_stays(kinds, faults):
    assert capa.measure_faults(kinds) == faults


def test_the_effect_is_verified_thirty_days_after_the_measures():
    rule = load().capa
    assert (rule.verify_days, rule.check_days, rule.answer_days) == (30, 14, 3)


def test_nothing_is_effective_within_a_week_of_the_last_report():
    """7.4-58: a week is the shortest period of the forms."""
    assert load().capa.effective_from(date(2026, 3, 10)) == date(2026, 3, 17)


def test_the_limit_runs_on_while_a_sample_is_awaited_unless_the_factory_says_otherwise():
    assert load().reply.paused_by_sample is False


@pytest.mark.parametrize(
    ("nature", "leads"), [("chronic", True), ("batch", False), ("sporadic", False), (None, False)]
)
def test_process_engineering_leads_stubborn_problems_alone(nature, leads):
    assert capa.led_by_process(nature) is leads
