"""Records: what every record of the procedure has in common.

A change happens inside `with record.changing(...)`: on leaving it, in the same transaction, the event with
old and new values and the search index are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Text,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from cs.extensions import Model, db
from cs.procedure.authority import Actor
from cs.procedure.workflow import Workflow
from cs.records.events import START, Event, append_event, canonical_json, digest
from cs.records.procedure import rulebook
from cs.records.search import index_words, reindex, search_conditions, searchable_text
from cs.records.signatures import Signature
from cs.records.texts import comparable
from cs.records.types import Moment

MAX_ID = 2**31 - 1
MAX_CANDIDATES = 20  # records that a number without its hyphens is compared with
BATCH = 500  # rows that a walk over all records holds at once
KINDS: dict[str, type[Record]] = {}
R = TypeVar("R", bound="Record")


class Record(Model):
    """A record of the procedure. `version` is the number of its last event: forms carry it, stale edits
    are refused."""

    __abstract__ = True
    kind: ClassVar[str]
    numbers: ClassVar[tuple[str, ...]] = ("number",)  # the fields by which people call it
    # relationships whose rows belong to the record's content; "a.b": the rows `b` of its rows `a`
    parts: ClassVar[tuple[str, ...]] = ()
    derived: ClassVar[frozenset[str]] = frozenset(
        {"version", "head_hash", "search_text"}
    )  # columns that are not content
    workflow: ClassVar[Workflow | None] = None

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(default=START)
    created_at: Mapped[datetime] = mapped_column(Moment)
    void_reason: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text, default="")

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("users.id"))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version, "version_id_generator": False}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    @property
    def title(self) -> str:
        """Return what the record is called in lists of mixed kinds."""
        return str(getattr(self, "number", None) or getattr(self, "name", self.id))

    def searched(self) -> tuple[str | None, ...]:
        """Return the words by which the record is found."""
        return ()

    @classmethod
    def showing(cls, named: Record) -> ColumnElement[bool] | None:
        """Return SQL for the records of this kind that refer to another record, themselves or in a part;
        None where none can."""
        ways = [column == named.id for column in _columns_naming(cls, named)]
        for part in cls.parts:
            rows = _part_path(cls, part)
            columns = _columns_naming(rows[-1].property.mapper.class_, named)
            ways += [_any(rows, column == named.id) for column in columns]
        return or_(*ways) if ways else None

    def rows_of_part(self, part: str) -> list[Any]:
        """Return the rows of one of `parts`; those of a path by their ids, new ones last."""
        owner, _, own = part.partition(".")
        if not own:
            return list(getattr(self, owner))
        rows = [row for owning in getattr(self, owner) for row in getattr(owning, own)]
        return sorted(rows, key=lambda row: row.id or MAX_ID)

    def content(self) -> dict[str, Any]:
        """Return the whole content as plain values: what an event compares and a signature signs."""
        content: dict[str, Any] = _column_values(self, self.derived)
        for part in self.parts:
            name = part.rpartition(".")[2]
            content[name] = [_column_values(row, _derived(row)) for row in self.rows_of_part(part)]
        return content

    def content_hash(self) -> str:
        return hash_of(self.content())

    def miscounts(self) -> Iterator[str]:
        """Yield what does not add up within the record: a total that is not the sum of its lines. For
        `verify`."""
        return iter(())

    @contextmanager
    def changing(
        self,
        name: str,
        by: Actor | None,
        on: datetime,
        *,
        clause: str = "5.6",
        role: str | None = None,
        note: str | None = None,
        **details: Any,
    ) -> Iterator[None]:
        """Write the changes made inside as one event `name` of `by` at `on`, with `details` beside
        them."""
        new = inspect(self).transient
        before = {} if new else self.content()
        yield
        if new:
            self.created_at, self.created_by_id = on, by.id if by else None
            self.begin_parts()
            db.session.add(self)
        self.version = 1 if new else self.version + 1
        if new or any(inspect(row).pending for part in self.parts for row in self.rows_of_part(part)):
            db.session.flush()  # the event names the ids of what came
        old_text, self.search_text = self.search_text, searchable_text(self.searched())
        self.seal(name, by, on, before, clause=clause, role=role, note=note, **details)
        if new or self.search_text != old_text:
            index_words([self], new=new)
        self.changed(on, new=new)
        db.session.flush()

    def changed(self, on: datetime, *, new: bool) -> None:
        """Do what must follow every change of the record, in the same transaction."""

    def begin_parts(self) -> None:
        """Set the parts of a new record to empty where its verb gave none, so that they are not
        queried."""
        for part in self.parts:
            if "." not in part and part not in inspect(self).dict:
                set_committed_value(self, part, [])

    def seal(
        self,
        name: str,
        by: Actor | None,
        on: datetime,
        before: dict[str, Any],
        *,
        clause: str,
        role: str | None,
        note: str | None = None,
        **details: Any,
    ) -> None:
        """Append the event that compares the content with `before`, and the signature if `details` has
        `signed`."""
        after = self.content()
        details["changes"] = _content_changes(before, after)
        if note:
            details["note"] = note
        event = Event(
            kind=self.kind,
            record_id=self.id,
            seq=self.version,
            name=name,
            clause=clause,
            at=on,
            by_id=by.id if by else None,
            role=role,
            state=getattr(self, "state", None),
            data=canonical_json(details),
            procedure_hash=rulebook().hash,
            content_hash=hash_of(after),
            previous_hash=self.head_hash,
        )
        append_event(event)
        if "signed" in details:
            db.session.add(Signature.of(event, details["signed"], details.get("password_at")))
        self.head_hash = event.hash

    @property
    def signatures(self) -> list[Signature]:
        query = (
            select(Signature)
            .where(Signature.kind == self.kind, Signature.record_id == self.id)
            .order_by(Signature.id)
        )
        return list(db.session.execute(query).scalars())

    @property
    def events(self) -> list[Event]:
        """Return all events of the record, oldest first."""
        return self.latest_events(None)[::-1]

    def latest_events(self, limit: int | None) -> list[Event]:
        """Return the last events, newest first; all of them without a limit."""
        query = (
            select(Event)
            .where(Event.kind == self.kind, Event.record_id == self.id)
            .order_by(Event.seq.desc())
            .limit(limit)
        )
        return list(db.session.execute(query).scalars())


def hash_of(content: dict[str, Any]) -> str:
    """Return the hash of a record's content. Empty values are left out, so that a column added later
    leaves old hashes right."""
    return digest(canonical_json(_without_empty(content)))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item is not None and item != []}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _columns_naming(cls: type[Any], named: Record) -> list[Any]:
    """Return the columns of a class that name a record of that table."""
    key = inspect(type(named)).primary_key[0]
    attributes = inspect(cls).column_attrs
    return [getattr(cls, each.key) for each in attributes if each.columns[0].references(key)]


def _part_path(cls: type[Any], part: str) -> list[Any]:
    """Return the relationships that lead from a class to the rows of a part, "a.b" by two."""
    path: list[Any] = []
    for name in part.split("."):
        path.append(getattr(cls, name))
        cls = path[-1].property.mapper.class_
    return path


def _any(path: list[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return SQL for whether any row at the end of a path of relationships meets a condition."""
    for relationship in reversed(path):
        condition = relationship.any(condition)
    return condition


