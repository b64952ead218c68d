"""Two kinds of records made up for test_kernel.py, which runs this in a process of its own: crates, and the
parcels packed into them. Prints as JSON what the kernel makes of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, event, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs import create_app
from cs.cli.setup import set_up
from cs.extensions import db
from cs.procedure.authority import Permission
from cs.procedure.rulebook import Numbering
from cs.procedure.workflow import NotOpen, State, Step, Workflow
from cs.records.blockers import blocks_closing, open_records
from cs.records.numbers import next_number
from cs.records.record import Record
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed

ON = datetime(2026, 3, 10, 2, tzinfo=UTC)
CLERK = Permission.EDIT_CUSTOMER


class Crate(Workflowed):
    kind = "crate"
    workflow = Workflow(
        "crate",
        (State("open"), State("shut", final=True)),
        (
            Step("build", "5.1", (), "open", CLERK),
            Step("shut", "5.1", ("open",), "shut", CLERK, when=("nothing_loose",), task="shut"),
        ),
    )
    __tablename__ = "crates"
    number: Mapped[str] = mapped_column(unique=True)

    def nothing_loose(self, _on: datetime) -> bool:
        return not blocks_closing.of(self)

    @classmethod
    def build(cls, *, by: Any, on: datetime) -> Crate:
        """Build a crate."""
        crate = cls()
        with crate.advancing("build", by, on):
            crate.number = next_number("crate", date(2026, 3, 10))
        return crate

    def shut(self, *, by: Any, on: datetime) -> None:
        """Shut the crate."""
        with self.advancing("shut", by, on):
            pass


class Parcel(Workflowed):
    kind = "parcel"
    workflow = Workflow(
        "parcel",
        (State("loose"), State("packed", final=True)),
        (
            Step("wrap", "5.1", (), "loose", CLERK),
            Step("pack", "5.1", ("loose",), "packed", CLERK, task="pack"),
        ),
    )
    __tablename__ = "parcels"
    number: Mapped[str] = mapped_column(unique=True)
    crate_id: Mapped[int | None] = mapped_column(ForeignKey("crates.id"))
    crate: Mapped[Crate | None] = relationship()

    def affected(self) -> Iterable[Workflowed]:
        return [self.crate] if self.crate else []

    @classmethod
    def wrap(cls, crate: Crate | None, *, by: Any, on: datetime) -> Parcel:
        """Wrap a parcel for a crate."""
        parcel = cls(crate=crate, crate_id=crate.id if crate else None)
        with parcel.advancing("wrap", by, on):
            parcel.number = next_number("parcel", date(2026, 3, 10))
        return parcel

    def pack(self, *, by: Any, on: datetime) -> None:
        """Pack the parcel into its crate."""
        with self.advancing("pack", by, on):
            pass


@blocks_closing("crate", "parcels")
def loose_parcels(crate: Crate) -> list[Parcel]:
    return open_records(Parcel, Parcel.crate_id == crate.id)


def site(folder: Path) -> Any:
    app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    rules = app.extensions["rulebook"]
    numbering = {"crate": Numbering("CR", 4, "year"), "parcel": Numbering("PA", 4, "year")}
    app.extensions["rulebook"] = replace(rules, numbering={**rules.numbering, **numbering})
    return app


def task_names(record: Record) -> list[str]:
    query = select(Task.name).where(Task.kind == record.kind, Task.record_id == record.id)
    return list(db.session.execute(query).scalars())


@contextmanager
def task_reads() -> Any:
    """Collect the kinds whose tasks are read."""
    kinds: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if sql.startswith("SELECT") and "FROM tasks" in sql:
            kinds.append(parameters[0])

    event.listen(db.engine, "before_cursor_execute", note)
    yield kinds
    event.remove(db.engine, "before_cursor_execute", note)


def is_refused(crate: Crate, clerk: User) -> bool:
    try:
        crate.shut(by=clerk, on=ON)
    except NotOpen:
        return True
    return False


def main(folder: Path) -> dict[str, Any]:
    app = site(folder)
    with app.app_context():
        set_up(ON)
        db.create_all()
        roles = [("sales", "sales_clerk", False)]
        clerk = User.create(
            username="clerk", name="甲", password="demo-clerk", memberships=roles, by=None, on=ON
        )
        crate, other = Crate.build(by=clerk, on=ON), Crate.build(by=clerk, on=ON)
        seen: dict[str, Any] = {"tasks of an empty crate": task_names(crate)}
        parcel = Parcel.wrap(crate, by=clerk, on=ON)
        seen["tasks of a crate that waits"] = task_names(crate)
        seen["tasks of another crate"] = task_names(other)
        seen["what blocks it"] = {
            name: [record.number for record in records] for name, records in blocks_closing.of(crate).items()
        }
        seen["what blocks another"] = blocks_closing.of(other)
        seen["shutting is refused"] = is_refused(crate, clerk)
        with task_reads() as kinds:
            parcel.pack(by=clerk, on=ON)
        seen["tasks read by packing"] = kinds
        seen["tasks of a packed crate"] = task_names(crate)
        with task_reads() as kinds:
            Parcel.wrap(None, by=clerk, on=ON).pack(by=clerk, on=ON)
        seen["tasks read without a crate"] = kinds
        seen["shutting is refused then"] = is_refused(crate, clerk)
        return {**seen, "state": crate.state}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False))
