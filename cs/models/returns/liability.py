"""Whose responsibility returned goods are, and what is agreed where it is not ours (5.3.1, 5.3.5, Q20)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from cs.procedure import returns as procedure
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class JudgedReturn(AdvancingRecord, Protocol):
    """What the judgement of quality and the answer of the customer need of a return."""

    liability: str | None
    liability_note: str | None
    outcome: str | None
    customer_answer: str | None
    answered_on: date | None


# The steps. Return names them among its verbs.


def accept(record: JudgedReturn, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
    """Judge it as ours 若确属本公司产品质量问题: planning has the goods picked up (5.3.1)."""
    _judge(record, "accept", liability, liability_note, by, on)


def accept_here(record: JudgedReturn, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
    """Judge goods that are here already as ours: the warehouse counts them (5.3.2)."""
    _judge(record, "accept_here", liability, liability_note, by, on)


def decline(record: JudgedReturn, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
    """Judge it as not ours: sales agrees with the customer what is done (5.3.5, Q20)."""
    _judge(record, "decline", liability, liability_note, by, on)


def _judge(record: JudgedReturn, step: str, liability: str, note: str, by: User, on: datetime) -> None:
    with record.advancing(step, by, on):
        record.liability, record.liability_note = liability, note


def leave_there(
    record: JudgedReturn, *, customer_answer: str, answered_on: date, by: User, on: datetime
) -> None:
    """Agree that the goods stay with the customer (5.3.5)."""
    _agree(record, "leave_there", customer_answer, answered_on, by, on)


def send_as_is(
    record: JudgedReturn, *, customer_answer: str, answered_on: date, by: User, on: datetime
) -> None:
    """Agree that goods that are here go back as they are; they are counted first (5.3.5)."""
    _agree(record, "send_as_is", customer_answer, answered_on, by, on)


def serve_paid(
    record: JudgedReturn, *, customer_answer: str, answered_on: date, by: User, on: datetime
) -> None:
    """Agree that the customer pays for the work; the goods are picked up (5.3.5)."""
    _agree(record, "serve_paid", customer_answer, answered_on, by, on)


def serve_paid_here(
    record: JudgedReturn, *, customer_answer: str, answered_on: date, by: User, on: datetime
) -> None:
    """Agree that the customer pays for the work on goods that are here already (5.3.5)."""
    _agree(record, "serve_paid_here", customer_answer, answered_on, by, on)


def dispute(record: JudgedReturn, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
    """Record that the customer does not agree; quality judges again (5.3.5)."""
    _agree(record, "dispute", customer_answer, answered_on, by, on)


def _agree(record: JudgedReturn, step: str, answer: str, answered_on: date, by: User, on: datetime) -> None:
    with record.advancing(step, by, on):
        record.outcome = procedure.OUTCOMES.get(step)
        record.customer_answer, record.answered_on = answer, answered_on
