"""The wish of a customer who returns goods for others at once 客户要求及时补货 (5.3.4): sales applies for a
replenishment, or says why not."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from cs.models.holidays import work_calendar
from cs.records.blockers import records_made
from cs.records.users import User
from cs.records.workflowed import Workflowed


class GoodsWish(Workflowed):
    """What of a return is the wish."""

    __abstract__ = True
    wants_goods: Mapped[bool] = mapped_column(default=False)
    goods_wanted_on: Mapped[date | None]
    no_goods_reason: Mapped[str | None] = mapped_column(Text)

    @property
    def goods_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.goods_wanted_on) if self.goods_wanted_on else None

    def goods_awaited(self, on: datetime) -> bool:
        """Return whether the customer wants goods, nobody has applied for them and no reason says why not.

        What is void was no application; of what is refused the refusal is the reason.
        """
        if not self.wants_goods or self.no_goods_reason is not None:
            return False
        return not records_made.of(self)

    def goods_settled(self, on: datetime) -> bool:
        return not self.goods_awaited(on)

    def decline_goods(self, *, reason: str, by: User, on: datetime) -> None:
        """Say why no replenishment is applied for although the customer wants goods at once (5.3.4)."""
        with self.advancing("decline_goods", by, on, note=reason):
            self.no_goods_reason = reason
