"""People, their roles and departments, and the sessions and failed logins that the server knows of."""

from __future__ import annotations

import hashlib
import math
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app
from flask_login import UserMixin
from sqlalchemy import ColumnElement, ForeignKey, Text, UniqueConstraint, delete, func, select, true, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.procedure.authority import Permission, permissions_of
from cs.procedure.workflow import Refused
from cs.records.personal_tasks import sync_personal_tasks
from cs.records.procedure import rulebook
from cs.records.record import Record, Task
from cs.records.search import sort_key
from cs.records.types import Moment

ADMINISTRATOR = "administrator"
ONE_TIME_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without what is misread on paper: 0 o, 1 l
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
Roles = list[tuple[str | None, str, bool]]  # (department, role, is_head)


class LastAdministrator(Refused):
    """Nobody would be left who can add people and roles."""


class InUse(Refused):
    """People still work in the department, or the procedure itself names it."""


def _hasher() -> PasswordHasher:
    cost = current_app.config["CS_PASSWORD_COST"]
    return PasswordHasher(time_cost=cost, memory_cost=64 * 1024 if cost > 1 else 1024, parallelism=1)


def normal_username(typed: str) -> str:
    """How a username is kept and found: case, outer spaces and full-width letters make no difference."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def one_time_password() -> str:
    """A password to hand over on paper: four groups of four letters, 79 bits; its owner replaces it at the
    first login."""
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(4))


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

    @property
    def of_the_procedure(self) -> bool:
        """Whether the procedure file names it: such a one stays."""
        return self.code in rulebook().departments

    @property
    def people(self) -> int:
        """How many people who are still here work in it."""
        query = (
            select(func.count(User.id.distinct()))
            .join(Membership)
            .where(Membership.department == self.code, User.active)
        )
        return db.session.execute(query).scalar_one()

    @classmethod
    def create(cls, *, zh: str, en: str, by: User, on: datetime) -> Department:
        """A department that the procedure does not name, such as purchasing."""
        department = cls(code=f"own_{(db.session.execute(select(func.max(cls.id))).scalar() or 0) + 1}")
        with department.changing("create", by, on, role=ADMINISTRATOR):
            department.zh, department.en, department.active = zh, en, True
        return department

    def rename(self, *, zh: str, en: str, by: User, on: datetime) -> None:
        """Other words for the same department; records name its code."""
        with self.changing("edit", by, on, role=ADMINISTRATOR):
            self.zh, self.en = zh, en

    def deactivate(self, *, by: User, on: datetime) -> None:
        """Nobody can be put into it any more. Raises InUse while people work in it, and for one that the
        procedure names."""
        if self.of_the_procedure or self.people:
            raise InUse(self.code)
        with self.changing("leave", by, on, role=ADMINISTRATOR):
            self.active = False

    def activate(self, *, by: User, on: datetime) -> None:
        with self.changing("come_back", by, on, role=ADMINISTRATOR):
            self.active = True


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
    """A person who works with the program. Leaving the company ends all their sessions; their name stays on
    what they did."""

    kind = "user"
    parts = ("memberships",)
    derived: ClassVar[frozenset[str]] = Record.derived | {"password_hash", "language", "sort_name"}
    __tablename__ = "users"
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_name: Mapped[str] = mapped_column(index=True)
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    memberships: Mapped[list[Membership]] = relationship(
        cascade="all, delete-orphan", order_by=Membership.id, lazy="selectin"
    )

    login_token: ClassVar[str | None] = None  # on the instance: of the session that this request came with
    password_at: ClassVar[datetime | None] = (
        None  # on the instance: when the password was typed that does for this request's signature
    )

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
        return tuple(
            dict.fromkeys(membership.department for membership in self.memberships if membership.department)
        )

    def heads(self, department: str) -> bool:
        """部门负责人: whom 5.1.1 and 5.2.2.4 ask for."""
        return any(row.is_head and row.department == department for row in self.memberships)

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.roles)

    def check_password(self, password: str) -> bool:
        try:
            return _hasher().verify(self.password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False

    @staticmethod
    def check_nobody(password: str) -> bool:
        """Always False, after as long as a real check takes: an unknown name is not told from a wrong
        password by time."""
        _hasher().hash(password)
        return False

    @classmethod
    def create(
        cls,
        *,
        username: str,
        name: str,
        password: str,
        memberships: Roles,
        by: User | None,
        on: datetime,
        note: str | None = None,
        must_change: bool = True,
    ) -> User:
        """A new account. Raises IntegrityError when the username is taken."""
        user = cls(username=normal_username(username), password_hash=_hasher().hash(password))
        with user.changing("create", by, on, role=ADMINISTRATOR if by else None):
            user._call(name)
            user.must_change, user.active, user.note = must_change, True, note
            user.memberships = [
                Membership(department=department, role=role, is_head=head)
                for department, role, head in memberships
            ]
        return user

    def _call(self, name: str) -> None:
        self.name, self.sort_name = name, sort_key(name)

    def edit(self, *, name: str, memberships: Roles, note: str | None, by: User, on: datetime) -> None:
        """Changes what a person is and may do, at once. What they had taken and may no longer do is given
        back.

        Raises LastAdministrator when nobody would be left to administer.
        """
        if ADMINISTRATOR not in (role for _department, role, _head in memberships):
            self._spare_the_last_administrator()
        kept = {(one.department, one.role): one for one in self.memberships}
        heads = {(department, role): head for department, role, head in memberships}
        with self.changing("edit", by, on, role=ADMINISTRATOR):
            self._call(name)
            self.note = note
            # Rows that stay keep their order: the record's content is compared with what the database gives
            # back.
            rows = [row for key, row in kept.items() if key in heads]
            self.memberships = rows + [
                Membership(department=key[0], role=key[1]) for key in heads if key not in kept
            ]
            for row in self.memberships:
                row.is_head = heads[row.department, row.role]
        LoginSession.ask_again(self)
        self._give_back(
            Task.permission.not_in([permission.value for permission in permissions_of(self.roles)])
        )
        sync_personal_tasks(on)

    def leave(self, *, reason: str | None, by: User, on: datetime) -> None:
        """Left the company: every session ends at once, tasks taken are given back, the name stays on what
        was done.

        Raises LastAdministrator when nobody would be left to administer.
        """
        self._spare_the_last_administrator()
        with self.changing("leave", by, on, role=ADMINISTRATOR, note=reason):
            self.active = False
        LoginSession.end_all(self, on)
        self._give_back(true())
        sync_personal_tasks(on)

    def come_back(self, *, reason: str | None, by: User, on: datetime) -> None:
        """Works here again, with the roles of before; sessions of before stay ended."""
        with self.changing("come_back", by, on, role=ADMINISTRATOR, note=reason):
            self.active = True
        sync_personal_tasks(on)

    def _give_back(self, which: ColumnElement[bool]) -> None:
        db.session.execute(
            update(Task).where(Task.taken_by_id == self.id, which).values(taken_by_id=None, taken_at=None)
        )

    def _spare_the_last_administrator(self) -> None:
        if self.is_last_administrator:
            raise LastAdministrator(self.username)

    @property
    def is_last_administrator(self) -> bool:
        """Whether this person administers and nobody else who is still here does."""
        if not self.active or ADMINISTRATOR not in self.roles:
            return False
        others = (
            select(Membership.id)
            .join(User)
            .where(Membership.role == ADMINISTRATOR, User.active, User.id != self.id)
            .limit(1)
        )
        return db.session.execute(others).first() is None

    def set_password(self, password: str, *, by: User, on: datetime, must_change: bool = False) -> None:
        """A new password ends all sessions of the person, on every device, and opens a login that wrong ones
        had closed."""
        hashed = _hasher().hash(password)
        with self.changing("set_password", by, on, role=ADMINISTRATOR if by.id != self.id else None):
            self.password_hash, self.must_change = hashed, must_change
        LoginSession.end_all(self, on)
        LoginFailure.clear(self.username)

    def end_sessions(self, *, by: User, on: datetime) -> None:
        """Signs the person out on every device, such as a tablet left somewhere."""
        with self.changing("end_sessions", by, on, role=ADMINISTRATOR if by.id != self.id else None):
            LoginSession.end_all(self, on)

    @classmethod
    def by_username(cls, username: str) -> User | None:
        return db.session.execute(select(cls).where(cls.username == normal_username(username))).scalar()


class LoginSession(db.Model):
    """A session that the server knows: the cookie holds a token, the row its hash. Ended here means ended in
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
    user: Mapped[User] = relationship(lazy="joined")

    @staticmethod
    def _hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def start(cls, user: User, agent: str, on: datetime) -> str:
        """Begins a session and returns its token, which is kept nowhere else."""
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
        """When the password was typed that still does for a signature, and until when
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
    def ask_again(cls, user: User) -> None:
        """The next signature of each of the person's sessions asks for the password."""
        db.session.execute(update(cls).where(cls.user_id == user.id).values(signed_at=None))

    def end(self, on: datetime) -> None:
        self.ended_at = self.ended_at or on

    @property
    def device(self) -> str:
        """Browser and system as far as the browser says: "Chrome · Android"."""
        said = [
            next((name for mark, name in marks if mark in self.agent), "") for marks in (BROWSERS, SYSTEMS)
        ]
        return " · ".join(word for word in said if word) or "?"

    @classmethod
    def end_all(cls, user: User, on: datetime) -> None:
        db.session.execute(
            update(cls).where(cls.user_id == user.id, cls.ended_at.is_(None)).values(ended_at=on)
        )

    @classmethod
    def of(cls, user: User, most: int = 20) -> list[LoginSession]:
        """The person's last sessions, newest first."""
        return list(
            db.session.execute(
                select(cls).where(cls.user_id == user.id).order_by(cls.created_at.desc()).limit(most)
            ).scalars()
        )


