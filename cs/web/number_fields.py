"""Fields for whole numbers and for numbers with decimals, as people type them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField, Field, IntegerField
from wtforms.validators import NumberRange, StopValidation, ValidationError

from cs.records.texts import cleaned
from cs.records.typed_values import read_number
from cs.web.fields import needed_validators
from cs.wording.labels import label

MAX_NUMBER = 999_999_999
MAX_DIGITS = 20


def _number_in(text: str) -> Decimal:
    """Return the number typed; ValueError with the message where it is none."""
    number = read_number(text)
    if number is None and "," in text.replace("，", ","):
        raise ValueError(gettext("A comma separates thousands, as in 1,000; a decimal point is a dot."))
    if number is None or len(number.as_tuple().digits) > MAX_DIGITS:  # beyond a float no range is checked
        raise ValueError(gettext("Please enter a number."))
    return number


def _read(_form: Any, field: Field) -> None:
    """Leave it at one message where no number could be read."""
    if field.process_errors:
        raise StopValidation


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = texts = [cleaned(text) for text in valuelist]
        if not texts:
            return
        self.data = None
        if not texts[0]:
            return
        number = _number_in(texts[0])
        if number != number.to_integral_value():
            raise ValueError(gettext("Please enter a whole number."))
        self.data = int(number)


def Whole(
    key: str, *, required: bool = False, least: int = 0, most: int = MAX_NUMBER, **options: Any
) -> IntegerField:
    """Return a field for a whole number of pieces or days."""
    return _Whole(label(key), [*needed_validators(required), _read, NumberRange(least, most)], **options)


class _Number(DecimalField):
    data: Decimal | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = texts = [cleaned(text) for text in valuelist]
        if not texts:
            return
        self.data = None
        if texts[0]:
            self.data = _number_in(texts[0])


def decimal_places(value: Decimal) -> int:
    """Return the decimals of a finite number, without zeros at its end; nothing is rounded."""
    _sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    ending = len(text) - len(text.rstrip("0"))
    return max(0, -int(exponent) - ending) if any(digits) else 0


def _decimals(places: int) -> Any:
    def check(_form: Any, field: Field) -> None:
        if field.data is not None and decimal_places(field.data) > places:
            raise ValidationError(gettext("At most %(places)s decimals are allowed.", places=places))

    return check


def Number(
    key: str,
    *,
    required: bool = False,
    least: str = "0",
    most: str = str(MAX_NUMBER),
    places: int = 3,
    **options: Any,
) -> DecimalField:
    """Return a field for a number with decimals: a quantity, a price."""
    return _Number(
        label(key),
        [*needed_validators(required), _read, NumberRange(Decimal(least), Decimal(most)), _decimals(places)],
        places=None,
        **options,
    )
