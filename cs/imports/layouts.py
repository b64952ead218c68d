"""What each column of a file is: by its title, by what somebody said of files with the same titles, and by
what a person says of this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cs.imports.titles import IGNORED_TITLES, Header, letters_of, title_key

INTO_NOTES = (
    "into_notes"  # what a column of the file may be, beside a column of the table: lines of its notes
)
LEFT_OUT = ""  # or nothing


@dataclass(frozen=True)
class Layout:
    """What a person said of a file: which sheets are taken, in which row the titles stand, and what its
    columns are ({key of the title: column, INTO_NOTES or LEFT_OUT})."""

    sheets: tuple[int, ...] = ()
    row: int | None = None
    targets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Guide:
    """What helps to read a file, beside the columns. `remembered`: {fingerprint of titles: targets} of other
    files; `others`: the column that a title means where its first is taken; `notes`: the column of notes, and
    `noted` the titles that go into it unless somebody says otherwise."""

    layout: Layout = Layout()
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    notes: str | None = None
    noted: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileColumn:
    """A column of the file and what it is. `second`: the column that it would be if another one were not;
    `by_person`: somebody said so, of this file or of one with the same titles."""

    key: str
    title: str
    letters: str
    target: str
    second: str | None
    by_person: bool

    @property
    def ignored(self) -> bool:
        return self.key in IGNORED_TITLES


class TitledSheet(Protocol):
    """A sheet with its titles. `positions`: where each of its columns stands, by the key of its title."""

    header: Header
    positions: dict[str, int]


def choose_columns(sheets: Sequence[TitledSheet], names: set[str], guide: Guide) -> list[FileColumn]:
    """Return the columns of all sheets taken, in their order, each with what it is.

    A person's word goes before what is remembered, and that before the titles. Of two columns of a sheet that
    would be the same, the later one goes into the notes, where there are any.
    """
    keys = list(dict.fromkeys(key for sheet in sheets for key in sheet.positions))
    by_titles = {key: name for sheet in reversed(sheets) for key, name in _known_titles(sheet)}
    remembered: dict[str, str] = {}
    for sheet in reversed(sheets):
        remembered |= guide.remembered.get(sheet.header.fingerprint, {})
    seconds = {
        sheet.header.keys[position]: name
        for sheet in reversed(sheets)
        for position, name in sheet.header.second.items()
    }
    spare = INTO_NOTES if guide.notes else LEFT_OUT
    into_notes = set(map(title_key, guide.noted)) | seconds.keys()
    chosen: dict[str, str] = {}
    taken: set[tuple[int, str]] = set()
    for source in (guide.layout.targets, remembered, by_titles):
        for key in keys:
            if key in chosen or key not in source:
                continue
            target = source[key]
            if target in names:
                places = {(number, target) for number, sheet in enumerate(sheets) if key in sheet.positions}
                target = spare if places & taken else target
                taken |= places if target in names else set()
            elif target not in (LEFT_OUT, INTO_NOTES) or (target == INTO_NOTES and not guide.notes):
                continue
            chosen[key] = target
    said = guide.layout.targets.keys() | remembered.keys()
    return [
        FileColumn(
            key=key,
            title=_title_of(sheets, key),
            letters=letters_of(_first_position(sheets, key)),
            target=chosen.get(key, spare if key in into_notes else LEFT_OUT),
            second=seconds.get(key),
            by_person=key in said,
        )
        for key in keys
    ]


def _known_titles(sheet: TitledSheet) -> Iterator[tuple[str, str]]:
    for name, position in sheet.header.places.items():
        yield sheet.header.keys[position], name


def _title_of(sheets: Sequence[TitledSheet], key: str) -> str:
    for sheet in sheets:
        if key in sheet.positions:
            return sheet.header.texts.get(sheet.positions[key], "")
    return ""


def _first_position(sheets: Sequence[TitledSheet], key: str) -> int:
    return next(sheet.positions[key] for sheet in sheets if key in sheet.positions)
