"""The form by which process engineering judges the effect of rework (3.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.models.returns.customer_return import Return
from cs.procedure import returns as procedure
from cs.web.effects import check_effect_day, effect_notice
from cs.web.fields import Choice, LongText, StepForm, WithFiles


class EffectForm(WithFiles, StepForm):
    """Effective only once its day has come; not effective at any time, with what follows."""

    effect = Choice("effect", "effect", required=True, radio=True)
    effect_note = LongText("effect_note", required=True, most=1000)
    effect_follow_up = LongText("effect_follow_up", most=1000)

    def offer(self, record: Return, on: datetime) -> None:
        self.notice = effect_notice(record.effective_from, on)

    def fill(self, record: Any, on: datetime) -> None:
        """Leave the form empty: there is one judgement."""

    def check(self, record: Return, on: datetime) -> None:
        ineffective = self.effect.data == procedure.INEFFECTIVE
        if ineffective and not self.effect_follow_up.data:
            self.fault("effect_follow_up", gettext("The rework was not effective: say what follows."))
        if self.effect.data and not ineffective:
            check_effect_day(self, "effect", record.effective_from, on)
