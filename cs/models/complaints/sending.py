"""Sending the reply (5.2.2.2, 5.2.2.3, 5.2.2.6): when it really went to the customer, and what counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from cs.models.complaints.clock import ClockedComplaint, request_change, to_minute
from cs.models.complaints.reply import Reply
from cs.procedure.workflow import Refused
from cs.records.procedure import rulebook
from cs.records.users import User


class NotSentThen(Refused):
    """A moment of sending in the future, or before the answer was ready."""


# The steps. Complaint names them among its verbs.


def send_reply(
    complaint: ClockedComplaint,
    *,
    reply_to: str,
    reply_channel: str,
    late_reply_reason: str | None = None,
    sent_at: datetime | None = None,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
) -> None:
    """Send the report to the customer (5.2.2.3, 5.2.2.6). The first one sent stops the clock (Q14).

    `sent_at`: when it was really sent; now, if not given. Recorded after the due time, it counts as late
    until the sales manager consents to the evidence that it was sent before.
    """
    _send(complaint, "send_reply", reply_to, reply_channel, late_reply_reason, sent_at, evidence_id, by, on)


def reply_directly(
    complaint: ClockedComplaint,
    *,
    reply_to: str,
    reply_channel: str,
    late_reply_reason: str | None = None,
    sent_at: datetime | None = None,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
) -> None:
    """Send the evidence to the customer, as quality itself (5.2.2.2)."""
    _send(
        complaint, "reply_directly", reply_to, reply_channel, late_reply_reason, sent_at, evidence_id, by, on
    )


def _send(
    complaint: ClockedComplaint,
    step: str,
    reply_to: str,
    channel: str,
    late_reason: str | None,
    sent_at: datetime | None,
    evidence_id: int | None,
    by: User,
    on: datetime,
) -> None:
    with complaint.advancing(step, by, on):
        reply = complaint.replies[-1]
        moment = moment_of_sending(reply, sent_at, on)
        needs_consent = moment <= reply.due_at < on
        counted = on if needs_consent else moment
        reply.replied_at, reply.replied_by_id, reply.reply_to, reply.reply_channel = (
            counted,
            by.id,
            reply_to,
            channel,
        )
        if moment != on:
            reply.recorded_at = on
        complaint.replied_at = complaint.replied_at or counted
        complaint.late_reply_reason = late_reason or complaint.late_reply_reason
        complaint.follow_up_due_at = counted + timedelta(days=rulebook().reply.no_answer_days)
        if needs_consent:
            request_change(
                complaint,
                step,
                {"sent_at": moment, "reply_number": reply.number},
                reason=late_reason or "",
                evidence_id=evidence_id,
                by=by,
                on=on,
            )


def moment_of_sending(reply: Reply, sent_at: datetime | None, on: datetime) -> datetime:
    """Return when a reply was sent, typed in minutes or now. Raise NotSentThen for a moment in the future or
    before the answer was ready."""
    if sent_at is None or to_minute(sent_at) == to_minute(on):
        return on
    ready = reply.quality_replied_at
    if ready is not None and to_minute(sent_at) == to_minute(ready):
        return ready
    if sent_at > on or (ready is not None and sent_at < ready):
        raise NotSentThen("send_reply")
    return sent_at


def late_reply(complaint: ClockedComplaint) -> Reply | None:
    """Return the last reply sent, if it counts as late and no claim that it was sent in time is open."""
    reply = next((reply for reply in reversed(complaint.replies) if reply.replied_at is not None), None)
    if reply is None or reply.in_time:
        return None
    claimed = {change.reply_number for change in complaint.clock_book.all_waiting}
    return None if reply.number in claimed else reply


def claim_sending(
    complaint: ClockedComplaint,
    *,
    sent_at: datetime,
    reason: str,
    evidence_id: int | None = None,
    by: User,
    on: datetime,
) -> None:
    """Claim, for the first time or again after a refusal, that a reply that counts as late was sent in time
    (5.2.2.6). Raise NotSentThen for a moment at which it was not ready or late, EvidenceMissing without
    evidence."""
    with complaint.advancing("claim_sending", by, on, note=reason):
        reply = late_reply(complaint)
        if reply is None or moment_of_sending(reply, sent_at, on) > reply.due_at:
            raise NotSentThen("claim_sending")
        for change in complaint.clock_book.unseen_refusals:
            if change.reply_number == reply.number:
                change.refusal_seen_at = on
        reply.recorded_at = reply.recorded_at or reply.replied_at
        request_change(
            complaint,
            "claim_sending",
            {"sent_at": moment_of_sending(reply, sent_at, on), "reply_number": reply.number},
            reason=reason,
            evidence_id=evidence_id,
            by=by,
            on=on,
        )