class LoginFailure(db.Model):
    """A wrong password, kept so that the throttle survives a restart. Unknown usernames count alike, or the
    throttle would tell them apart."""

    __tablename__ = "login_failures"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Moment)

    @staticmethod
    def _key(username: str) -> str:
        return normal_username(username)[:200]

    @classmethod
    def add(cls, username: str, on: datetime) -> None:
        db.session.execute(delete(cls).where(cls.at < on - timedelta(days=1)))
        db.session.add(cls(username=cls._key(username), at=on))
        db.session.flush()

    @classmethod
    def minutes_left(cls, username: str, on: datetime) -> int:
        """For how many more minutes this account's login is closed; 0 when it is open.

        So many failures within the block time close it for that time from the last of them. A failure that
        lies ahead, since the server's clock was put back, is as if it were not there: it would close the
        login for longer than said.
        """
        block, most = (
            timedelta(minutes=current_app.config["CS_LOGIN_BLOCK_MINUTES"]),
            current_app.config["CS_LOGIN_FAILURES"],
        )
        query = (
            select(cls.at)
            .where(cls.username == cls._key(username), cls.at > on - 2 * block, cls.at <= on)
            .order_by(cls.at.desc())
            .limit(most)
        )
        failures = list(db.session.execute(query).scalars())
        if len(failures) < most or failures[0] - failures[-1] > block or on >= failures[0] + block:
            return 0
        return math.ceil((failures[0] + block - on) / timedelta(minutes=1))

    @classmethod
    def clear(cls, username: str) -> None:
        db.session.execute(delete(cls).where(cls.username == cls._key(username)))


class SetupLink(db.Model):
    """The one-time link by which the first administrator is made when the server started without a
    terminal."""

    __tablename__ = "setup_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def make(cls, on: datetime) -> str:
        """A new link's token; earlier links stop working."""
        token = secrets.token_urlsafe(24)
        cls.use_up()
        db.session.add(cls(token_hash=hashlib.sha256(token.encode()).hexdigest(), created_at=on))
        db.session.flush()
        return token

    @classmethod
    def is_valid(cls, token: str) -> bool:
        """True while no account exists and this is the last link given out."""
        return (
            db.session.get(cls, hashlib.sha256(token.encode()).hexdigest()) is not None
            and not db.session.query(User).count()
        )

    @classmethod
    def use_up(cls) -> None:
        db.session.execute(delete(cls))
