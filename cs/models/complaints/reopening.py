"""Opening a closed complaint again, for goods of it that arrive after the close (5.3.5)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from cs.procedure.authority import Actor
from cs.procedure.workflow import Step
from cs.records.users import User


class ClosedComplaint(Protocol):
    """What reopening needs of a complaint: it stands above this module, which cannot import it."""

    closed_at: datetime | None
    closing_note: str | None

    def advancing(
        self, name: str, by: Actor, on: datetime, *, note: str | None = None, **details: Any
    ) -> AbstractContextManager[Step]: ...


def reopen(complaint: ClosedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Take a complaint back to where it waits for its close, with the reason (5.3.5).

    The customer's answer stands, the reply keeps its time, and the signature of the first close stays.
    """
    with complaint.advancing("reopen", by, on, note=reason):
        complaint.closed_at = complaint.closing_note = None
