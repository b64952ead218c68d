"""The fields and checks that all forms share."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from cs.records.attachments import PendingUpload
from cs.records.procedure import rulebook
from cs.records.record import MAX_ID
from cs.records.texts import cleaned
from cs.web.day_fields import DayField, MomentField
from cs.wording.labels import choices, label
from cs.wording.language import in_language

SHORT_TEXT = 1000  # characters of a text of a sentence or two
MAX_PASSWORD = 200
EARLIEST = date(2000, 1, 1)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufffe\uffff]")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _line(text: str | None) -> str | None:
    return cleaned(text) or None if text else None


def _lines(text: str | None) -> str | None:
    return cleaned(text, multiline=True) or None if text else None


def _without_ends(text: str | None) -> str | None:
    return text.strip() or None if text else None


def _no_control_characters(_form: Any, field: Field) -> None:
    """Refuse text that no database stores; the form then skips its checks, which may search for it."""
    field.not_storable = bool(field.data) and not can_be_kept(field.data)
    if field.not_storable:
        raise StopValidation(
            gettext("This text contains characters that cannot be saved. Please enter it again.")
        )


def can_be_kept(text: str) -> bool:
    """Return whether a database stores the text: no control characters, no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return _CONTROL.search(text) is None


def _tokens(text: str | None) -> str | None:
    """Return the tokens in a hidden field; anything that is no token of this program is ignored."""
    return " ".join(word for word in (text or "").split() if _TOKEN.fullmatch(word)) or None


def needed_validators(required: bool) -> list[Any]:
    return [InputRequired(lazy_gettext("Please fill this in."))] if required else [Optional()]


def _one_needed(required: bool) -> list[Any]:
    return [InputRequired(lazy_gettext("Please choose one."))] if required else [Optional()]


def _words_needed(required: bool) -> list[Any]:
    """Return the check for required text; spaces alone are trimmed first and are no text."""
    return [DataRequired(lazy_gettext("Please fill this in."))] if required else [Optional()]


def Text(key: str, *, required: bool = False, most: int = 100, **options: Any) -> StringField:
    """Return a field for one line of text, cleaned as what is imported is."""
    return StringField(
        label(key),
        [*_words_needed(required), _no_control_characters, Length(max=most)],
        filters=[_line],
        **options,
    )


def FirstPassword(key: str) -> StringField:
    """Return a field for a password that is shown: nothing of it is cleaned but outer spaces."""
    return StringField(
        label(key), [Optional(), _no_control_characters, Length(max=MAX_PASSWORD)], filters=[_without_ends]
    )


def LongText(key: str, *, required: bool = False, most: int = 4000, **options: Any) -> TextAreaField:
    """Return a field for text of several lines."""
    options.setdefault("render_kw", {"rows": 2 if most <= SHORT_TEXT else 4})
    return TextAreaField(
        label(key),
        [*_words_needed(required), _no_control_characters, Length(max=most)],
        filters=[_lines],
        **options,
    )


def _sensible_day(_form: Any, field: Field) -> None:
    value = field.data.date() if isinstance(field.data, datetime) else field.data
    if value and not EARLIEST <= value <= date(2100, 1, 1):
        raise ValidationError(gettext("Please check the year."))


def Day(key: str, *, required: bool = False, **options: Any) -> DateField:
    return DayField(label(key), [*needed_validators(required), _sensible_day], **options)


def Moment(key: str, *, required: bool = False, **options: Any) -> DateTimeLocalField:
    return MomentField(
        label(key),
        [*needed_validators(required), _sensible_day],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
        **options,
    )


def _or_none(value: Any) -> Any:
    return value or None


def parse_record_id(value: Any) -> int | None:
    """Return the id of a record from a form or URL; None for what is no id of any record."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def requested_id(name: str) -> int:
    """Return the id in the query string, such as 7 of ?complaint=7; 0, which no record has, without one."""
    return parse_record_id(request.args.get(name)) or 0


def Choice(
    key: str, group: str | None = None, *, required: bool = False, radio: bool = False, **options: Any
) -> SelectField:
    """Return a field for one code of a list in the procedure file."""
    kind = RadioField if radio else SelectField
    blank = [] if radio else [("", "—")]
    if group is not None:
        options["choices"] = lambda: [*blank, *choices(group)]
    return kind(label(key), _one_needed(required), filters=[_or_none], **options)


class _Checks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def Choices(key: str, group: str, **options: Any) -> SelectMultipleField:
    """Return a field for any number of codes of a list in the procedure file."""
    return _Checks(label(key), choices=lambda: choices(group), **options)


def _chosen_id(value: Any) -> int | None:
    if value in (None, "", "None"):
        return None
    number = int(value)
    if not 0 <= number <= MAX_ID:
        raise ValueError(value)
    return number


class _Reference(SelectField):
    """The id of a record, chosen from a list that the form fills; None when nothing is chosen."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, coerce=_chosen_id, **options)


def Reference(key: str, *, required: bool = False, **options: Any) -> SelectField:
    return _Reference(label(key), _one_needed(required), **options)


