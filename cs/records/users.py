"""People: their accounts and what they may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from argon2.exceptions import Argon2Error, InvalidHashError
from flask_login import UserMixin
from sqlalchemy import ColumnElement, Text, func, select, true, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import db
from cs.procedure.authority import Permission, permissions_of
from cs.procedure.workflow import Refused
from cs.records.departments import ADMINISTRATOR, Membership
from cs.records.events import Event
from cs.records.login_failures import LoginFailure
from cs.records.passwords import normal_username, password_hasher
from cs.records.personal_tasks import sync_personal_tasks
from cs.records.record import Record
from cs.records.search import pinyin_initials, sort_key
from cs.records.sessions import LoginSession
from cs.records.tasks import Task

Roles = list[tuple[str | None, str, bool]]  # (department, role, is_head)

DAYS_OF_FIRST_PASSWORD = timedelta(days=3)  # of accounts of before links were given


class LastAdministrator(Refused):
    """No active administrator would be left."""


class User(UserMixin, Record):  # type: ignore[misc]
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
        return (self.username, self.name, pinyin_initials(self.name))

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
        """Return whether they are 部门负责人, whom 5.1.1 and 5.2.2.4 ask for."""
        return any(row.is_head and row.department == department for row in self.memberships)

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.roles)

    @property
    def has_password(self) -> bool:
        """Return whether they have chosen or been given a password; an imported account begins without."""
        return bool(self.password_hash)

    def check_password(self, password: str) -> bool:
        if not self.has_password:
            return self.check_nobody(password)
        try:
            return password_hasher().verify(self.password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False

    @staticmethod
    def check_nobody(password: str) -> bool:
        """Return False after as long as a real check takes, so that timing does not reveal unknown
        usernames."""
        password_hasher().hash(password)
        return False

    @classmethod
    def create(
        cls,
        *,
        username: str,
        name: str,
        password: str | None,
        memberships: Roles,
        by: User | None,
        on: datetime,
        note: str | None = None,
        must_change: bool = True,
        event: str = "create",
        **details: Any,
    ) -> User:
        """Create an account, one without a password for a setup link. Raise IntegrityError when the username
        is taken."""
        hashed = password_hasher().hash(password) if password is not None else ""
        user = cls(username=normal_username(username), password_hash=hashed)
        with user.changing(event, by, on, role=ADMINISTRATOR if by else None, **details):
            user._call(name)
            user.must_change, user.active, user.note = must_change, True, note
            user.memberships = [
                Membership(department=department, role=role, is_head=head)
                for department, role, head in memberships
            ]
        return user

    @classmethod
    def bring_in(
        cls, rows: list[dict[str, Any]], *, lines: list[int], files: list[list[str]], by: User, on: datetime
    ) -> list[User]:
        """Create the accounts of a table, without passwords; each event names the file ([name, hash]) and
        the row in it."""
        return [
            cls.create(**values, password=None, by=by, on=on, event="import", row=line, files=files)
            for values, line in zip(rows, lines, strict=True)
        ]

    def _call(self, name: str) -> None:
        self.name, self.sort_name = name, sort_key(name)

    def edit(self, *, name: str, memberships: Roles, note: str | None, by: User, on: datetime) -> None:
        """Change name, note and roles at once. Tasks taken that they may no longer do are given
        back.

        Raise LastAdministrator when nobody would be left to administer.
        """
        if ADMINISTRATOR not in (role for _department, role, _head in memberships):
            self._spare_the_last_administrator()
        held = {(row.department, row.role): row for row in self.memberships}
        heads = {(department, role): head for department, role, head in memberships}
        with self.changing("edit", by, on, role=ADMINISTRATOR):
            self._call(name)
            self.note = note
            # Rows that stay keep their order: the record's content is compared with what the database gives
            # back.
            rows = [row for key, row in held.items() if key in heads]
            self.memberships = rows + [
                Membership(department=key[0], role=key[1]) for key in heads if key not in held
            ]
            for row in self.memberships:
                row.is_head = heads[row.department, row.role]
        LoginSession.ask_again(self)
        self._give_back(
            Task.permission.not_in([permission.value for permission in permissions_of(self.roles)])
        )
        sync_personal_tasks(on)

    def leave(self, *, reason: str | None, by: User, on: datetime) -> None:
        """Deactivate the account of a person who left: end every session and give their tasks back.

        Raise LastAdministrator when nobody would be left to administer.
        """
        self._spare_the_last_administrator()
        with self.changing("leave", by, on, role=ADMINISTRATOR, note=reason):
            self.active = False
        LoginSession.end_all(self, on)
        self._give_back(true())
        sync_personal_tasks(on)

    def come_back(self, *, reason: str | None, by: User, on: datetime) -> None:
        """Reactivate the account with its former roles; former sessions stay ended."""
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
        """Return whether this person is the only active administrator."""
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
        """Set a new password; end all sessions of the person and reopen a throttled login."""
        hashed = password_hasher().hash(password)
        with self.changing("set_password", by, on, role=ADMINISTRATOR if by.id != self.id else None):
            self.password_hash, self.must_change = hashed, must_change
        LoginSession.end_all(self, on)
        LoginFailure.clear(self.username)

    def remove_password(self, *, by: User, on: datetime) -> None:
        """Take the password away, for a link by which the person chooses another; end all their sessions."""
        with self.changing("remove_password", by, on, role=ADMINISTRATOR):
            self.password_hash, self.must_change = "", True
        LoginSession.end_all(self, on)
        LoginFailure.clear(self.username)

    def first_password_is_spent(self, on: datetime) -> bool:
        """Return whether the password was given by somebody else, and was used already or is too old."""
        if not self.must_change:
            return False
        given = db.session.execute(
            select(func.max(Event.at)).where(
                Event.kind == self.kind,
                Event.record_id == self.id,
                Event.name.in_(("create", "set_password")),
            )
        ).scalar()
        return given is not None and (
            on - given > DAYS_OF_FIRST_PASSWORD or LoginSession.any_since(self, given)
        )

    def end_sessions(self, *, by: User, on: datetime) -> None:
        """Sign the person out on every device, such as a lost tablet."""
        with self.changing("end_sessions", by, on, role=ADMINISTRATOR if by.id != self.id else None):
            LoginSession.end_all(self, on)

    @classmethod
    def by_username(cls, username: str) -> User | None:
        return db.session.execute(select(cls).where(cls.username == normal_username(username))).scalar()
