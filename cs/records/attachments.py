"""Files on any record: the store keeps the bytes by their hash, these rows say whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, lazyload, mapped_column, relationship

from cs.extensions import Model, db
from cs.procedure.authority import Permission, role_for
from cs.procedure.workflow import NotAllowed, NotOpen, Refused
from cs.records.blockers import Blockers
from cs.records.events import Event, Fault
from cs.records.record import BATCH, Record
from cs.records.sessions import LoginSession
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed

if TYPE_CHECKING:
    from cs.files.store import StoredFile


ADDED = "attach"  # the step of a file that comes without one


class _StoredFile(Model):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    is_image: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Moment)


class Attachment(_StoredFile):
    """A photograph or document on a record. It is never deleted: a wrong one is voided with a reason
    (5.6)."""

    __tablename__ = "attachments"
    kind: Mapped[str]
    record_id: Mapped[int]
    step: Mapped[str]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    void_reason: Mapped[str | None] = mapped_column(Text)
    added_by: Mapped[User] = relationship(lazy="joined", viewonly=True)
    __table_args__ = (Index("ix_attachments_record", "kind", "record_id"),)

    @classmethod
    def of(cls, record: Record) -> list[Attachment]:
        query = select(cls).where(cls.kind == record.kind, cls.record_id == record.id).order_by(cls.id)
        return list(db.session.execute(query).scalars())

    def may_be_voided(self, record: Workflowed, by: User) -> bool:
        """Return whether a person may void it: whoever added it, or may void the record itself (5.6)."""
        return by.may(record.workflow.voiding) or (
            self.added_by_id == by.id and by.may(Permission.ATTACH_FILE)
        )

    def voiding_is_open(self, record: Workflowed, by: User) -> bool:
        """Return whether it can be voided by them now: on a closed or void record, only with the right to
        void the record (5.6)."""
        return self.void_reason is None and (
            record.workflow.takes_files(record.state) or by.may(record.workflow.voiding)
        )


@dataclass(frozen=True)
class Evidence:
    """What a record would not show without a file: the step that asked for it, what of the record that was,
    when, and the files that show it, void ones among them."""

    step: str
    what: str | None
    at: datetime
    files: list[Attachment]


class FileNeeded(Refused):
    """The file is the only evidence of something done."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.step)
        self.evidence = evidence


# What of a record its files prove: each section registers the steps that ask for evidence.
proven_by_files = Blockers()


def files_of_step(record: Record, step: str, at: datetime) -> list[Attachment]:
    """Return the files that came with a step taken at that moment."""
    return [file for file in Attachment.of(record) if (file.step, file.at) == (step, at)]


def proven_only_by(record: Workflowed, attachment: Attachment) -> Evidence | None:
    """Return what would be without evidence if the file were void; None where it can go.

    A file that was added later stands in for the files of one step that are void.
    """
    if record.void_reason is not None:
        return None
    evidence: list[Evidence] = proven_by_files.records_of(record)
    standing = [file for file in Attachment.of(record) if file.void_reason is None]
    bare_before = _bare(evidence, standing)
    bare = _bare(evidence, [file for file in standing if file.id != attachment.id])
    return bare[0] if len(bare) > len(bare_before) else None


def _bare(evidence: list[Evidence], standing: list[Attachment]) -> list[Evidence]:
    """Return what no standing file proves and no file of those that were added later stands in for."""
    own = {file.id for row in evidence for file in row.files}
    ids = {file.id for file in standing}
    spare = sorted(file.at for file in standing if file.step == ADDED and file.id not in own)
    bare = []
    for row in sorted(evidence, key=lambda row: row.at, reverse=True):
        if not row.files or any(file.id in ids for file in row.files):
            continue
        if spare and spare[-1] > row.at:
            spare.pop()
        else:
            bare.append(row)
    return bare


def excess_keys(rows: Iterable[Any], since: datetime, max_count: int, max_size: int) -> list[Any]:
    """Return the keys of the rows (key, moment, size), newest first, that are older than `since` or beyond
    what is allowed together."""
    excess, total = [], 0
    for count, (key, at, size) in enumerate(rows, 1):
        total += size
        if at < since or count > max_count or total > max_size:
            excess.append(key)
    return excess


