"""The forms with which a complaint ends: closed or void (Q12, 5.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.web.fields import LongText, ReasonForm, Signed, StepForm
from cs.web.number_fields import Number
from cs.wording.formats import list_in_words


class CloseForm(Signed, StepForm):
    """Q12; what the complaint cost where it is known (7.4-62): the goods replaced count by their orders."""

    closing_note = LongText("closing_note", most=1000)
    cost_rework = Number("cost_rework", places=2)
    cost_scrap = Number("cost_scrap", places=2)
    cost_freight = Number("cost_freight", places=2)
    cost_deduction = Number("cost_deduction", places=2)


class VoidForm(ReasonForm):
    """5.6: not while a return or a replenishment of it is under way (5.3.5)."""

    def check(self, record: Any, on: datetime) -> None:
        if record.goods_on_the_way:
            self.fault(
                "reason",
                gettext(
                    "%(numbers)s of this complaint are still open: complete or void them first.",
                    numbers=list_in_words(one.number for one in record.goods_on_the_way),
                ),
            )


class GrantForm(StepForm):
    """5.3.5: what was asked for stands above; nothing need be added."""

    reason = LongText("remarks", most=500)
