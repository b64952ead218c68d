"""What a section imports, and a pending file as it is read: with what its person said of it, and what was
said of files with the same titles."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, BinaryIO

from flask import abort, current_app
from flask_babel import gettext
from flask_login import current_user

from cs.files.store import MEGABYTE
from cs.imports import Column, Limits, Problem, Table, TableRefused, read_table
from cs.imports.kinds import Kind
from cs.imports.layouts import Layout
from cs.imports.words import REASONS
from cs.procedure.authority import Permission
from cs.records.attachments import PendingUpload
from cs.records.import_choices import ImportChoice
from cs.records.sections import sections
from cs.web.pending_files import file_store
from cs.wording.language import current_language

MAX_ROWS = 5_000  # the page of an import answers when all of them are written


def importable_kind(section: str, *also: Permission) -> Kind:
    """Return what a section imports, for people with its permission or one of the others."""
    named = sections().named(section)
    kind: Kind | None = named.table if named is not None else None
    if kind is None:
        abort(404)
    if not any(current_user.may(permission) for permission in (kind.permission, *also)):
        abort(403)
    return kind


def reason_in_words(problem: Problem | TableRefused) -> str:
    """Return why a line or file is refused, in words."""
    return gettext(REASONS[problem.code], **problem.params)


@dataclass(frozen=True)
class FileReading:
    """A file as it is read for one kind of table. `remembered_by`: whose choice of columns is used."""

    kind: Kind
    table: Table
    columns: dict[str, Column]
    layout: Layout
    remembered_by: ImportChoice | None = None
    source: list[str] = field(default_factory=list)  # [name, hash] of the file, once it is stored

    @property
    def faults(self) -> list[Problem]:
        """Return why no line of the table can be taken."""
        return self.kind.faults(self.table, tuple(self.columns.values()))

    @property
    def seen(self) -> str:
        """Return a mark of what is taken of the file, by which a confirmation is known to mean it."""
        targets = [(column.key, column.target) for column in self.table.columns]
        sheets = [sheet.index for sheet in self.table.sheets if sheet.chosen]
        shown = json.dumps([targets, sheets, self.table.header_row])
        return hashlib.sha256(shown.encode()).hexdigest()[:16]

    @property
    def titles(self) -> str:
        """Return a mark of the columns that the file has, by which their numbers are known to mean them."""
        keys = json.dumps([column.key for column in self.table.columns])
        return hashlib.sha256(keys.encode()).hexdigest()[:16]


def read_file(kind: Kind, stream: BinaryIO, name: str, layout: Layout) -> FileReading:
    """Return a file as it is read. Raise TableRefused when it cannot be read."""
    columns = kind.columns(current_language())
    choices = ImportChoice.remembered(kind.section)
    targets = {titles: choice.targets for titles, choice in choices.items()}
    limits = Limits(size=current_app.config["CS_FILE_MB"] * MEGABYTE, rows=MAX_ROWS)
    table = read_table(stream, name, columns, limits, kind.guide(layout, targets))
    used = (choices[titles] for titles in table.fingerprints if titles in choices)
    return FileReading(kind, table, {column.name: column for column in columns}, layout, next(used, None))


def read_pending(kind: Kind, waiting: PendingUpload, layout: Layout | None = None) -> FileReading:
    """Return a pending file as it is read, by what its person said of it unless another layout is given."""
    with file_store().open(waiting.sha256) as stream:
        reading = read_file(kind, stream, waiting.name, layout or layout_of(waiting))
    return replace(reading, source=[waiting.name, waiting.sha256])


def pending_file(kind: Kind, token: str) -> PendingUpload | None:
    """Return a person's own pending file of this kind of table; None when it is gone. 404 for another
    person's."""
    if not token.isprintable():
        return None
    waiting = next(iter(PendingUpload.of(current_user, [token])), None)
    if waiting is None and PendingUpload.is_of_another(current_user, token):
        abort(404)
    if waiting is not None and waiting.layout and waiting.layout["section"] != kind.section:
        return None
    return waiting


def layout_of(waiting: PendingUpload) -> Layout:
    kept = waiting.layout or {}
    return Layout(tuple(kept.get("sheets", ())), kept.get("row"), kept.get("targets", {}))


def layout_as_kept(kind: Kind, layout: Layout) -> dict[str, Any]:
    return {"section": kind.section, **asdict(layout)}
