"""Signing an application for a replenishment, or refusing it (5.3.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cs.models.replenishments.complaint_sum import SummedApplication
from cs.models.replenishments.following import require_signatures, settle_others
from cs.procedure.workflow import NotOpen
from cs.records.users import User


class ChangedMeanwhile(NotOpen):
    """What was to be signed has changed since the signer saw it (409)."""


class SignedApplication(SummedApplication, Protocol):
    """What signing needs of an application, beside what its sum needs."""

    refuse_reason: str | None

    def lock_with_complaint(self) -> None: ...

    def face_hash(self) -> str: ...


# The steps. Replenishment names them among its verbs.


def sign(application: SignedApplication, *, seen: str, by: User, on: datetime) -> None:
    """Give one signature of the chain; the last makes it an urgent order (5.3.4).

    `seen` is the face_hash of what is signed: raise ChangedMeanwhile when it is another by now. The sum
    is checked against the limit once more.
    """
    _decide(application, "sign", "signed", seen, None, by, on)
    if application.approval_chain.is_complete:
        application.order(by=by, on=on)


def refuse(application: SignedApplication, *, seen: str, reason: str, by: User, on: datetime) -> None:
    """Refuse it with a reason; it stays readable and leaves the sum (5.3.4). Raise as `sign` does."""
    _decide(application, "refuse", "refused", seen, reason, by, on)
    settle_others(application, by, on)


def _decide(
    application: SignedApplication,
    step: str,
    decision: str,
    seen: str,
    reason: str | None,
    by: User,
    on: datetime,
) -> None:
    application.lock_with_complaint()
    role, signed_for = application.approval_chain.signing(by, on)
    if seen != application.face_hash():
        raise ChangedMeanwhile(step)
    deputised = {"signed_for": signed_for.id} if signed_for else {}
    with application.advancing(step, by, on, note=reason, seen=seen, **deputised):
        chain = application.approval_chain
        signature = next(row for row in chain.running if row.needed_role == role)
        signature.decide(decision, by, on, seen, signed_for)
        application.refuse_reason = reason
        chain.take_note(by.id, on)
        require_signatures(application)


def see_change(application: SignedApplication, *, by: User, on: datetime) -> None:
    """Take note that a change has voided one's signature (5.3.4)."""
    with application.advancing("see_change", by, on):
        application.approval_chain.take_note(by.id, on)
