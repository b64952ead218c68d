"""A complaint that is opened again after its close (5.3.5): asked for by sales, decided on by the quality
supervisor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from cs.models.effect_checks import EffectChecked
from cs.records.users import User


class Reopening(EffectChecked):
    """What of a complaint is its opening again. A request stands until it is granted, or until who asked has
    seen that it was refused; the events keep it."""

    __abstract__ = True
    closed_at: Any
    closing_note: Any
    reopen_request: Mapped[str | None] = mapped_column(Text)
    reopen_refusal: Mapped[str | None] = mapped_column(Text)

    @declared_attr
    def reopen_requested_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("users.id"))

    @declared_attr
    def reopen_requested_by(cls) -> Mapped[User | None]:
        return relationship(foreign_keys=[cls.reopen_requested_by_id], viewonly=True)  # type: ignore[list-item]

    @property
    def reopening_waits(self) -> bool:
        """Return whether a request to open it again awaits the decision."""
        return self.reopen_request is not None and self.reopen_refusal is None

    def awaited_reopen_requesters(self) -> list[int]:
        """Return whom a refusal comes back to; nobody once they have left."""
        person = self.reopen_requested_by if self.reopen_refusal is not None else None
        return [person.id] if person is not None and person.active else []

    def requested_reopening(self, by: User) -> bool:
        return by.id in self.awaited_reopen_requesters()

    # The steps

    def request_reopen(self, *, reason: str, by: User, on: datetime) -> None:
        """Ask, as sales, for it to be opened again, such as for goods that have come (5.3.5)."""
        with self.advancing("request_reopen", by, on, note=reason):
            self._end_request()
            self.reopen_request, self.reopen_requested_by_id = reason, by.id

    def grant_reopen(self, *, reason: str | None = None, by: User, on: datetime) -> None:
        """Open it again as it was asked for."""
        self._open_again("grant_reopen", reason or self.reopen_request, by, on)

    def refuse_reopen(self, *, reason: str, by: User, on: datetime) -> None:
        """Leave it closed, and say why: the goods take a complaint of their own."""
        with self.advancing("refuse_reopen", by, on, note=reason):
            self.reopen_refusal = reason

    def see_reopen_refusal(self, *, by: User, on: datetime) -> None:
        """Take note that it stays closed, as the person who asked."""
        with self.advancing("see_reopen_refusal", by, on):
            self._end_request()

    def reopen(self, *, reason: str, by: User, on: datetime) -> None:
        """Take it back to where it waits for its close, with the reason (5.3.5).

        The customer's answer stands, the reply keeps its time, and the signature of the first close stays.
        """
        self._open_again("reopen", reason, by, on)

    def _open_again(self, step: str, reason: str | None, by: User, on: datetime) -> None:
        with self.advancing(step, by, on, note=reason):
            self.closed_at = self.closing_note = None
            self._end_request()

    def _end_request(self) -> None:
        self.reopen_request = self.reopen_refusal = self.reopen_requested_by_id = None
