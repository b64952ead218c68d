"""What the files of a complaint prove (5.6): each step that asks for evidence, while what it says holds."""

from __future__ import annotations

from datetime import datetime

from cs.models.complaints.complaint import Complaint
from cs.models.complaints.reply import ReplyClock
from cs.records.attachments import Attachment, Evidence, files_of_step, proven_by_files
from cs.records.events import Event


@proven_by_files("complaint", "measures")
def measures_done(complaint: Complaint) -> list[Evidence]:
    """Return the measures that are carried out, of every round (7.4-48)."""
    return [
        Evidence("do_measure", row.content, row.done_at, files_of_step(complaint, "do_measure", row.done_at))
        for row in complaint.measures
        if row.done_at is not None
    ]


@proven_by_files("complaint", "clock")
def clock_moved(complaint: Complaint) -> list[Evidence]:
    """Return the changes of the clock that were made on evidence (5.2.2.6). One that still waits can only be
    refused without it."""
    return [
        Evidence("consent_clock", change.clock_reason, change.requested_at, [change.evidence])
        for change in complaint.clock_changes
        if change.evidence is not None and change.is_made
    ]


@proven_by_files("complaint", "explained")
def explained(complaint: Complaint) -> list[Evidence]:
    """Return the replies that say why it is not ours (5.2.2.2, Q17): any file but those of the logging."""
    files = [file for file in Attachment.of(complaint) if file.step != "log"]
    return [
        Evidence("explain", None, reply.quality_replied_at, files)
        for reply in complaint.replies
        if reply.route == "not_ours" and reply.quality_replied_at is not None
    ]


@proven_by_files("complaint", "deadlines")
def deadlines_given(complaint: Complaint) -> list[Evidence]:
    """Return the dates of the customer's own that came with the logging or a refusal (5.2.2.6, Q15)."""
    evidence = []
    for event in complaint.events:
        if event.name in ("log", "refuse") and _asks_for_evidence(complaint, event):
            named = event.details.get("evidence")
            files = [file for file in Attachment.of(complaint) if file.id == named]
            came_with_it = files_of_step(complaint, event.name, event.at)
            evidence.append(Evidence(event.name, None, event.at, files or came_with_it))
    return evidence


def _asks_for_evidence(complaint: Complaint, event: Event) -> bool:
    """Return whether the step took over a date of the customer's; at the logging, one beyond our limit."""
    _before, deadline = event.details["changes"].get("customer_deadline", (None, None))
    if deadline is None or event.name != "log":
        return deadline is not None
    limit = ReplyClock(complaint.heard_at, None, None, complaint.limit_days, ()).due_at
    return datetime.fromisoformat(deadline) > limit
