"""The end of a complaint: its close (Q12) and voiding (5.6)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, Unpack

from cs.models.complaints.blocks import Costs
from cs.procedure.authority import Actor
from cs.procedure.workflow import NotOpen, Step
from cs.records.types import exact_number
from cs.records.users import User


class EndedComplaint(Protocol):
    """What its end needs of a complaint: it stands above this module, which cannot import it."""

    closed_at: datetime | None
    closing_note: str | None
    void_reason: str | None

    @property
    def goods_on_the_way(self) -> list[Any]: ...

    def advancing(
        self, name: str, by: Actor, on: datetime, *, note: str | None = None, **details: Any
    ) -> AbstractContextManager[Step]: ...


def close(
    complaint: EndedComplaint, *, closing_note: str | None, by: User, on: datetime, **costs: Unpack[Costs]
) -> None:
    """Close and sign it (Q12): only after the customer accepted, or stayed silent and a note says what was
    tried. What it cost is recorded with it (7.4-62)."""
    with complaint.advancing("close", by, on):
        complaint.closed_at, complaint.closing_note = on, closing_note
        for name, amount in costs.items():
            setattr(complaint, name, exact_number(amount))


def void(complaint: EndedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Take it out of the count with a reason (5.6); it stays readable and its number taken. Raise NotOpen
    while goods move under it (5.3.5)."""
    if complaint.goods_on_the_way:
        raise NotOpen("void")
    with complaint.advancing("void", by, on, note=reason):
        complaint.void_reason = reason
