"""The factory's calendar: public holidays, and the days on which this factory differs from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from cs.blueprints.admin.common import (
    AdminForm,
    blueprint,
    existing_record,
    form_with_input,
    handle_form,
    no_record,
    signed_in_user,
)
from cs.models.holidays import SiteDay, national_calendar, national_feasts, work_calendar
from cs.procedure.authority import Permission
from cs.queries.site_health import read_site_health
from cs.web.access import requires
from cs.web.fields import Day, Text
from cs.web.responses import say, show
from cs.wording.formats import local_today
from cs.wording.labels import label, term

MAX_DAYS = 60  # of a shutdown that is entered at once
FIRST_YEAR = 2004  # of the public calendar


@blueprint.route("/holidays/")
@requires(Permission.ADMINISTER)
def holidays() -> ResponseReturnValue:
    """Show a year: public holidays, and the days on which this factory differs from them."""
    year = request.args.get("year", type=int) or local_today().year
    if not FIRST_YEAR <= year <= local_today().year + 5:
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
        national={site_day.day: national.is_working(site_day.day) for site_day in days},
        state=read_site_health(datetime.now(UTC)),
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

    def _days_entered_before(self) -> list[SiteDay]:
        days = self.days()
        return [site_day for site_day in SiteDay.of(days[0], days[-1]) if site_day.active]

    def check(self, record: Any, on: datetime) -> None:
        if self.errors or self.day.data is None:
            return
        if self.last_day.data and self.last_day.data < self.day.data:
            self.fault("last_day", gettext("This is before the first day."))
        elif len(self.days()) > MAX_DAYS:
            self.fault("last_day", gettext("At most %(most)s days at once.", most=MAX_DAYS))
        elif entered := self._days_entered_before():
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
def new_days() -> ResponseReturnValue:
    """Enter days on which the factory works or rests, whatever the public calendar says."""
    form = form_with_input(SiteDayForm)

    def act(_record: None, on: datetime) -> str:
        for day in form.days():
            SiteDay.set(
                day=day, works=form.works.data == "works", note=form.note.data, by=signed_in_user(), on=on
            )
        say(gettext("%(count)s day(s) entered.", count=len(form.days())))
        return url_for("admin.holidays", year=form.day.data.year)

    return handle_form(form, "admin/day_form.html", no_record, act, back=url_for("admin.holidays"))


@blueprint.route("/holidays/<int:record_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def withdraw_day(record_id: int) -> ResponseReturnValue:
    """Withdraw a day: it follows the public calendar again."""
    form = form_with_input(AdminForm)

    def act(record: SiteDay, on: datetime) -> str:
        record.withdraw(by=signed_in_user(), on=on)
        say(gettext("%(day)s follows the national calendar again.", day=record.day))
        return url_for("admin.holidays", year=record.day.year)

    return handle_form(
        form,
        "admin/confirm.html",
        existing_record(SiteDay, record_id, active=True),
        act,
        back=url_for("admin.holidays"),
        kind="site_day",
        step="withdraw",
        what=gettext("The day follows the national calendar again. Due dates already given do not change."),
    )
