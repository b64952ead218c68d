"""The forms of the reply clock (5.2.2.6): evidence of a date, consent to a change and its refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.records.attachments import Attachment
from cs.web.fields import LongText, ReasonForm, Reference, Signed, StepForm, WithFiles, reference_choices


class WithEvidence(WithFiles):
    """Evidence: a file that is on the complaint already, or one that comes with the form."""

    evidence_id = Reference("clock_evidence")

    def offer_evidence(self: Any, record: Any) -> None:
        """Offer the files of the complaint; without any, the question is left out."""
        files = [file for file in Attachment.of(record) if not file.void_reason] if record else []
        if "evidence_id" not in self:
            return
        self.evidence_id.choices = reference_choices([(file.id, file.name) for file in files])
        if not files:
            del self.evidence_id

    @property
    def has_evidence(self: Any) -> bool:
        named = self.evidence_id.data if "evidence_id" in self else None
        return bool(named or self.has_files)


def require_evidence(form: Any) -> None:
    """Refuse a date of the customer's own, or a moment of sending, without its evidence."""
    if not form.has_evidence:
        form.fault(
            "files",
            gettext("Add the evidence, such as the customer's mail, or choose the file that holds it."),
        )


class ConsentForm(Signed, StepForm):
    """5.2.2.6: the change that was asked for first; signed."""

    decision_note = LongText("decision_note", most=500)

    def check(self, record: Any, on: datetime) -> None:
        if record.clock_book.waiting and record.clock_book.waiting.lost_evidence:
            self.fault(
                "decision_note", gettext("Its evidence has been voided: this change can only be refused.")
            )

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in nothing."""


class RefuseClockForm(Signed, ReasonForm):
    """5.2.2.6: why the due date stays; signed."""


class SeeRefusalForm(StepForm):
    """Nothing to fill in: whoever asked takes note."""


class SeeClockRefusalForm(StepForm):
    """Whoever asked takes note; of a reply that stays late, the reason for the register."""

    late_reply_reason = LongText("late_reply_reason", most=500)

    def offer(self, record: Any, on: datetime) -> None:
        refusals = record.clock_book.unseen_refusals
        if record.late_reply_reason or not any(change.sent_at for change in refusals):
            del self.late_reply_reason

    def check(self, record: Any, on: datetime) -> None:
        if "late_reply_reason" in self and not self.late_reply_reason.data:
            self.fault(
                "late_reply_reason",
                gettext("The reply is late. Give the reason; it appears in the register."),
            )
