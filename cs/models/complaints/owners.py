"""Who carries out what a complaint has decided (5.2.2.4, 5.2.2.5): its owner, or who leads the case instead
of one who has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy import select

from cs.extensions import db
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.users import User


class Owned(Protocol):
    """A row that somebody carries out."""

    @property
    def owner_id(self) -> int: ...

    @property
    def owner_gone(self) -> bool: ...


Row = TypeVar("Row", bound=Owned)


def rows_of_owner(rows: Sequence[Row], by: User) -> list[Row]:
    """Return the rows that this person carries out: their own, and for who leads the case those of people who
    have left."""
    leads = by.may(Permission.SETTLE_COMPLAINT)
    return [row for row in rows if row.owner_id == by.id or (leads and row.owner_gone)]


def awaited_owners(rows: Sequence[Owned]) -> list[int]:
    """Return the ids of the owners; in the place of those who have left, of who leads the case."""
    owners = {row.owner_id for row in rows if not row.owner_gone}
    if any(row.owner_gone for row in rows):
        leading = (
            select(User.id)
            .join(Membership)
            .where(User.active, Membership.role.in_(roles_with(Permission.SETTLE_COMPLAINT)))
        )
        owners |= set(db.session.execute(leading).scalars())
    return sorted(owners)
