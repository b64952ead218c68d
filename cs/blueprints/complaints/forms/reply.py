"""The forms of our reply and of the customer's answer to it (5.2.2.2, 5.2.2.3, 5.2.2.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.blueprints.complaints.forms.clock import WithEvidence, require_evidence
from cs.models.complaints.reply import Reply
from cs.models.complaints.sending import NotSentThen, late_reply, moment_of_sending
from cs.records.attachments import Attachment
from cs.records.procedure import local_day
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    Moment,
    StepForm,
    Text,
    WithFiles,
)
from cs.wording.labels import choices


class ExplainForm(WithFiles, StepForm):
    """5.2.2.2: the evidence and the words for the customer."""

    reply_text = LongText("reply_text", required=True)

    def check(self, record: Any, on: datetime) -> None:
        earlier = [file for file in Attachment.of(record) if file.step != "log" and not file.void_reason]
        if not (earlier or self.has_files):
            self.fault("files", gettext("Add the evidence: a photograph, a measurement or a report."))


class ReplyForm(WithEvidence, StepForm):
    """5.2.2.3, 5.2.2.6: what went to the customer, to whom, how and when.

    Recorded after the due time, a sending before it needs the evidence and the sales manager's consent.
    """

    reply_to = Text("reply_to", required=True)
    reply_channel = Choice("reply_channel", "channel", required=True)
    sent_at = Moment("sent_at")
    late_reply_reason = LongText("late_reply_reason", most=500)

    def offer(self, record: Any, on: datetime) -> None:
        self.offer_evidence(record)
        self.reply_channel.choices = [one for one in [("", "—"), *choices("channel")] if one[0] != "return"]
        if on <= record.reply_due_at:
            del self.late_reply_reason

    def fill(self, record: Any, on: datetime) -> None:
        self.reply_to.data, self.reply_channel.data = record.contact_name, record.channel

    def check(self, record: Any, on: datetime) -> None:
        moment = checked_moment(self, record.reply, on)
        if moment is None:
            return
        if moment <= record.reply.due_at < on:
            require_evidence(self)
        elif moment > record.reply.due_at and not self.late_reply_reason.data:
            self.fault(
                "late_reply_reason",
                gettext("The reply is late. Give the reason; it appears in the register."),
            )


def checked_moment(form: Any, reply: Reply, on: datetime) -> datetime | None:
    """Return the moment of sending that the form says; None, with the fault, where the reply was not sent
    then."""
    if form.sent_at.errors:
        return None
    try:
        return moment_of_sending(reply, form.sent_at.data, on)
    except NotSentThen:
        in_the_future = form.sent_at.data > on
        form.fault(
            "sent_at",
            gettext("This is in the future.")
            if in_the_future
            else gettext("This is before the answer was ready."),
        )
        return None


class ClaimForm(WithEvidence, StepForm):
    """5.2.2.6: when a reply that counts as late was really sent, and on what evidence."""

    sent_at = Moment("sent_at", required=True)
    reason = LongText("clock_reason", required=True, most=500)

    def offer(self, record: Any, on: datetime) -> None:
        self.offer_evidence(record)

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in nothing: what was claimed before was refused."""

    def check(self, record: Any, on: datetime) -> None:
        reply = late_reply(record)
        moment = checked_moment(self, reply, on) if reply and self.sent_at.data else None
        if moment is None:
            return
        if moment > reply.due_at:
            self.fault("sent_at", gettext("This is late as well: there is nothing to correct."))
        require_evidence(self)


class AnswerForm(WithFiles, StepForm):
    """5.2.2.3: what the customer said to our reply."""

    response_on = Day("response_on", required=True)
    response_note = LongText("response_note")

    def fill(self, record: Any, on: datetime) -> None:
        self.response_on.data = local_day(on)

    def check(self, record: Any, on: datetime) -> None:
        said_on = self.response_on.data
        if said_on and said_on > local_day(on):
            self.fault("response_on", gettext("This is in the future."))
        elif said_on and said_on < local_day(record.replies[-1].replied_at):
            self.fault("response_on", gettext("This is before our reply."))


class RefuseForm(WithEvidence, AnswerForm):
    """5.2.2.3, 5.2.2.6: why not, and by when the customer wants the next reply, if it says so and there is
    evidence of it."""

    response_note = LongText("refusal_reason", required=True)
    customer_deadline = Moment("customer_deadline")

    def offer(self, record: Any, on: datetime) -> None:
        super().offer(record, on)
        self.offer_evidence(record)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.customer_deadline.data and self.customer_deadline.data < on:
            self.fault("customer_deadline", gettext("This deadline has already passed."))
        elif self.customer_deadline.data:
            require_evidence(self)


class NoAnswerForm(StepForm):
    """Q12: what was tried to get an answer."""

    response_note = LongText("tried", required=True)
