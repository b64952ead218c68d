"""The wish of a customer who returns goods for others at once 客户要求及时补货 (5.3.4): sales applies for a
replenishment, or says why not."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cs.records.blockers import records_made
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class WishedReturn(AdvancingRecord, Protocol):
    """What the wish needs of a return."""

    wants_goods: bool
    no_goods_reason: str | None


def are_goods_awaited(record: WishedReturn) -> bool:
    """Return whether the customer wants goods, nobody has applied for them and no reason says why not.

    What is void was no application; of what is refused the refusal is the reason.
    """
    if not record.wants_goods or record.no_goods_reason is not None:
        return False
    return not records_made.of(record)


# The step. Return names it among its verbs.


def decline_goods(record: WishedReturn, *, reason: str, by: User, on: datetime) -> None:
    """Say why no replenishment is applied for although the customer wants goods at once (5.3.4)."""
    with record.advancing("decline_goods", by, on, note=reason):
        record.no_goods_reason = reason
