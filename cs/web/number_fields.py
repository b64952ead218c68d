"""Fields for whole numbers and for numbers with decimals, as people type them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField, Field, IntegerField
from wtforms.validators import NumberRange, ValidationError

from cs.web.fields import needed_validators
from cs.wording.labels import label

MAX_NUMBER = 999_999_999
MAX_DIGITS = 20


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        texts = [text.replace(",", "").replace("，", "").strip() for text in valuelist]
        if any(len(text) > MAX_DIGITS for text in texts):  # the check of its range fails beyond a float
            raise ValueError(gettext("Please enter a number."))
        super().process_formdata(texts)


def Whole(
    key: str, *, required: bool = False, least: int = 0, most: int = MAX_NUMBER, **options: Any
) -> IntegerField:
    """Return a field for a whole number of pieces or days."""
    return _Whole(label(key), [*needed_validators(required), NumberRange(least, most)], **options)


class _Number(DecimalField):
    data: Decimal | None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(
            [unicodedata.normalize("NFKC", text).replace(",", "").strip() for text in valuelist]
        )
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(gettext("Please enter a number."))


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
        [*needed_validators(required), NumberRange(Decimal(least), Decimal(most)), _decimals(places)],
        places=None,
        **options,
    )