class PendingUpload(_StoredFile):
    """A file that came with a refused form and waits for the same person's corrected form."""

    __tablename__ = "pending_uploads"
    days: ClassVar[int] = 30  # that it waits
    token: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    layout: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # of a table to import: which of its sheets, rows and columns are taken

    @classmethod
    def is_of_another(cls, user: User, token: str) -> bool:
        """Return whether the upload waits for another person."""
        query = select(cls.id).where(cls.token == token, cls.user_id != user.id)
        return db.session.execute(query).first() is not None

    @classmethod
    def tidy(cls, user: User, on: datetime, *, max_count: int, max_bytes: int) -> None:
        """Delete what waits for the person for too long, and the oldest of what is too much."""
        db.session.flush()
        rows = db.session.execute(
            select(cls.id, cls.at, cls.size).where(cls.user_id == user.id).order_by(cls.id.desc())
        ).all()
        excess = excess_keys(rows, on - timedelta(days=cls.days), max_count, max_bytes)
        db.session.execute(delete(cls).where(cls.id.in_(excess)))

    @classmethod
    def of(cls, user: User, tokens: list[str]) -> list[PendingUpload]:
        """Return those of the tokens' uploads that belong to the person."""
        query = select(cls).where(cls.user_id == user.id, cls.token.in_(tokens)).order_by(cls.id)
        return list(db.session.execute(query).scalars())


def attach(
    record: Workflowed, files: list[StoredFile] | list[PendingUpload], *, step: str, by: User, on: datetime
) -> None:
    """Add files to a record, with one event that names them and their hashes. Raise NotOpen if it is
    closed or void."""
    if not files:
        return
    if not record.workflow.takes_files(record.state):
        raise NotOpen("attach")
    role = role_for(by.roles, Permission.ATTACH_FILE)
    with record.changing("attach", by, on, role=role, files=[[file.name, file.sha256] for file in files]):
        db.session.add_all(
            Attachment(
                kind=record.kind,
                record_id=record.id,
                step=step,
                added_by_id=by.id,
                at=on,
                sha256=file.sha256,
                name=file.name,
                mime=file.mime,
                size=file.size,
                is_image=file.is_image,
            )
            for file in files
        )


def detach(record: Workflowed, attachment: Attachment, *, reason: str, by: User, on: datetime) -> None:
    """Void a file of a record with a reason; it stays readable. Raise NotAllowed, then NotOpen (5.6);
    FileNeeded for the only evidence of something done."""
    if not attachment.may_be_voided(record, by):
        raise NotAllowed("detach")
    if not attachment.voiding_is_open(record, by):
        raise NotOpen("detach")
    evidence = proven_only_by(record, attachment)
    if evidence is not None:
        raise FileNeeded(evidence)
    role = role_for(by.roles, record.workflow.voiding) or role_for(by.roles, Permission.ATTACH_FILE)
    with record.changing(
        "detach", by, on, role=role, note=reason, files=[[attachment.name, attachment.sha256]]
    ):
        attachment.void_reason = reason


def verify_attachments() -> Iterator[Fault]:
    """Compare the files of all records with the events that added and voided them."""
    recorded: Counter[tuple[Any, ...]] = Counter()
    stands: Counter[tuple[Any, ...]] = Counter()
    events = (
        select(Event)
        .options(lazyload(Event.by))
        .where(Event.name.in_(("attach", "detach")))
        .execution_options(yield_per=BATCH)
    )
    for event in db.session.execute(events).scalars():
        details = event.details
        how = (event.by_id, event.at) if event.name == "attach" else ("void", details.get("note"))
        recorded.update(
            (event.kind, event.record_id, name, sha256, *how) for name, sha256 in details["files"]
        )
    for file in db.session.execute(
        select(Attachment).options(lazyload(Attachment.added_by)).execution_options(yield_per=BATCH)
    ).scalars():
        whose = (file.kind, file.record_id, file.name, file.sha256)
        stands[*whose, file.added_by_id, file.at] += 1
        if file.void_reason is not None:
            stands[*whose, "void", file.void_reason] += 1
    for kind, record_id, name, *_rest in recorded - stands:
        yield Fault(f"{kind} {record_id} file {name}", "does not stand as its event says")
    for kind, record_id, name, *_rest in stands - recorded:
        yield Fault(f"{kind} {record_id} file {name}", "was added or changed without an event")


class Draft(Model):
    """What a person typed into a form and has not sent, so that an expired session or lost connection
    loses nothing."""

    __tablename__ = "drafts"
    days: ClassVar[int] = 90  # that it is there again
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)  # the address of the form
    fields: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)

    @classmethod
    def tidy(cls, user: User, on: datetime, *, max_count: int, max_length: int) -> None:
        """Delete the person's drafts that are too old, and the oldest of what is too much."""
        db.session.flush()
        rows = db.session.execute(
            select(cls.form, cls.at, func.length(cls.fields))
            .where(cls.user_id == user.id)
            .order_by(cls.at.desc())
        ).all()
        excess = excess_keys(rows, on - timedelta(days=cls.days), max_count, max_length)
        db.session.execute(delete(cls).where(cls.user_id == user.id, cls.form.in_(excess)))

    @classmethod
    def end_with_last_session(cls, user: User, on: datetime) -> None:
        """Delete the drafts of a person who is signed in nowhere any more."""
        db.session.flush()
        if not LoginSession.any_live(user, on):
            db.session.execute(delete(cls).where(cls.user_id == user.id))
