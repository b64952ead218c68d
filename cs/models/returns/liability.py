"""Whose responsibility returned goods are, and what is agreed where it is not ours (5.3.1, 5.3.5, Q20)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from cs.procedure import returns as procedure
from cs.records.users import User
from cs.records.workflowed import Workflowed


class Liability(Workflowed):
    """What of a return is the judgement of quality and the answer of the customer."""

    __abstract__ = True
    liability: Mapped[str | None]
    liability_note: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None]
    customer_answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]

    def accept(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """Judge it as ours 若确属本公司产品质量问题: planning has the goods picked up (5.3.1)."""
        self._judge("accept", liability, liability_note, by, on)

    def accept_here(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """Judge goods that are here already as ours: the warehouse counts them (5.3.2)."""
        self._judge("accept_here", liability, liability_note, by, on)

    def decline(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """Judge it as not ours: sales agrees with the customer what is done (5.3.5, Q20)."""
        self._judge("decline", liability, liability_note, by, on)

    def _judge(self, step: str, liability: str, note: str, by: User, on: datetime) -> None:
        with self.advancing(step, by, on):
            self.liability, self.liability_note = liability, note

    def leave_there(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """Agree that the goods stay with the customer (5.3.5)."""
        self._agree("leave_there", customer_answer, answered_on, by, on)

    def send_as_is(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """Agree that goods that are here go back as they are; they are counted first (5.3.5)."""
        self._agree("send_as_is", customer_answer, answered_on, by, on)

    def serve_paid(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """Agree that the customer pays for the work; the goods are picked up (5.3.5)."""
        self._agree("serve_paid", customer_answer, answered_on, by, on)

    def serve_paid_here(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """Agree that the customer pays for the work on goods that are here already (5.3.5)."""
        self._agree("serve_paid_here", customer_answer, answered_on, by, on)

    def dispute(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """Record that the customer does not agree; quality judges again (5.3.5)."""
        self._agree("dispute", customer_answer, answered_on, by, on)

    def _agree(self, step: str, answer: str, answered_on: date, by: User, on: datetime) -> None:
        with self.advancing(step, by, on):
            self.outcome = procedure.OUTCOMES.get(step)
            self.customer_answer, self.answered_on = answer, answered_on
