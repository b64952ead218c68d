"""Registers that are too long to be answered at once: who asked for which file, how far it is, how long it is
kept.

No record of the procedure: the file is drawn from the records, and goes after a while. All that is written
here is written by one writer after another (`begin_write`), so what is read first still holds when it is
changed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.procedure.authority import Permission
from cs.records.events import last_recorded
from cs.records.types import Moment
from cs.records.users import User

MOST_OF_ONE = 20  # files and wishes that a person may have at a time
MOST_ATTEMPTS = 3  # so often is one begun that the end of the program cut short


class TooMany(Exception):
    """The person has as many files as are kept for one."""


class Export(Model):
    """A register that somebody wants as a file, and the file. `stage`: waiting, running, done or failed, with
    a `reason`."""

    __tablename__ = "exports"
    UNFINISHED: ClassVar[tuple[str, ...]] = ("waiting", "running")
    FINAL: ClassVar[tuple[str, ...]] = (
        "too_many_rows",
        "unknown",
    )  # reasons that another try does not change

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    register: Mapped[str]
    ending: Mapped[str]  # of the file: its format
    asked: Mapped[str] = mapped_column(Text)  # filters, period and order, as in an address
    language: Mapped[str]
    stage: Mapped[str] = mapped_column(default="waiting", index=True)
    reason: Mapped[str | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_all: Mapped[int | None]
    token: Mapped[str | None] = mapped_column(
        unique=True
    )  # of this attempt, a word of a command: names its file, tells it from an earlier one that still ends
    turn: Mapped[int] = mapped_column(default=0)  # counts what was begun: a clock may be put back
    attempts: Mapped[int] = mapped_column(default=0)
    name: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[User] = relationship()

    @property
    def is_unfinished(self) -> bool:
        return self.stage in self.UNFINISHED

    @property
    def may_be_tried_again(self) -> bool:
        return self.stage == "failed" and self.reason not in self.FINAL

    @property
    def file_name(self) -> str:
        """Return the file's name in the folder of exports: nobody can guess it."""
        return f"{self.token}.{self.ending}"

    @classmethod
    def ask(cls, *, register: str, ending: str, asked: str, language: str, by: User, on: datetime) -> Export:
        """Request a file. The same request twice, such as by a double click, is one as long as it is not
        done.

        Raises TooMany when the person has as many as are kept for one.
        """
        own = cls.of(by)
        for one in own:
            if one.is_unfinished and (one.register, one.ending, one.asked, one.language) == (
                register,
                ending,
                asked,
                language,
            ):
                return one
        if len(own) >= MOST_OF_ONE:
            raise TooMany(by.username)
        made = cls(
            user_id=by.id,
            register=register,
            ending=ending,
            asked=asked,
            language=language,
            stage="waiting",
            rows_done=0,
            turn=0,
            attempts=0,
            requested_at=on,
        )
        db.session.add(made)
        db.session.flush()
        return made

    @classmethod
    def of(cls, user: User) -> list[Export]:
        """Return the person's own exports, newest first."""
        return list(
            db.session.execute(select(cls).where(cls.user_id == user.id).order_by(cls.id.desc())).scalars()
        )

    @classmethod
    def by_token(cls, token: str) -> Export | None:
        return db.session.execute(select(cls).where(cls.token == token)).scalar()

    @classmethod
    def awaited(cls) -> bool:
        """Return whether any export waits to be begun."""
        return db.session.execute(select(cls.id).where(cls.stage == "waiting").limit(1)).first() is not None

    @classmethod
    def next(cls) -> Export | None:
        """Return the export whose turn it is: of the person for whom fewest are being written, then of who
        was served longest ago; their oldest."""
        busy: Counter[int] = Counter()
        served: dict[int, int] = {}
        waiting = []
        for export_id, user_id, stage, turn in db.session.execute(
            select(cls.id, cls.user_id, cls.stage, cls.turn)
        ):
            served[user_id] = max(turn, served.get(user_id, 0))
            busy[user_id] += stage == "running"
            if stage == "waiting":
                waiting.append((export_id, user_id))
        if not waiting:
            return None
        export_id, _user_id = min(waiting, key=lambda one: (busy[one[1]], served[one[1]], one[0]))
        return db.session.get(cls, export_id)

    @classmethod
    def tokens(cls) -> set[str]:
        """Return the names of all files that may stand in the folder."""
        return {token for token in db.session.execute(select(cls.token)).scalars() if token is not None}

    @property
    def is_wanted(self) -> bool:
        """Return whether its person is still here and may still read."""
        return self.user.active and self.user.may(Permission.READ)

    def begin(self) -> None:
        last = db.session.execute(select(Export.turn).order_by(Export.turn.desc()).limit(1)).scalar() or 0
        self.stage, self.reason, self.token, self.turn = "running", None, secrets.token_hex(24), last + 1
        self.rows_done, self.rows_all, self.attempts = 0, None, self.attempts + 1

    def finish(self, *, name: str, size: int, keep: timedelta, on: datetime) -> None:
        """Record that the file is whole; it is kept for so long."""
        self.stage, self.name, self.size, self.rows_done = "done", name, size, self.rows_all or 0
        self.finished_at, self.expires_at = on, on + keep

    def fail(self, reason: str, *, keep: timedelta, on: datetime) -> None:
        """Record why there is no file; the reason is kept for so long."""
        self.stage, self.reason, self.token = "failed", reason, None
        self.finished_at, self.expires_at = on, on + keep

    def try_again(self) -> None:
        """Try again what failed, at the person's request."""
        self.put_back()
        self.attempts = 0

    def put_back(self) -> None:
        """Put it back into the queue: what was begun came to no end."""
        self.stage, self.reason, self.token = "waiting", None, None
        self.rows_done, self.rows_all, self.finished_at, self.expires_at = 0, None, None, None

    def is_over(self, on: datetime, keep: timedelta) -> bool:
        """Return whether it has been kept for long enough.

        A moment further ahead than any could be was set by a clock that has been put back since: it would
        keep the file for years.
        """
        return self.expires_at is not None and not (on < self.expires_at <= on + 2 * keep)

    def may_be_removed(self, on: datetime, keep: timedelta, last_record: datetime) -> bool:
        """Return whether its time is over by the clock and by the last record alike: a clock that is wrong
        for a while removes nothing that is still wanted."""
        earlier, later = sorted((on, last_record))
        return self.expires_at is not None and not (earlier < self.expires_at <= later + 2 * keep)

    @classmethod
    def to_remove(cls, on: datetime, keep: timedelta) -> list[Export]:
        """Return those that are over, and those that belong to people who have left."""
        last_record = last_recorded() or on
        return [
            one
            for one in db.session.execute(
                select(cls).join(User).where(cls.expires_at.is_not(None) | User.active.is_(False))
            ).scalars()
            if one.may_be_removed(on, keep, last_record) or not one.user.active
        ]

    @classmethod
    def cut_short(cls) -> list[Export]:
        """Return the exports that are called running."""
        return list(db.session.execute(select(cls).where(cls.stage == "running")).scalars())
