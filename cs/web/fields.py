"""The fields and checks that all forms share: what is typed is refused in words beside the field, and
kept."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
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
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from cs.files.store import FILE_MESSAGES, FileRefused, FileStore, Stored
from cs.records.attachments import PendingUpload
from cs.records.procedure import rulebook, zone
from cs.wording.words import choices, in_language, label

SHORT = 1000  # characters of a text that is a sentence or two
MOST = 999_999_999  # the largest whole number a field takes
EARLIEST = date(2000, 1, 1)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufffe\uffff]")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _trim(text: str | None) -> str | None:
    return text.strip().replace("\r\n", "\n") or None if text else None


def _no_control_characters(_form: Any, field: Field) -> None:
    """What no database keeps is refused. The form's own checks then wait: they may ask the database for this
    very text."""
    field.unkeepable = bool(field.data) and not can_be_kept(field.data)
    if field.unkeepable:
        raise StopValidation(
            gettext("This text contains characters that cannot be saved. Please enter it again.")
        )


def can_be_kept(text: str) -> bool:
    """False for what no database keeps: control characters, halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return _CONTROL.search(text) is None


def _tokens(text: str | None) -> str | None:
    """Hidden tokens, as this program gives them out; anything else is as if it were not there."""
    return " ".join(word for word in (text or "").split() if _TOKEN.fullmatch(word)) or None


def _needed(required: bool) -> list[Any]:
    return [InputRequired(lazy_gettext("Please fill this in."))] if required else [Optional()]


def _one_needed(required: bool) -> list[Any]:
    return [InputRequired(lazy_gettext("Please choose one."))] if required else [Optional()]


def _words_needed(required: bool) -> list[Any]:
    """Spaces alone are no text: they are trimmed to nothing before this looks."""
    return [DataRequired(lazy_gettext("Please fill this in."))] if required else [Optional()]


def Text(key: str, *, required: bool = False, most: int = 100, **options: Any) -> StringField:
    """One line of text."""
    return StringField(
        label(key),
        [*_words_needed(required), _no_control_characters, Length(max=most)],
        filters=[_trim],
        **options,
    )


def LongText(key: str, *, required: bool = False, most: int = 4000, **options: Any) -> TextAreaField:
    """Text of several lines; a short one gets a low box."""
    options.setdefault("render_kw", {"rows": 2 if most <= SHORT else 4})
    return TextAreaField(
        label(key),
        [*_words_needed(required), _no_control_characters, Length(max=most)],
        filters=[_trim],
        **options,
    )


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.replace(",", "").replace("，", "").strip() for text in valuelist])


def Whole(
    key: str, *, required: bool = False, least: int = 0, most: int = MOST, **options: Any
) -> IntegerField:
    """A whole number of pieces or days."""
    return _Whole(label(key), [*_needed(required), NumberRange(least, most)], **options)


class _Number(DecimalField):
    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(
            [unicodedata.normalize("NFKC", text).replace(",", "").strip() for text in valuelist]
        )
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(gettext("Please enter a number."))


def _decimals(places: int) -> Any:
    def check(_form: Any, field: Field) -> None:
        if field.data is not None and -field.data.normalize().as_tuple().exponent > places:
            raise ValidationError(gettext("At most %(places)s decimals are allowed.", places=places))

    return check


def Number(
    key: str,
    *,
    required: bool = False,
    least: str = "0",
    most: str = str(MOST),
    places: int = 3,
    **options: Any,
) -> DecimalField:
    """A number with decimals: a quantity, a price."""
    return _Number(
        label(key),
        [*_needed(required), NumberRange(Decimal(least), Decimal(most)), _decimals(places)],
        places=None,
        **options,
    )


def _sensible_day(_form: Any, field: Field) -> None:
    value = field.data.date() if isinstance(field.data, datetime) else field.data
    if value and not EARLIEST <= value <= date(2100, 1, 1):
        raise ValidationError(gettext("Please check the year."))


def Day(key: str, *, required: bool = False, **options: Any) -> DateField:
    return DateField(label(key), [*_needed(required), _sensible_day], **options)


class _Moment(DateTimeLocalField):
    """A moment typed in the factory's zone; aware outside the form."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self.data.replace(tzinfo=zone())

    def process_data(self, value: datetime | None) -> None:
        self.data = value.astimezone(zone()) if value else None


def Moment(key: str, *, required: bool = False, **options: Any) -> DateTimeLocalField:
    return _Moment(
        label(key),
        [*_needed(required), _sensible_day],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
        **options,
    )


def _or_none(value: Any) -> Any:
    return value or None


def whole_or_none(value: Any) -> int | None:
    """A number that a form or an address names a record by; None for what is none, or of a length that no
    record has."""
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def asked_id(name: str) -> int:
    """The record that the address names, such as ?complaint=7; 0, which is none, where it names nothing."""
    return whole_or_none(request.args.get(name)) or 0


def Choice(
    key: str, group: str | None = None, *, required: bool = False, radio: bool = False, **options: Any
) -> SelectField:
    """One of a list of the procedure file, by its code."""
    kind = RadioField if radio else SelectField
    blank = [] if radio else [("", "—")]
    if group is not None:
        options["choices"] = lambda: [*blank, *choices(group)]
    return kind(label(key), _one_needed(required), filters=[_or_none], **options)


class _Checks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def Choices(key: str, group: str, **options: Any) -> SelectMultipleField:
    """Any number of a list of the procedure file."""
    return _Checks(label(key), choices=lambda: choices(group), **options)


class _Reference(SelectField):
    """A record by its id, chosen from a list that the form fills; None when nothing is chosen."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(
            *args, coerce=lambda value: int(value) if value not in (None, "", "None") else None, **options
        )