def Yes(key: str, **options: Any) -> BooleanField:
    return BooleanField(label(key), **options)


def reference_choices(rows: list[tuple[int, str]]) -> list[tuple[Any, str]]:
    return [("", "—"), *rows]


def defect_choices() -> list[SelectChoice]:
    """Return all defect codes; each names its category, so that the page can narrow the list to one."""
    options = [SelectChoice("", "—")]
    for category in rulebook().defects.values():
        options += [
            SelectChoice(f"{category.code}.{code}", in_language(name), {"data-parent": category.code})
            for code, name in category.codes.items()
        ]
    return options


class Form(FlaskForm):
    """Every form of the program."""

    def fault(self, field: str, message: str) -> None:
        """Add a message beside a field."""
        self[field].errors = [*self[field].errors, message]


class StepForm(Form):
    """The form of a step.

    It carries a request id, by which a repeat is recognised, and the record's version, by which an outdated
    edit is.
    """

    request_id = HiddenField(default=lambda: secrets.token_urlsafe(16), filters=[_tokens])
    version = HiddenField()
    opened = HiddenField()  # cs.web.opened

    technical = frozenset(
        {"csrf_token", "request_id", "version", "opened", "files", "kept_files", "password"}
    )
    beside: frozenset[str] = frozenset()  # fields that are not passed to the verb
    # Whether a button was pressed that only changes the form, such as by one more row: nothing is checked.
    redraws = False
    # What holds for the step now, said above its fields: set by `offer`.
    notice: str | None = None
    # The URL of what this form made when it was sent before, with other content (cs.web.submission).
    sent_already: str | None = None

    def redraw(self) -> None:
        """Change the form as the button asks, such as by one more row (cs.web.rows.WithRows)."""

    def stamp(self, record: Any) -> None:
        """Store in the form which version of the record the person sees."""
        self.version.data = str(record.version) if record is not None else "0"

    def is_stale(self, record: Any) -> bool:
        """Return whether the record has changed since the person saw it."""
        return bool(self.version.data != str(record.version))

    def offer(self, record: Any, on: datetime) -> None:
        """Fill the lists of options."""

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in the values of the record when the form is shown for the first time."""
        for field in self.shown:
            if record is not None and hasattr(record, field.name):
                field.process_data(getattr(record, field.name))

    def check(self, record: Any, on: datetime) -> None:
        """Add faults that concern the record or more than one field."""

    def refuse_unchanged(self) -> None:
        """Say that what was sent is what is on record already."""
        self.form_errors = [gettext("Nothing was changed: the record already says all of this.")]
        if getattr(self, "has_files", False):
            self.form_errors.append(gettext("Files alone are added on the page of the record."))

    def following(self, record: Any) -> dict[str, Any] | None:
        """Return the query string for taking the step again, such as for the next line.

        With None the page of the record follows.
        """
        return None

    def values(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if name not in self.technical | self.beside
        }

    def accepts(self, record: Any, on: datetime) -> bool:
        """Check the whole form; False leaves the messages beside the fields."""
        self.validate()
        for message in getattr(self, "file_faults", ()):
            self.fault("files", message)
        if not any(getattr(field, "not_storable", False) for field in self):
            self.check(record, on)
        for rows in self.row_lists:
            rows.refuse_strangers(record)
        return not self.errors

    @property
    def row_lists(self) -> list[Any]:
        """Return the fields that are lists of rows (cs.web.rows)."""
        return [field for field in self if hasattr(field, "refuse_strangers")]

    @property
    def shown(self) -> list[Field]:
        """Return the fields that a person fills in, in the order of the form."""
        return [field for name, field in self._fields.items() if name not in self.technical]


class WithFiles:
    """Files with a form; the tokens of those that came with a refused form are in `kept_files`."""

    files = MultipleFileField(label("files"))
    kept_files = HiddenField(filters=[_tokens])

    def kept(self) -> list[PendingUpload]:
        tokens = [token for token in (self.kept_files.data or "").split() if token]
        return PendingUpload.of(current_user, tokens) if tokens else []

    @property
    def has_files(self) -> bool:
        """Return whether a file comes with the form, now or kept from its refusal."""
        return bool(getattr(self, "staged", ()) or self.kept())


class Signed:
    """A signature with the password, unless a setting lets one typed shortly before cover it."""

    password = PasswordField(label("password"), [InputRequired(lazy_gettext("Sign with your password."))])
    password_fault: str | None = None
    covered_until: datetime | None = None
    record_ahead: datetime | None = None  # the last record's time, where the clock stands before it

    def cover(self, until: datetime | None) -> None:
        """Ask for no password until then; with None, ask for it."""
        self.covered_until = until
        self.password.validators = () if until else (InputRequired(gettext("Sign with your password.")),)


class WithAmendmentReason:
    """5.6: why a registered record is amended; it stands in the event and in the timeline."""

    amendment_reason = LongText("amendment_reason", required=True, most=500)


class ReasonForm(StepForm):
    """A step that needs only a reason."""

    reason = LongText("reason", required=True)
