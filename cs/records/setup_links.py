"""The link that opens an installation which nobody has an account in yet."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.types import Moment
from cs.records.users import User


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
        db.session.add(cls(token_hash=hashlib.sha256(token.encode()).hexdigest(), created_at=on))
        db.session.flush()
        return token

    @classmethod
    def is_valid(cls, token: str) -> bool:
        """Return whether this is the latest link and no account exists yet."""
        return (
            db.session.get(cls, hashlib.sha256(token.encode()).hexdigest()) is not None
            and not db.session.query(User).count()
        )

    @classmethod
    def use_up(cls) -> None:
        db.session.execute(delete(cls))
