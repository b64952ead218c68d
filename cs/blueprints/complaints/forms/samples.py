"""The forms of talks with the customer and of defect samples (5.2.1.3, 5.2.2.1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import gettext

from cs.models.complaints.complaint import Complaint
from cs.models.complaints.samples import Sample
from cs.records.procedure import local_day, rulebook
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    Moment,
    Reference,
    StepForm,
    Text,
    WithFiles,
    reference_choices,
)
from cs.web.number_fields import Whole
from cs.wording.formats import format_day
from cs.wording.labels import choices, term


class ContactForm(WithFiles, StepForm):
    """5.2.1.3: a talk with the customer, and what was said."""

    at = Moment("at", required=True)
    channel = Choice("channel", "channel", required=True)
    contact_name = Text("contact_name", required=True)
    said = LongText("said", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        self.at.process_data(on)
        self.contact_name.data = record.contact_name

    def check(self, record: Any, on: datetime) -> None:
        if self.at.data and self.at.data > on:
            self.fault("at", gettext("This is in the future."))
        elif self.at.data and self.at.data < record.heard_at.replace(second=0, microsecond=0):
            self.fault("at", gettext("This is before we first heard of the complaint."))


class RequestSampleForm(StepForm):
    """5.2.1.3: a defect sample is asked for."""

    quantity = Whole("quantity", required=True, least=1)
    requested_on = Day("requested_on", required=True)
    expected_on = Day("expected_on")
    note = LongText("note", most=500)

    def fill(self, record: Any, on: datetime) -> None:
        self.requested_on.data = local_day(on)

    def check(self, record: Any, on: datetime) -> None:
        _not_after_today(self, "requested_on", on)
        asked = self.requested_on.data
        if asked and asked < local_day(record.heard_at):
            self.fault("requested_on", gettext("This is before we first heard of the complaint."))
        if rulebook().reply.paused_by_sample and not self.expected_on.data:
            self.fault(
                "expected_on",
                gettext("Until then the reply time is paused: enter when the sample is expected."),
            )
        if asked and self.expected_on.data and self.expected_on.data < asked:
            self.fault("expected_on", gettext("It cannot arrive before it was requested."))


class _OneSample(StepForm):
    """A form about one of the complaint's samples; where only one is meant, it is not asked for."""

    sample_id = Reference("defect_sample", required=True)

    which: ClassVar[str]  # the question that a sample answers with yes where this step can be about it

    def meant(self, record: Complaint) -> list[Sample]:
        """Return the samples that this step can be about."""
        return [one for one in record.samples if getattr(one, self.which)]

    def offer(self, record: Any, on: datetime) -> None:
        self.sample_id.choices = reference_choices([(one.id, _in_words(one)) for one in self.meant(record)])
        if len(self.meant(record)) == 1:
            self.sample_id.data = self.meant(record)[0].id

    def chosen(self, record: Complaint) -> Sample | None:
        return next((one for one in self.meant(record) if one.id == self.sample_id.data), None)

    def accepts(self, record: Any, on: datetime) -> bool:
        if len(self.meant(record)) == 1:
            self.sample_id.raw_data = [str(self.meant(record)[0].id)]
        return super().accepts(record, on)

    @property
    def asks_which(self) -> bool:
        return len(self.sample_id.choices) > 2


class ReceiveSampleForm(WithFiles, _OneSample):
    """The sample is here: at quality, at sales, or at the warehouse's gate."""

    sent_on = Day("sent_on")
    received_on = Day("received_on", required=True)
    received_qty = Whole("received_qty", required=True, least=1)
    location = Text("location", required=True)

    which = "is_awaited"

    def fill(self, record: Any, on: datetime) -> None:
        self.received_on.data = local_day(on)
        if len(self.meant(record)) == 1:
            self.received_qty.data = self.meant(record)[0].quantity

    def check(self, record: Any, on: datetime) -> None:
        sample = self.chosen(record)
        _not_after_today(self, "sent_on", on)
        _not_after_today(self, "received_on", on)
        if sample is None:
            return
        for name in ("sent_on", "received_on"):
            if self[name].data and self[name].data < sample.requested_on:
                self.fault(
                    name,
                    gettext(
                        "This is before it was requested (%(day)s).", day=format_day(sample.requested_on)
                    ),
                )
        if self.sent_on.data and self.received_on.data and self.received_on.data < self.sent_on.data:
            self.fault("received_on", gettext("It cannot arrive before it was sent."))


class MoveSampleForm(_OneSample):
    location = Text("location", required=True)

    which = "is_here"


class EndSampleForm(_OneSample):
    """Given back, scrapped, or it never came."""

    sample_end = Choice("sample_end", required=True, radio=True)
    ended_on = Day("ended_on", required=True)
    note = LongText("note", most=500)

    which = "is_open"

    def offer(self, record: Any, on: datetime) -> None:
        super().offer(record, on)
        possible = {_end_of(one, code) for one in self.meant(record) for code, _name in choices("sample_end")}
        self.sample_end.choices = [(code, name) for code, name in choices("sample_end") if code in possible]

    def fill(self, record: Any, on: datetime) -> None:
        self.ended_on.data = local_day(on)

    def check(self, record: Any, on: datetime) -> None:
        sample, ended = self.chosen(record), self.ended_on.data
        _not_after_today(self, "ended_on", on)
        if sample is None:
            return
        begun: date = sample.received_on or sample.requested_on
        if ended and ended < begun:
            self.fault(
                "ended_on",
                gettext("This is before %(day)s, when it was requested or arrived.", day=format_day(begun)),
            )
        if self.sample_end.data and _end_of(sample, self.sample_end.data) is None:
            self.fault(
                "sample_end",
                gettext(
                    "A sample that arrived cannot end as “Never came”; one that did not arrive cannot "
                    "be given back or scrapped."
                ),
            )


def _in_words(sample: Sample) -> str:
    """Return how many there are, since when, and where."""
    since = (
        (term("received_on"), sample.received_on)
        if sample.received_on
        else (term("requested_on"), sample.requested_on)
    )
    return " · ".join(
        [
            f"{term('quantity')} {sample.received_qty or sample.quantity}",
            f"{since[0]} {format_day(since[1])}",
            *([sample.location] if sample.location else []),
        ]
    )


def _end_of(sample: Sample, code: str) -> str | None:
    """Return the end, where a sample can have it: only what is awaited can never have come, only what is
    here can be given back or scrapped."""
    return code if (code == "never_came") == sample.is_awaited else None


def _not_after_today(form: StepForm, name: str, on: datetime) -> None:
    if form[name].data and form[name].data > local_day(on):
        form.fault(name, gettext("This is in the future."))
