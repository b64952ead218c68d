"""What people said the columns of imported files are, kept for the next file with the same titles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model, db
from cs.records.types import Moment
from cs.records.users import User

MAX_REMEMBERED = 500  # the latest ones of a kind of table


class ImportChoice(Model):
    """What each column of files with the same titles is, by the key of its title; the last word holds."""

    __tablename__ = "import_choices"
    section: Mapped[str] = mapped_column(primary_key=True)
    titles: Mapped[str] = mapped_column(primary_key=True)  # the fingerprint of a row of titles
    targets: Mapped[dict[str, str]] = mapped_column(JSON)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[User] = relationship(viewonly=True)

    @classmethod
    def remembered(cls, section: str) -> dict[str, ImportChoice]:
        """Return the latest choices of a kind of table, by the fingerprint of the titles."""
        query = select(cls).where(cls.section == section).order_by(cls.at.desc()).limit(MAX_REMEMBERED)
        return {choice.titles: choice for choice in db.session.execute(query).scalars()}

    @classmethod
    def remember(
        cls, section: str, fingerprints: Iterable[str], targets: dict[str, str], *, by: User, on: datetime
    ) -> None:
        """Keep a choice for the next file with one of these rows of titles."""
        for titles in fingerprints:
            choice = db.session.get(cls, (section, titles)) or cls(section=section, titles=titles)
            choice.targets, choice.by_id, choice.at = targets, by.id, on
            db.session.add(choice)