def Reference(key: str, *, required: bool = False, **options: Any) -> SelectField:
    return _Reference(label(key), _one_needed(required), **options)


def Yes(key: str, **options: Any) -> BooleanField:
    return BooleanField(label(key), **options)


def reference_choices(rows: list[tuple[int, str]]) -> list[tuple[Any, str]]:
    return [("", "—"), *rows]


def defect_choices() -> list[SelectChoice]:
    """All defect codes, each with its category as parent, so that the second list follows the first."""
    found = [SelectChoice("", "—")]
    for category in rulebook().defects.values():
        found += [
            SelectChoice(f"{category.code}.{code}", in_language(name), {"data-parent": category.code})
            for code, name in category.codes.items()
        ]
    return found


class Form(FlaskForm):
    """Every form of the program."""

    def fault(self, field: str, message: str) -> None:
        """Adds a message beside a field."""
        self[field].errors = [*self[field].errors, message]


class StepForm(Form):
    """The form of a step: carries the record's version and a request id, so that a repeat changes nothing and
    a stale edit is seen."""

    request_id = HiddenField(default=lambda: secrets.token_urlsafe(16), filters=[_tokens])
    version = HiddenField()

    technical = frozenset({"csrf_token", "request_id", "version", "files", "kept_files", "password"})
    beside: frozenset[str] = frozenset()  # fields that check something and are no value of the record
    # whether a button was pressed that only fills the form in further: it comes back with all that is typed,
    # nothing is checked
    redraws = False
    # the address of what this form made when it was sent before, with other content (cs.web.submission)
    sent_already: str | None = None

    def redraw(self) -> None:
        """Fills in what was asked for, such as one more row; see `cs.rows.WithRows`."""

    def stamp(self, record: Any) -> None:
        """Notes what stands before the person: the record's version."""
        self.version.data = str(record.version) if record is not None else "0"

    def is_stale(self, record: Any) -> bool:
        """Whether the record is another by now than what the person saw."""
        return self.version.data != str(record.version)

    def offer(self, record: Any, on: datetime) -> None:
        """Fills the lists that the form offers."""

    def fill(self, record: Any, on: datetime) -> None:
        """Fills the values of a form that is shown for the first time: what the record says already."""
        for field in self.shown:
            if record is not None and hasattr(record, field.name):
                field.process_data(getattr(record, field.name))

    def check(self, record: Any, on: datetime) -> None:
        """Checks that need more than one field or the record; adds faults."""

    def following(self, record: Any) -> dict[str, Any] | None:
        """What the step is taken for next, as arguments of its address, such as the next line; None: the
        record's page comes."""
        return None

    def values(self) -> dict[str, Any]:
        """What the verb is called with."""
        return {
            name: field.data
            for name, field in self._fields.items()
            if name not in self.technical | self.beside
        }

    def accepts(self, record: Any, on: datetime) -> bool:
        """Validates; False leaves the messages beside the fields."""
        self.validate()
        for message in getattr(self, "file_faults", ()):
            self.fault("files", message)
        if not any(getattr(field, "unkeepable", False) for field in self):
            self.check(record, on)
        return not self.errors

    @property
    def shown(self) -> list[Field]:
        """The fields that a person fills in, in the order of the form."""
        return [field for name, field in self._fields.items() if name not in self.technical]


class WithFiles:
    """Photographs and documents with a form; those of a refused form wait under `kept_files`."""

    files = MultipleFileField(label("files"))
    kept_files = HiddenField(filters=[_tokens])

    def kept(self) -> list[PendingUpload]:
        tokens = [token for token in (self.kept_files.data or "").split() if token]
        return PendingUpload.of(current_user, tokens) if tokens else []


class Signed:
    """A signature: the password is asked again, but where a setting lets the one typed a little before do."""

    password = PasswordField(label("password"), [InputRequired(lazy_gettext("Sign with your password."))])
    password_fault: str | None = None
    covered_until: datetime | None = None

    def cover(self, until: datetime | None) -> None:
        """Until when no password is asked; None: it is."""
        self.covered_until = until
        self.password.validators = () if until else (InputRequired(gettext("Sign with your password.")),)


class ReasonForm(StepForm):
    """A step that needs nothing but its reason."""

    reason = LongText("reason", required=True)


def file_store() -> FileStore:
    store: FileStore = current_app.extensions["files"]
    return store


def stage(form: Any) -> list[Stored]:
    """Takes the files of a form into the store, before any transaction; a refused one leaves a message beside
    the field."""
    stored, faults = [], []
    uploads = [upload for upload in form.files.data or [] if upload and upload.filename]
    most = current_app.config["CS_FILES_AT_ONCE"]
    if len(uploads) > most:
        faults.append(gettext("At most %(most)s files at once.", most=most))
        uploads = uploads[:most]
    for upload in uploads:
        try:
            stored.append(file_store().accept(upload.stream, upload.filename))
        except FileRefused as refused:
            faults.append(file_message(refused))
    form.file_faults, form.staged = faults, stored
    return stored


def file_message(refused: FileRefused) -> str:
    return gettext(FILE_MESSAGES[refused.code], **refused.params)
