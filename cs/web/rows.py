"""Rows inside a form: the contacts of a customer, the part numbers of a product.

They work without JavaScript: the form shows empty rows, and a button asks for more. A row that is emptied is
removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField

from cs.records.texts import cleaned
from cs.web.fields import parse_record_id
from cs.wording.formats import list_in_words
from cs.wording.labels import term

MAX_ROWS = 40


class RowForm(FlaskForm):
    """One row. It counts as empty while nothing is typed into any of its fields but those that are `offered`
    filled: what was typed is never dropped. It is named by its `decisive` fields."""

    class Meta:
        csrf = False  # the form around it carries the token

    id = HiddenField(filters=[parse_record_id])
    decisive: ClassVar[tuple[str, ...]] = ()
    offered: ClassVar[tuple[str, ...]] = ()  # fields that an empty row may come with
    noun: ClassVar[str] = "line"  # the term for what a row is

    @property
    def is_empty(self) -> bool:
        fields = (field for name, field in self._fields.items() if name not in ("id", *self.offered))
        return not any(field.data or _was_typed(field) for field in fields)

    def values_of(self, *names: str) -> dict[str, Any]:
        return {name: self[name].data for name in names}

    @property
    def subject(self) -> str:
        """Return what the row is about: the first of its decisive fields that says something."""
        return next(filter(None, (_text_of(self[name]) for name in self.decisive)), "")

    def name_fields(self, number: int) -> None:
        """Let each field say to screen readers which row it stands in, as in “Quantity, Line 2, CA-6920”."""
        row = [f"{term(self.noun)} {number}", self.subject]
        for field in self:
            if not isinstance(field, HiddenField):
                name = list_in_words(filter(None, [str(field.label.text), *row]))
                field.render_kw = {**(field.render_kw or {}), "aria-label": name}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the row; an empty one is always valid."""
        if self.is_empty:
            return True
        super().validate(extra_validators)
        self.check()
        return not self.errors

    def check(self) -> None:
        """Add faults that concern more than one field of the row."""

    def fault(self, name: str, message: str) -> None:
        self[name].errors = [*self[name].errors, message]


def _was_typed(field: Any) -> bool:
    """Return whether anything was sent for a field, even what could not be read."""
    return any(isinstance(text, str) and cleaned(text) for text in field.raw_data or ())


def _text_of(field: Any) -> str:
    """Return what a field says in words: the label of the choice, or what was typed."""
    if not hasattr(field, "iter_choices"):
        return str(field.data or "")
    chosen = [choice for choice in field.iter_choices() if choice[2] and choice[0]] if field.choices else []
    return str(chosen[0][1]).partition(" · ")[0] if chosen else ""  # of a product, the model alone


class Rows(FieldList):
    """A list of at most `max_entries` rows; with more, the form is refused."""

    entries: list[Any]

    def __init__(self, row: type[RowForm], label: Any = None, **options: Any) -> None:
        super().__init__(FormField(row), label, **{"max_entries": MAX_ROWS} | options)
        self._sent: set[int] = set()

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows to be shown; their fields name the row that they stand in."""
        for number, entry in enumerate(self.entries, 1):
            entry.form.name_fields(number)
            yield entry

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        # WTForms would accept '²' and numbers of any length as an index.
        for name in formdata:
            index = name[len(prefix) + 1 :].split("-", 1)[0]
            if name.startswith(f"{prefix}-") and index.isdecimal() and len(index) < 6:
                self._sent.add(int(index))
                yield int(index)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check every row, and that not more were sent than `max_entries`."""
        if len(self._sent) <= self.max_entries:
            return bool(super().validate(form, extra_validators))
        self.errors = [
            gettext(
                "At most %(most)s rows are allowed: you sent %(sent)s.",
                most=self.max_entries,
                sent=len(self._sent),
            )
        ]
        return False

    @property
    def filled(self) -> list[RowForm]:
        """Return the rows that are not empty."""
        return [entry.form for entry in self.entries if not entry.form.is_empty]

    def values_of(self, *names: str) -> list[dict[str, Any]]:
        """Return these fields of each row that is not empty."""
        return [row.values_of(*names) for row in self.filled]

    def strangers(self, record: Any) -> list[Any]:
        """Return the entries with an id that is none of the record's own rows, or that another entry has."""
        own_ids = {str(row.id) for row in getattr(record, self.name, ())}
        strangers = []
        for entry in self.entries:
            row_id = "".join(entry.form.id.raw_data or ())
            if row_id and row_id not in own_ids:
                strangers.append(entry)
            own_ids.discard(row_id)
        return strangers

    def refuse_strangers(self, record: Any) -> None:
        if self.strangers(record):
            message = gettext("A line does not belong to this record. Open the form again.")
            self.errors = [*self.errors, message]

    def take_strangers_as_new(self, record: Any) -> None:
        """Let rows of a draft whose lines the record has no longer be new ones."""
        for entry in self.strangers(record):
            entry.form.id.data, entry.form.id.raw_data = None, None

    @property
    def has_room(self) -> bool:
        return bool(len(self.entries) < self.max_entries)

    def refill(self, rows: list[Any]) -> None:
        """Replace all rows by these."""
        self.entries, self.last_index = [], -1
        for row in rows:
            self.append_entry(row)

    def stand_ready(self, count: int) -> None:
        """Add empty rows at the end until there are `count` of them."""
        missing = count - (len(self.entries) - len(self.filled))
        for _ in range(missing):
            if self.has_room:
                self.append_entry()

    def gather(self) -> None:
        """Copy the faults of single rows to the list, so that the form is refused."""
        faults = [entry.form.errors for entry in self.entries]
        self.errors = faults if any(faults) else self.errors

    def _value(self) -> str:
        """Return a line of text for each row, for a form that is shown read-only."""
        lines = []
        for row in self.filled:
            values = (row[name].data for name in row.decisive)
            lines.append(" · ".join(str(value) for value in values if value))
        return "\n".join(lines)


class WithRows:
    """The form of a step with rows in the field named `rows`; a new form shows `ready` empty ones."""

    rows: ClassVar[str]
    ready: ClassVar[int] = 2

    @property
    def adds_row(self) -> bool:
        return bool(self.more_rows.data)  # type: ignore[attr-defined]

    @property
    def redraws(self) -> bool:
        return self.adds_row

    def redraw(self) -> None:
        """Add the row that the person asked for."""
        rows = self[self.rows]  # type: ignore[index]
        rows.stand_ready(len(rows.entries) - len(rows.filled) + 1)
