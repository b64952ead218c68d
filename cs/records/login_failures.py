"""Wrong passwords: who types them is slowed down, longer each time, and nobody else."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.passwords import normal_username
from cs.records.types import Moment

REMEMBERED = timedelta(days=1)  # how long a wrong password counts
FIRST_WAIT = timedelta(seconds=5)  # each further wrong password doubles it
MAX_NAMES = 10  # that one source may try within the hour before it is slowed down whatever it names
NAMES_WINDOW = timedelta(hours=1)
MAX_WAIT_OF_NAMES = timedelta(minutes=1)  # short: colleagues may share the address
MAX_DOUBLINGS = 20


class LoginFailure(Model):
    """A wrong password, stored so that the throttle survives a restart. Unknown usernames count alike, or
    the throttle would reveal them.

    They are counted by name and source: the network address, the known device or the session. Rows of
    before 0018 have no source and count for nobody.
    """

    __tablename__ = "login_failures"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(index=True)
    source: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Moment)

    @staticmethod
    def _key(username: str) -> str:
        return normal_username(username)[:200]

    @classmethod
    def add(cls, username: str, source: str, on: datetime) -> None:
        db.session.execute(delete(cls).where(cls.at < on - REMEMBERED))
        db.session.add(cls(username=cls._key(username), source=source, at=on))
        db.session.flush()

    @classmethod
    def seconds_left(cls, username: str, source: str, on: datetime) -> int:
        """Return for how many more seconds this source must wait with this name; 0 when it may try.

        A failure in the future, since the server's clock was put back, is ignored: it would last longer.
        """
        until = max(cls._end_of_wait(username, source, on), cls._end_of_names_wait(source, on))
        return max(0, math.ceil((until - on) / timedelta(seconds=1)))

    @classmethod
    def _end_of_wait(cls, username: str, source: str, on: datetime) -> datetime:
        """Return until when the wrong passwords for one name make this source wait."""
        count, last = db.session.execute(
            select(func.count(), func.max(cls.at)).where(
                cls.username == cls._key(username),
                cls.source == source,
                cls.at > on - REMEMBERED,
                cls.at <= on,
            )
        ).one()
        longest = timedelta(minutes=current_app.config["CS_LOGIN_BLOCK_MINUTES"])
        return cls._end(count - current_app.config["CS_LOGIN_FAILURES"], last, longest, on)

    @classmethod
    def _end_of_names_wait(cls, source: str, on: datetime) -> datetime:
        """Return until when the many names that this source has tried make it wait, whatever it names."""
        names, last = db.session.execute(
            select(func.count(cls.username.distinct()), func.max(cls.at)).where(
                cls.source == source, cls.at > on - NAMES_WINDOW, cls.at <= on
            )
        ).one()
        return cls._end(names - MAX_NAMES, last, MAX_WAIT_OF_NAMES, on)

    @staticmethod
    def _end(excess: int, last: datetime | None, longest: timedelta, on: datetime) -> datetime:
        if excess < 0 or last is None:
            return on
        doublings = 1 << min(excess, MAX_DOUBLINGS)
        return last + min(FIRST_WAIT * doublings, longest)

    @classmethod
    def recent(cls, username: str, on: datetime) -> int:
        """Return how many wrong passwords were typed for this name lately, wherever."""
        query = select(func.count()).where(cls.username == cls._key(username), cls.at > on - REMEMBERED)
        return int(db.session.execute(query).scalar_one())

    @classmethod
    def clear(cls, username: str, source: str | None = None) -> None:
        """Forgive the wrong passwords for a name: those of one source, or all."""
        failures = delete(cls).where(cls.username == cls._key(username))
        db.session.execute(failures.where(cls.source == source) if source else failures)
