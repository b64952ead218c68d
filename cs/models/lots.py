"""Lot numbers: each is compared by its key, however it was typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column, validates

from cs.records.texts import comparable


def lot_key(lot_no: str | None) -> str | None:
    """Return a lot number as lots are compared; None for none."""
    return comparable(lot_no) or None


class WithLot:
    """What has a `lot_no`. Its key follows it and is no content of its own."""

    lot_key: Mapped[str | None] = mapped_column(index=True)

    @validates("lot_no")
    def _lot_key(self, _key: str, lot_no: Any) -> Any:
        self.lot_key = lot_key(lot_no)
        return lot_no
