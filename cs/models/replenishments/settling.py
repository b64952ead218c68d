"""Applications that await signatures, at the start of a new version or procedure file (Q23, Q24)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from cs.extensions import db
from cs.models.replenishments.application import Replenishment
from cs.procedure.authority import SYSTEM
from cs.procedure.replenishments import UNORDERED


def settle_signatures(on: datetime) -> int:
    """Let every application that awaits signatures follow the sum, the limit and the people of today; what
    then lacks none becomes an order. Return of how many the needed signatures have changed."""
    waiting = select(Replenishment).where(Replenishment.state == UNORDERED).order_by(Replenishment.id)
    records = db.session.execute(waiting.with_for_update()).scalars().all()
    return sum(record.follow_sum(None, SYSTEM, on) for record in records)
