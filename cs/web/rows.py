"""Rows inside a form: the contacts of a customer, the part numbers of a product.

They work without JavaScript: empty rows stand ready, and a button sends the form back with more of them. A
row that is emptied is a row taken away.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField

from cs.web.fields import whole_or_none

MOST_ROWS = 40


class RowForm(FlaskForm):
    """One row. `decisive` are the fields without which it counts as empty."""

    class Meta:
        csrf = False  # the form around it carries the token

    id = HiddenField(filters=[whole_or_none])
    decisive: ClassVar[tuple[str, ...]] = ()

    @property
    def is_empty(self) -> bool:
        return not any(self[name].data for name in self.decisive)

    def validate(self, extra_validators: Any = None) -> bool:
        """An empty row is never wrong."""
        if self.is_empty:
            return True
        super().validate(extra_validators)
        self.check()
        return not self.errors

    def check(self) -> None:
        """Checks that need more than one field of the row; adds faults."""

    def fault(self, name: str, message: str) -> None:
        self[name].errors = [*self[name].errors, message]


class Rows(FieldList):
    """A list of at most `max_entries` rows; more are refused, not dropped."""

    def __init__(self, row: type[RowForm], label: Any = None, **options: Any) -> None:
        super().__init__(FormField(row), label, **{"max_entries": MOST_ROWS} | options)
        self._sent: set[int] = set()

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        # WTForms takes '²' and numbers of any length for an index.
        for name in formdata:
            index = name[len(prefix) + 1 :].split("-", 1)[0]
            if name.startswith(f"{prefix}-") and index.isdecimal() and len(index) < 6:
                self._sent.add(int(index))
                yield int(index)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """As every list of fields; and no row was sent beyond those that are taken."""
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
        """The rows that say something."""
        return [entry.form for entry in self.entries if not entry.form.is_empty]

    @property
    def has_room(self) -> bool:
        return len(self.entries) < self.max_entries

    def refill(self, rows: list[Any]) -> None:
        """Shows these rows instead of what stood there."""
        self.entries, self.last_index = [], -1
        for row in rows:
            self.append_entry(row)

    def stand_ready(self, count: int) -> None:
        """Sees to it that so many empty rows stand at the end."""
        missing = count - (len(self.entries) - len(self.filled))
        for _ in range(missing):
            if self.has_room:
                self.append_entry()

    def gather(self) -> None:
        """Makes the faults that were found in single rows those of the whole list."""
        faults = [entry.form.errors for entry in self.entries]
        self.errors = faults if any(faults) else self.errors

    def _value(self) -> str:
        """The rows in one line each, where the form is shown for reading only."""
        return "\n".join(
            " · ".join(str(row[name].data) for name in row.decisive if row[name].data) for row in self.filled
        )


class WithRows:
    """A step's form that has rows in the field named `rows`."""

    rows: ClassVar[str]
    ready: ClassVar[int] = 2

    @property
    def adds_row(self) -> bool:
        return bool(self.more_rows.data)  # type: ignore[attr-defined]

    @property
    def redraws(self) -> bool:
        return self.adds_row

    def redraw(self) -> None:
        """Adds the row that was asked for."""
        rows = self[self.rows]  # type: ignore[index]
        rows.stand_ready(len(rows.entries) - len(rows.filled) + 1)
