"""The files of the procedure: which tables each holds, and how a factory's own stand over the packaged ones.

A factory names a folder that holds only the files it has revised, or a single file that holds every table,
as all factories once kept it. In either case what is read becomes one text. Records name the rules by the
hash of this text, which can be read again as a single file.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cs.procedure.reading import ProcedureError, table_of

PACKAGED = Path(__file__).with_name("mj-qp-12")

# In the order of the joined text. Keys that belong to no table can only stand in the first file.
RULES = "rules.toml"
FILES: dict[str, tuple[str, ...]] = {
    RULES: (
        "recurrence_months",
        "open_ages",
        "procedure",
        "reply",
        "analysis",
        "capa",
        "rework",
        "replenishment",
        "escalation",
        "kpis",
    ),
    "organisation.toml": ("company", "working", "departments", "roles"),
    "forms.toml": ("forms", "numbering"),
    "choices.toml": ("choices",),
    "defects.toml": ("defects",),
    "labels.toml": ("states", "steps", "terms"),
    "clauses.toml": ("clauses",),
}
FILE_OF = {table: name for name, tables in FILES.items() for table in tables}


@dataclass(frozen=True)
class Source:
    """The procedure as read: one text, its tables, and the name of the file that holds each table."""

    text: str
    tables: dict[str, Any]
    files: dict[str, str]

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fault(self, error: ProcedureError) -> ProcedureError:
        """Return the same fault with the name of the file that holds its table."""
        return ProcedureError(error.place, error.reason, self.files[table_of(error.place)])


def read_source(path: Path) -> Source:
    """Read a folder of the procedure's files, or a single file that holds all tables.

    ProcedureError if a file cannot be read, is of an unknown name, is not TOML, or holds a foreign table.
    """
    path = path.absolute()  # "." has no name
    with _readable(path.name):
        is_folder = path.is_dir()
    return _read_folder(path) if is_folder else _read_single_file(path)


def _read_single_file(path: Path) -> Source:
    text = _read_text(path)
    return Source(text, _parse(path.name, text, FILE_OF), dict.fromkeys(FILE_OF, path.name))


def _read_folder(folder: Path) -> Source:
    """Read each file from `folder`, or where it is not there from the packaged folder, and join them."""
    own = _own_files(folder)
    parts: list[str] = []
    tables: dict[str, Any] = {}
    for name, table_names in FILES.items():
        text = _read_text((folder if name in own else PACKAGED) / name)
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        tables |= _parse(name, text, table_names)
        if name != RULES:
            _refuse_keys_before_tables(name, text)
        parts.append(f"# {name}\n{text}" if text.endswith("\n") else f"# {name}\n{text}\n")
    return Source("".join(parts), tables, FILE_OF)


def _own_files(folder: Path) -> set[str]:
    """Return the names of the files that a factory has revised. Hidden files, such as those of an editor, are
    ignored."""
    with _readable(folder.name):
        own = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")}
    for name in sorted(own - FILES.keys()):
        raise ProcedureError(
            f"{folder.name}/{name}",
            f"is not a file of the procedure: name it one of {', '.join(FILES)}, or remove it",
        )
    if not own:
        raise ProcedureError(folder.name, f"holds no file of the procedure: add one of {', '.join(FILES)}")
    return own


def _refuse_keys_before_tables(name: str, text: str) -> None:
    """Refuse a key before the first table: in the joined text it would fall into the table above."""
    lines = (line.strip() for line in text.split("\n"))
    first = next((line for line in lines if line and not line.startswith("#")), "[")
    if not first.startswith("["):
        key = first.partition("=")[0].strip()
        raise ProcedureError(name, f"starts with {key!r}: write its table in square brackets above it")


def _parse(name: str, text: str, table_names: Collection[str]) -> dict[str, Any]:
    """Return the tables of a file, which may hold those of `table_names` and no other."""
    try:
        # Windows editors put a mark in front
        tables = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProcedureError(name, f"is not valid TOML: {error}: correct the line") from error
    for key in tables:
        if key not in FILE_OF:
            raise ProcedureError(key, "is not a key that the program knows: correct or remove it", name)
        if key not in table_names:
            raise ProcedureError(key, f"stands in the wrong file: move it to {FILE_OF[key]}", name)
    return tables


def _read_text(path: Path) -> str:
    with _readable(path.name):
        data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProcedureError(f"{path.name} line {line}", "is not UTF-8: save the file as UTF-8") from error


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"cannot be read ({error.strerror}): check the path and its rights"
        raise ProcedureError(name, reason) from error
