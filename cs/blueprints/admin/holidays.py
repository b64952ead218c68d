"""The factory's calendar: the country's feasts, and the days on which this factory does otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from cs.blueprints.admin.common import AdminForm, answer, blueprint, filled, me, nothing, of
from cs.models.holidays import SiteDay, national_calendar, national_feasts, work_calendar
from cs.procedure.authority import Permission
from cs.queries.site_health import house_state
from cs.web.access import requires
from cs.web.fields import Day, Text
from cs.web.responses import say, show
from cs.wording.words import label, term, today

MOST_DAYS = 60  # the longest shutdown that is entered at once
FIRST_YEAR = 2004  # from which the country's calendar is known


@blueprint.route("/holidays/")
@requires(Permission.ADMINISTER)
def holidays() -> Any:
    """A year: the country's feasts, and the days on which this factory does otherwise."""
    year = request.args.get("year", type=int) or today().year
    if not FIRST_YEAR <= year <= today().year + 5:
        abort(404)
    calendar, national = work_calendar(), national_calendar()
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = SiteDay.of(first, last)
    working = sum(calendar.is_working(first + timedelta(days=n)) for n in range((last - first).days + 1))
    return show(
        "admin/holidays.html",
        year=year,
        days=days,
        feasts=national_feasts(year),
        working_days=working,
        known_until=national.known_until,
        national={one.day: national.is_working(one.day) for one in days},
        state=house_state(datetime.now(UTC)),
    )


class SiteDayForm(AdminForm):
    day = Day("day", required=True)
    last_day = Day("last_day")
    works = RadioField(
        label("day_kind"),
        [InputRequired(lazy_gettext("Please choose one."))],
        choices=lambda: [("rests", term("rests")), ("works", term("works"))],
    )
    note = Text("note", required=True, most=100)

    def days(self) -> list[date]:
        last = self.last_day.data or self.day.data
        return [self.day.data + timedelta(days=n) for n in range((last - self.day.data).days + 1)]

    def check(self, record: Any, on: datetime) -> None:
        if self.errors or self.day.data is None:
            return
        if self.last_day.data and self.last_day.data < self.day.data:
            self.fault("last_day", gettext("This is before the first day."))
        elif len(self.days()) > MOST_DAYS:
            self.fault("last_day", gettext("At most %(most)s days at once.", most=MOST_DAYS))
        elif entered := [one for one in SiteDay.of(self.days()[0], self.days()[-1]) if one.active]:
            self.fault(
                "day",
                gettext(
                    "%(day)s is already entered: %(note)s. Withdraw it first.",
                    day=entered[0].day,
                    note=entered[0].note,
                ),
            )


@blueprint.route("/holidays/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def new_days() -> Any:
    """Days on which the factory works or rests whatever the country does."""
    form = filled(SiteDayForm)

    def act(_record: None, on: datetime) -> str:
        for day in form.days():
            SiteDay.set(day=day, works=form.works.data == "works", note=form.note.data, by=me(), on=on)
        say(gettext("%(count)s day(s) entered.", count=len(form.days())))
        return url_for("admin.holidays", year=form.day.data.year)

    return answer(form, "admin/day_form.html", nothing, act, back=url_for("admin.holidays"))


@blueprint.route("/holidays/<int:record_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def withdraw_day(record_id: int) -> Any:
    """The day follows the country's calendar again."""
    form = filled(AdminForm)

    def act(record: SiteDay, on: datetime) -> str:
        record.withdraw(by=me(), on=on)
        say(gettext("%(day)s follows the national calendar again.", day=record.day))
        return url_for("admin.holidays", year=record.day.year)

    return answer(
        form,
        "admin/confirm.html",
        of(SiteDay, record_id, active=True),
        act,
        back=url_for("admin.holidays"),
        kind="site_day",
        step="withdraw",
        what=gettext("The day follows the national calendar again. Due dates already given do not change."),
    )
