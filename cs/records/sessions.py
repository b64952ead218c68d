"""The sessions that the server knows of."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.procedure.authority import Actor
from cs.records.types import Moment

# How browsers call themselves; the first that fits, since each also names its forebears.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class LoginSession(Model):
    """A session that the server knows: the cookie holds a token, the row its hash. Ending it signs out
    every tab."""

    __tablename__ = "login_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    agent: Mapped[str]
    signed_at: Mapped[datetime | None] = mapped_column(
        Moment
    )  # the last signature for which the password was typed
    user: Mapped[Actor] = relationship("User", lazy="joined")

    @staticmethod
    def _hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def start(cls, user: Actor, agent: str, on: datetime) -> str:
        """Begin a session and return its token, which is stored nowhere else."""
        token = secrets.token_urlsafe(32)
        db.session.add(
            cls(token_hash=cls._hash(token), user_id=user.id, created_at=on, seen_at=on, agent=agent[:200])
        )
        db.session.flush()
        return token

    @classmethod
    def by_token(cls, token: str) -> LoginSession | None:
        return db.session.get(cls, cls._hash(token)) if token else None

    def is_live(self, on: datetime) -> bool:
        config = current_app.config
        return (
            self.ended_at is None
            and self.user.active
            and on - self.seen_at < timedelta(minutes=config["CS_IDLE_MINUTES"])
            and on - self.created_at < timedelta(days=config["CS_SESSION_DAYS"])
        )

    def password_covers(self, on: datetime) -> tuple[datetime, datetime] | None:
        """Return when the password was typed that still covers a signature, and until when
        (CS_SIGN_AGAIN_MINUTES). A clock that was put back asks again."""
        until = (
            self.signed_at + timedelta(minutes=current_app.config["CS_SIGN_AGAIN_MINUTES"])
            if self.signed_at
            else on
        )
        return (
            (self.signed_at, until)
            if self.signed_at and max(self.signed_at, self.seen_at) <= on < until and self.is_live(on)
            else None
        )

    @classmethod
    def ask_again(cls, user: Actor) -> None:
        """Make the next signature in each of the person's sessions ask for the password."""
        db.session.execute(update(cls).where(cls.user_id == user.id).values(signed_at=None))

    def end(self, on: datetime) -> None:
        self.ended_at = self.ended_at or on

    @property
    def device(self) -> str:
        """Return browser and system as far as the browser names them: "Chrome · Android"."""
        words = [self._name_in_agent(marks) for marks in (BROWSERS, SYSTEMS)]
        return " · ".join(word for word in words if word) or "?"

    def _name_in_agent(self, marks: Iterable[tuple[str, str]]) -> str:
        return next((name for mark, name in marks if mark in self.agent), "")

    @classmethod
    def end_all(cls, user: Actor, on: datetime) -> None:
        db.session.execute(
            update(cls).where(cls.user_id == user.id, cls.ended_at.is_(None)).values(ended_at=on)
        )

    @classmethod
    def any_open(cls, user: Actor) -> bool:
        """Return whether a session of the person has not been ended."""
        query = select(cls.token_hash).where(cls.user_id == user.id, cls.ended_at.is_(None)).limit(1)
        return db.session.execute(query).first() is not None

    @classmethod
    def any_live(cls, user: Actor, on: datetime) -> bool:
        """Return whether the person is still signed in somewhere."""
        query = select(cls).where(cls.user_id == user.id, cls.ended_at.is_(None))
        return any(login_session.is_live(on) for login_session in db.session.execute(query).scalars())

    @classmethod
    def any_since(cls, user: Actor, moment: datetime) -> bool:
        """Return whether the person has signed in since then."""
        query = select(cls.token_hash).where(cls.user_id == user.id, cls.created_at >= moment).limit(1)
        return db.session.execute(query).first() is not None

    @classmethod
    def of(cls, user: Actor, limit: int = 20) -> list[LoginSession]:
        """Return the person's last sessions, newest first."""
        return list(
            db.session.execute(
                select(cls).where(cls.user_id == user.id).order_by(cls.created_at.desc()).limit(limit)
            ).scalars()
        )
