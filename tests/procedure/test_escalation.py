"""Escalation (5.3.4, 5.2.2): the rows of the procedure file against the table by hand, and against the steps
that are signed."""

from __future__ import annotations

import pytest

from cs.procedure import capa, complaints, replenishments, returns
from cs.procedure.rulebook import load

WORKFLOWS = {
    "complaint": complaints.WORKFLOW,
    "capa": capa.WORKFLOW,
    "return": returns.WORKFLOW,
    "replenishment": replenishments.WORKFLOW,
}

# kind, what is awaited, working hours, to whom it is shown, counted from
TABLE = """
complaint      confirm      8   general_manager  asked
complaint      confirm_route  8   general_manager  asked
complaint      countersign  8   general_manager  asked
complaint      consent_clock  8   general_manager  asked
complaint      close        40  general_manager  asked
complaint      check_effect 8   general_manager  due
capa           verify       8   general_manager  due
return         close        40  general_manager  asked
replenishment  sign         8   general_manager  asked
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]


def test_each_signature_is_escalated_as_the_reading_says():
    found = [
        (kind, task, str(rule.hours), rule.to, rule.counted_from)
        for kind, rows in load().escalation.items()
        for task, rule in rows.items()
    ]
    assert found == ROWS


def test_everything_that_is_signed_and_nothing_else_is_escalated():
    signed = {
        (kind, step.task) for kind, workflow in WORKFLOWS.items() for step in workflow.steps if step.signed
    }
    assert {(kind, task) for kind, task, *_rest in ROWS} == signed


@pytest.mark.parametrize(("kind", "task"), [row[:2] for row in ROWS if row[4] == "due"])
def test_what_is_counted_from_its_due_date_has_one(kind, task):
    assert [step.name for step in WORKFLOWS[kind].steps if step.task == task and step.due is None] == []
