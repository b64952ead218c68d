"""What a request left behind, so that sending it again changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model
from cs.records.types import Moment


class Receipt(Model):
    """A request id that was used: the same form sent twice shows the first result and changes nothing.

    `form` and `content` say of which form and of what content it was; receipts of before 0008 have neither.
    """

    __tablename__ = "receipts"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    form: Mapped[str | None]
    content: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Moment)