def _derived(row: Any) -> frozenset[str]:
    """Return the columns of a part's row that are not content; its class may name them as a record's does."""
    return getattr(row, "derived", frozenset())


@cache
def _columns_of(cls: type[Any], without: frozenset[str]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in inspect(cls).column_attrs if attribute.key not in without)


def _column_values(row: Any, without: frozenset[str]) -> dict[str, Any]:
    keys = _columns_of(type(row), without)  # type: ignore[arg-type]  # mypy takes its instances' hash
    return {key: getattr(row, key) for key in keys}


def _content_changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Return {field: [old, new]}; of parts, the rows removed and added, and of a changed row only what
    changed."""
    changes: dict[str, list[Any]] = {}
    for field, new in after.items():
        old: Any = before.get(field, [] if isinstance(new, list) else None)
        if old == new or (not before and new in (None, "", [])):
            continue
        part = isinstance(new, list) and isinstance((new or old or [None])[0], dict)
        changes[field] = _part_changes(old, new) if part else [old, new]
    return changes


def _part_changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Any]:
    old_rows, new_rows = {row["id"]: row for row in old}, {row["id"]: row for row in new}
    gone, come = [], []
    for row_id in old_rows.keys() | new_rows.keys():
        was, is_now = old_rows.get(row_id, {}), new_rows.get(row_id, {})
        differ = {key for key in was.keys() | is_now.keys() if key == "id" or was.get(key) != is_now.get(key)}
        if len(differ) > 1:
            gone += [{key: value for key, value in was.items() if key in differ}] if was else []
            come += [{key: value for key, value in is_now.items() if key in differ}] if is_now else []
    return [sorted(gone, key=lambda row: row["id"]), sorted(come, key=lambda row: row["id"])]


def index_unsearched() -> None:
    """Index all records without search text: a migration empties it where words are searched in a new
    way."""
    for cls in KINDS.values():
        if cls.searched is not Record.searched:
            reindex(cls, cls.search_text == "")


def find(cls: type[R], record_id: int, *, lock: bool = False) -> R | None:
    """Return a record by its id, locked for a writer if asked; None also for a number that no database
    takes as an id."""
    if not 0 < record_id <= MAX_ID:
        return None
    return db.session.get(cls, record_id, with_for_update=True if lock else None, populate_existing=lock)


def by_number(cls: type[R], number: str | None) -> R | None:
    """Return a record by one of its numbers, as typed or in capitals of half width; else the only one whose
    number differs by hyphens alone."""
    if not number:
        return None
    written = {number, number.upper(), comparable(number).upper()}
    exact = (
        select(cls).where(or_(*(getattr(cls, name).in_(written) for name in cls.numbers))).order_by(cls.id)
    )
    record = db.session.execute(exact).scalars().first()
    if record is not None or not (key := _number_key(number)):
        return record
    candidates = select(cls).where(*search_conditions(cls, number)).order_by(cls.id).limit(MAX_CANDIDATES)
    alike = [record for record in db.session.execute(candidates).scalars() if key in _number_keys(record)]
    return alike[0] if len(alike) == 1 else None


def _number_keys(record: Record) -> set[str]:
    return {_number_key(getattr(record, name)) for name in record.numbers}


def _number_key(number: str | None) -> str:
    return comparable(number).replace("-", "")
