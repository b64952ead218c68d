"""Changes of the rows of a record, such as its lines or signatures, in words: one for each changed row."""

from __future__ import annotations

from typing import Any, NamedTuple

from cs.wording.history import field_name, value_in_words

MAX_VALUE_LENGTH = 120  # characters of a value in the timeline; the record itself shows the whole
MAX_NAME_LENGTH = 30  # characters of the name of a row

# {part: the field by which people know its rows}; other rows are told apart by who changed them, as the entry
# says, or by nothing that is typed
NAMING_FIELDS = {
    "actions": "content",
    "approvals": "needed_role",
    "bones": "cause",
    "contacts": "name",
    "dispositions": "place",
    "lines": "product_id",
    "measures": "content",
    "places": "place",
}

Row = dict[str, Any]


class Change(NamedTuple):
    label: str
    old: str | None
    new: str


class RowNames:
    """The names of the rows of a record, learnt from its events, oldest first."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int], Any] = {}

    def learn(self, changes: dict[str, list[Any]]) -> None:
        """Take in the names that the changes of one event give."""
        for field, (_old, new) in changes.items():
            for row in new if is_part(_old, new) else ():
                value = row.get(NAMING_FIELDS.get(field, ""))
                if value not in (None, ""):
                    self._names[field, row["id"]] = value

    def name_of(self, field: str, row: Row) -> str:
        """Return the name of a row in words; empty where no event named it."""
        value = self._names.get((field, row["id"]))
        words = "" if value is None else value_in_words(NAMING_FIELDS[field], value)
        return shortened(words, MAX_NAME_LENGTH)


def is_part(old: Any, new: Any) -> bool:
    """Return whether a change is one of the rows of a record."""
    rows = [*(old or []), *new] if isinstance(new, list) else []
    return bool(rows) and all(isinstance(row, dict) and "id" in row for row in rows)


def part_changes(field: str, old: list[Row], new: list[Row], own_id: str, names: RowNames) -> list[Change]:
    """Return a change for each row that changed, and one for all rows that came or went."""
    before, after = {row["id"]: row for row in old}, {row["id"]: row for row in new}
    changed = [
        _row_change(field, before[row_id], after[row_id], own_id, names)
        for row_id in after
        if row_id in before
    ]
    gone = value_in_words(field, [row for row in old if row["id"] not in after], own_id)
    come = value_in_words(field, [row for row in new if row["id"] not in before], own_id)
    rest = Change(field_name(field), shortened(gone) or None, shortened(come))
    return [change for change in (*changed, rest) if change.old or change.new]


def _row_change(field: str, before: Row, after: Row, own_id: str, names: RowNames) -> Change:
    name = names.name_of(field, before)
    label = f"{field_name(field)} · {name}" if name else field_name(field)
    old, new = value_in_words(field, before, own_id), value_in_words(field, after, own_id)
    return Change(label, shortened(old) or None, shortened(new))


def shortened(text: str, length: int = MAX_VALUE_LENGTH) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
