"""What keeps a record from a change: records of other sections, which register themselves here from above.

A section names the kind that it blocks and how its own blocking records are found. The blocked kind asks the
registry and knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.records.workflowed import AdvancingRecord, Workflowed

W = TypeVar("W", bound=Workflowed)
Find = Callable[[Any], list[Any]]
F = TypeVar("F", bound=Find)


class Blockers:
    """The queries for what blocks one change, by blocked kind and by the name of what blocks."""

    def __init__(self) -> None:
        self._queries: dict[str, dict[str, Find]] = {}

    def __call__(self, kind: str, name: str) -> Callable[[F], F]:
        """Register the decorated function: for a record of `kind` it returns its blocking records."""

        def register(find_blocking: F) -> F:
            self._queries.setdefault(kind, {})[name] = find_blocking
            return find_blocking

        return register

    def of(self, record: AdvancingRecord) -> dict[str, list[Any]]:
        """Return what blocks the record, by name, in the order of registration, without empty lists."""
        blocking = {name: query(record) for name, query in self._queries.get(record.kind, {}).items()}
        return {name: records for name, records in blocking.items() if records}

    def records_of(self, record: AdvancingRecord) -> list[Any]:
        """Return everything that blocks the record, in one list."""
        return [blocker for blocking in self.of(record).values() for blocker in blocking]


blocks_closing = Blockers()
blocks_voiding = Blockers()
records_made = Blockers()  # what was made for the record by a step with `makes`, by kind; void ones aside
blocks_reassigning = Blockers()  # the record stays with the business partner that the others name, too


def open_records(model: type[W], condition: ColumnElement[bool]) -> list[W]:
    """Return the records of a kind that a condition names and that have not come to their end."""
    final = [state.code for state in model.workflow.states if state.final]
    query = (
        select(model).where(condition, model.state.not_in(final)).order_by(model.id).options(lazyload("*"))
    )
    return list(db.session.execute(query).scalars())
