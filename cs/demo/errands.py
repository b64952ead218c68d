"""What goes its own way beside a case of the demo, in the time that it has until now."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from random import Random

from flask import current_app

from cs.demo.photographs import photograph
from cs.demo.stories import Story
from cs.demo.trade import random_for
from cs.demo.walks import DemoYear
from cs.records.attachments import attach
from cs.records.procedure import local_day
from cs.records.record import Record
from cs.records.users import User

HOUR = timedelta(hours=1)
DAY_HOURS = 8


class Errand:
    """A task beside its case and the moments of its steps.

    What waits today goes faster where its case leaves it little time, and begins later where there is
    much.
    """

    def __init__(self, year: DemoYear, name: str, on: datetime) -> None:
        self.year, self.on, self.name = year, on, name
        self.rng = random_for(name)
        self.pace = 1.0

    @property
    def over(self) -> bool:
        """Tell whether the record has reached a final state."""
        record = getattr(self, "record", None)
        return record is not None and record.workflow.state(record.state).final

    @property
    def today(self) -> date:
        return local_day(self.on)

    def fit(self, hours: float, days: float) -> None:
        """Set the pace so that steps of so many working hours have been taken by now, the last about so
        many days ago."""
        wait = days * DAY_HOURS
        left = self.year.calendar.working_hours_between(self.on, self.year.now) / HOUR
        if left > hours + wait:
            self.on = self._after(left - hours - wait)
        elif left > 0:
            self.pace = 0.95 * left / (hours + min(wait, left / 4))
        else:
            self.pace = 0.0

    def _after(self, hours: float) -> datetime:
        return self.year.calendar.add_working_hours(self.on, hours).replace(microsecond=0)

    def later(self, hours: float) -> datetime:
        """Move on by some working hours, at most as many as `fit` has counted on."""
        share = self.rng.uniform(0.75, 1.0)
        self.on = max(self.on, self._after(hours * share * self.pace))
        return self.on

    def day_in(self, hours: float) -> date:
        """Return the day on which so many hours will have passed, at the pace of this errand."""
        return local_day(self._after(hours * 0.85 * self.pace))

    def days(self, days: int) -> date:
        return self.year.calendar.add_working_days(self.today, days)

    def one_of(self, *usernames: str) -> User:
        return self.year.people[self.rng.choice(usernames)]


def take_picture(record: Record, story: Story, rng: Random, *, step: str, by: User, on: datetime) -> None:
    """Attach a picture after the verb of its step, as the form does; none where nothing is to be seen."""
    scene, slip = story.photograph()
    if not scene:
        return
    content = io.BytesIO(photograph(scene, slip, rng))
    stored = current_app.extensions["files"].accept(content, f"IMG_{on:%Y%m%d_%H%M%S}.jpg")
    attach(record, [stored], step=step, by=by, on=on)
