"""Links on paper: the one that opens an installation without accounts, and those by which people choose their
first password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.departments import ADMINISTRATOR
from cs.records.types import Moment
from cs.records.users import User

DAYS_VALID = 7  # how long an account slip may be used


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class SetupLink(Model):
    """The one-time link to create the first administrator when the server was started without a
    terminal."""

    __tablename__ = "setup_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def make(cls, on: datetime) -> str:
        """Create a new link and return its token; earlier links stop working."""
        token = secrets.token_urlsafe(24)
        cls.use_up()
        db.session.add(cls(token_hash=_hash(token), created_at=on))
        db.session.flush()
        return token

    @classmethod
    def is_valid(cls, token: str) -> bool:
        """Return whether this is the latest link and no account exists yet."""
        return db.session.get(cls, _hash(token)) is not None and not db.session.query(User).count()

    @classmethod
    def use_up(cls) -> None:
        db.session.execute(delete(cls))


class AccountLink(Model):
    """The one-time link on a person's account slip: whoever opens it chooses the first password."""

    __tablename__ = "account_links"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def make(cls, user: User, *, by: User, on: datetime) -> str:
        """Create a new link for a person who has no password yet and return its token; their earlier link
        stops working."""
        token = secrets.token_urlsafe(18)
        cls.use_up(user)
        with user.changing("invite", by, on, role=ADMINISTRATOR):
            db.session.add(cls(user_id=user.id, token_hash=_hash(token), created_at=on))
        return token

    @classmethod
    def user_of(cls, token: str, on: datetime) -> User | None:
        """Return the person whose valid link this is: they work here and have no password yet."""
        query = select(User).join(cls, cls.user_id == User.id)
        user = db.session.execute(
            query.where(cls.token_hash == _hash(token), cls.created_at > on - timedelta(days=DAYS_VALID))
        ).scalar()
        return user if user is not None and user.active and not user.has_password else None

    @classmethod
    def use_up(cls, user: User) -> None:
        db.session.execute(delete(cls).where(cls.user_id == user.id))
