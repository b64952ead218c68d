"""Sections: what each part of the procedure adds to the program.

A blueprint describes itself once, as a Section. Navigation, icons, links to records, search by number,
imports, registers, printed forms, the procedure page and the tests' lists are derived from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app

from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.workflowed import Workflowed

# {clause: [(what the records show, URL of where to see it)]}
ClauseEvidence = dict[str, list[tuple[str, str | None]]]


@dataclass(frozen=True)
class Section:
    """A part of the program with pages of its own.

    `evidence(year, on)` returns what it shows for the clauses of the procedure. `table` is what it imports
    from Excel or CSV; `after_import(records, by, on)` the outcome to show where the list is not enough.
    """

    blueprint: Blueprint
    label: Callable[[], str] | None = None  # its entry in the navigation; without one it has none
    icon: str = "dot"
    permission: Permission | None = Permission.READ  # who sees the entry; None: everyone signed in
    part_of: str | None = None  # the section whose entry its pages highlight
    evidence: Callable[[int, datetime], ClauseEvidence] = lambda _year, _on: {}
    table: Any = None
    after_import: Callable[[list[Any], Any, datetime], Any] | None = None

    @property
    def name(self) -> str:
        return self.blueprint.name


@dataclass(frozen=True, kw_only=True)
class RecordSection(Section):
    """A section that keeps records of one kind.

    `forms` has the form class of each step of `model`, but for those taken by making another record;
    `context(record, on)` returns what a record page shows beside the record. The first of `papers` is
    the record itself in print; every record has it.
    """

    model: type[Workflowed]
    forms: Mapping[str, Any]
    context: Callable[[Any, datetime], dict[str, Any]]
    papers: tuple[Any, ...] = ()
    registers: tuple[Any, ...] = ()
    step_icons: Mapping[str, str] = field(default_factory=dict)
    # what keeps a step of a record closed beyond what its conditions say, a sentence each
    obstacles: Callable[[Any, Step, datetime], list[str]] = lambda _record, _step, _on: []
    starts_from_my_work: bool = False  # whether My work offers to begin a record

    @property
    def kind(self) -> str:
        return self.model.kind

    def shown(self) -> dict[str, Any]:
        """Return the printed forms that its pages follow: the record's own, and all by their codes."""
        return {
            "paper": self.papers[0] if self.papers else None,
            "papers": {paper.form: paper for paper in self.papers},
        }

    def papers_of(self, record: Workflowed) -> list[Any]:
        """Return the printed forms that exist of a record as it stands."""
        return [paper for paper in self.papers if paper.exists_for(record)]

    def creating_step(self, by: Any) -> Step | None:
        """Return the step by which a person begins a record here; None where they may not."""
        return next((step for step in self.model.workflow.creating() if by.may(step.permission)), None)


class Sections:
    """All sections, in the order of the navigation."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self._by_name = {section.name: section for section in sections}
        keeping = [section for section in sections if isinstance(section, RecordSection)]
        self.kinds = {section.kind: section for section in keeping}
        self.registers = {register.name: register for section in keeping for register in section.registers}
        self.papers = {paper.form: paper for section in keeping for paper in section.papers}
        self.forms = {register.form: register for register in self.registers.values()} | self.papers
        self.step_icons = {
            (section.kind, step): icon for section in keeping for step, icon in section.step_icons.items()
        }

    def __iter__(self) -> Iterator[Section]:
        return iter(self._by_name.values())

    def named(self, name: str | None) -> Section | None:
        return self._by_name.get(name or "")

    def of_kind(self, kind: str) -> RecordSection | None:
        """Return the section that shows the records of a kind; None where they have no pages of their own."""
        return self.kinds.get(kind)

    def with_records(self) -> list[RecordSection]:
        return list(self.kinds.values())


def sections() -> Sections:
    """Return the sections of the running app."""
    running: Sections = current_app.extensions["sections"]
    return running
