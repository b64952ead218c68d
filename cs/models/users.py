"""People, their roles and departments, and the sessions and failed logins that the server knows of."""
from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app
from flask_login import UserMixin
from sqlalchemy import ForeignKey, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.models.base import Record
from cs.models.types import Moment
from cs.procedure.authority import Permission, permissions_of


def _hasher() -> PasswordHasher:
    cost = current_app.config["CS_PASSWORD_COST"]
    return PasswordHasher(time_cost=cost, memory_cost=64 * 1024 if cost > 1 else 1024, parallelism=1)


class Department(Record):
    """A department of the factory; those of the procedure are there from the start, others are added."""

    kind = "department"
    __tablename__ = "departments"
    code: Mapped[str] = mapped_column(unique=True)
    zh: Mapped[str]
    en: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def title(self) -> str:
        return self.zh

    def name_in(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Membership(db.Model):
    """A role held in a department; `is_head`: 部门负责人, whom 5.1.1 and 5.2.2.4 ask for."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    department: Mapped[str | None] = mapped_column(ForeignKey("departments.code"))
    role: Mapped[str]
    is_head: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("user_id", "department", "role"),)


class User(UserMixin, Record):
    """A person who works with the program. Leaving the company ends all their sessions; their name stays on what they did."""

    kind = "user"
    parts = ("memberships",)
    derived: ClassVar[frozenset[str]] = Record.derived | {"password_hash", "language"}
    __tablename__ = "users"
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    memberships: Mapped[list[Membership]] = relationship(cascade="all, delete-orphan", order_by=Membership.id, lazy="selectin")

    login_token: ClassVar[str | None] = None  # on the instance: of the session that this request came with

    def searched(self) -> tuple[str | None, ...]:
        return (self.username, self.name)

    @property
    def title(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return self.login_token or ""

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(membership.role for membership in self.memberships))

    @property
    def departments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(membership.department for membership in self.memberships if membership.department))

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.roles)

    def check_password(self, password: str) -> bool:
        try:
            return _hasher().verify(self.password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False

    @staticmethod
    def check_nobody(password: str) -> bool:
        """Always False, after as long as a real check takes: an unknown name is not told from a wrong password by time."""
        _hasher().hash(password)
        return False

    @classmethod
    def create(cls, *, username: str, name: str, password: str, memberships: list[tuple[str | None, str, bool]], by: User | None, on: datetime,
               note: str | None = None, must_change: bool = True) -> User:
        """A new account; `memberships` are (department, role, is_head). Raises IntegrityError when the username is taken."""
        user = cls(username=username.strip().casefold(), password_hash=_hasher().hash(password))
        with user.changing("create", by, on, role="administrator" if by else None):
            user.name, user.must_change, user.active, user.note = name, must_change, True, note
            user.memberships = [Membership(department=department, role=role, is_head=head) for department, role, head in memberships]
        return user

    def edit(self, *, name: str, memberships: list[tuple[str | None, str, bool]], active: bool, note: str | None, by: User, on: datetime) -> None:
        """Changes what a person is and may do. One who leaves loses every session at once."""
        kept = {(one.department, one.role): one for one in self.memberships}
        with self.changing("edit", by, on, role="administrator"):
            self.name, self.active, self.note = name, active, note
            rows = []
            for department, role, head in memberships:
                row = kept.get((department, role)) or Membership(department=department, role=role)
                row.is_head = head
                rows.append(row)
            self.memberships = rows
        if not active:
            LoginSession.end_all(self, on)

    def set_password(self, password: str, *, by: User, on: datetime, must_change: bool = False) -> None:
        """A new password ends all sessions of the person, on every device."""
        hashed = _hasher().hash(password)
        with self.changing("set_password", by, on):
            self.password_hash, self.must_change = hashed, must_change
        LoginSession.end_all(self, on)

    @classmethod
    def by_username(cls, username: str) -> User | None:
        return db.session.execute(select(cls).where(cls.username == username.strip().casefold())).scalar()


class LoginSession(db.Model):
    """A session that the server knows: the cookie holds a token, the row its hash. Ended here means ended everywhere."""

    __tablename__ = "login_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    agent: Mapped[str]
    user: Mapped[User] = relationship(lazy="joined")

    @staticmethod
    def _hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def start(cls, user: User, agent: str, on: datetime) -> str:
        """Begins a session and returns its token, which is kept nowhere else."""
        token = secrets.token_urlsafe(32)
        db.session.add(cls(token_hash=cls._hash(token), user_id=user.id, created_at=on, seen_at=on, agent=agent[:200]))
        return token

    @classmethod
    def by_token(cls, token: str) -> LoginSession | None:
        return db.session.get(cls, cls._hash(token)) if token else None

    def is_live(self, on: datetime) -> bool:
        config = current_app.config
        return (self.ended_at is None and self.user.active and on - self.seen_at < timedelta(minutes=config["CS_IDLE_MINUTES"])
                and on - self.created_at < timedelta(days=config["CS_SESSION_DAYS"]))

    def end(self, on: datetime) -> None:
        self.ended_at = self.ended_at or on

    @classmethod
    def end_all(cls, user: User, on: datetime) -> None:
        db.session.execute(update(cls).where(cls.user_id == user.id, cls.ended_at.is_(None)).values(ended_at=on))


class LoginFailure(db.Model):
    """A wrong password, kept so that the throttle survives a restart."""

    __tablename__ = "login_failures"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def add(cls, username: str, on: datetime) -> None:
        db.session.execute(delete(cls).where(cls.at < on - timedelta(days=1)))
        db.session.add(cls(username=username.strip().casefold()[:200], at=on))

    @classmethod
    def minutes_left(cls, username: str, on: datetime) -> int:
        """For how many more minutes this account's login is closed; 0 when it is open."""
        config = current_app.config
        block = timedelta(minutes=config["CS_LOGIN_BLOCK_MINUTES"])
        query = select(func.count(), func.max(cls.at)).where(cls.username == username.strip().casefold()[:200], cls.at > on - block)
        count, last = db.session.execute(query).one()
        if count < config["CS_LOGIN_FAILURES"]:
            return 0
        return int((last + block - on).total_seconds() // 60) + 1

    @classmethod
    def clear(cls, username: str) -> None:
        db.session.execute(delete(cls).where(cls.username == username.strip().casefold()[:200]))


class SetupLink(db.Model):
    """The one-time link by which the first administrator is made when the server started without a terminal."""

    __tablename__ = "setup_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def make(cls, on: datetime) -> str:
        """A new link's token; earlier links stop working."""
        token = secrets.token_urlsafe(24)
        cls.use_up()
        db.session.add(cls(token_hash=hashlib.sha256(token.encode()).hexdigest(), created_at=on))
        return token

    @classmethod
    def is_valid(cls, token: str) -> bool:
        """True while no account exists and this is the last link given out."""
        return db.session.get(cls, hashlib.sha256(token.encode()).hexdigest()) is not None and not db.session.query(User).count()

    @classmethod
    def use_up(cls) -> None:
        db.session.execute(delete(cls))
