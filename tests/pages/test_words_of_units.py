"""A unit stands in the singular beside one piece, in English."""

from __future__ import annotations

import pytest

from cs.wording.labels import unit_beside
from cs.wording.language import current_language

WORDS = {
    ("1", "unit"): "unit",
    (1, "set"): "set",
    ("+1", "box"): "box",
    ("2", "unit"): "units",
    ("0.5", "kg"): "kg",
    (1, "kg"): "kg",
    ("11", "set"): "sets",
}


@pytest.mark.parametrize(("quantity", "unit"), WORDS)
def test_one_is_singular(app, quantity, unit):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert current_language() == "en"
        assert unit_beside(quantity, unit) == WORDS[quantity, unit]


def test_chinese_has_one_word(app):
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert (unit_beside(1, "unit"), unit_beside(2, "unit")) == ("台", "台")
