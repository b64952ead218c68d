"""Talks with the customer and samples within a demo case (5.2.1.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from cs.demo.case_file import CaseFile
from cs.demo.case_words import SAMPLE_ENDS, SAMPLE_NOTES
from cs.demo.walks import Walk


class SampleWalk:
    """The questions of quality to the customer, and the samples that it receives."""

    def __init__(self, case: CaseFile) -> None:
        self.case = case

    def look_closer(self) -> Walk:
        """Ask the customer for what quality needs before it signs its analysis."""
        case = self.case
        plot, complaint, today, rng = case.plot, case.complaint, case.on.date(), case.rng
        if plot.sample:
            yield from case.until("ask_sample")
            complaint.request_sample(
                quantity=min(2, case.story.n),
                requested_on=case.on.date(),
                note=case.rng.choice(SAMPLE_NOTES),
                expected_on=case.year.calendar.add_working_days(case.on.date(), 1),
                by=case.inspector,
                on=case.on,
            )
        if plot.talk:
            yield from case.until("talk")
            complaint.contact(
                at=case.on - timedelta(minutes=rng.randint(3, 25)),
                channel="email" if case.story.foreign else "phone",
                contact_name=case.story.contact.name,
                said=case.story.talk(),
                by=case.rng.choice((case.inspector, case.clerk)),
                on=case.on,
            )
        if plot.sample in ("given_back", "scrapped", "here"):
            calendar = (
                case.year.calendar
            )  # it comes the next day: from near by the customer's car, from far off by express
            yield from case.rest(calendar.end_of(today), timedelta(hours=rng.uniform(0.6, 2.5)))
            complaint.receive_sample(
                sample_id=complaint.samples[0].id,
                sent_on=max(today, case.complaint.samples[0].requested_on),
                received_on=case.on.date(),
                received_qty=min(2, case.story.n),
                location=rng.choice(("品质部待检柜A2", "品质部待检柜B1", "客诉样品架3层")),
                by=case.inspector,
                on=case.on,
            )
        if plot.sample and plot.sample != "awaited":
            case.year.start(self._sample_after(case.on, plot.sample))

    def _sample_after(self, on: datetime, end: str) -> Walk:
        """Move the sample on from the bench, to its end."""
        case = self.case
        sample = case.complaint.samples[0].id
        calendar = case.year.calendar
        if end != "never_came":
            on = calendar.add_working_hours(on, case.rng.uniform(1, 6)).replace(microsecond=0)
            yield on
            case.complaint.move_sample(
                sample_id=sample,
                location=case.rng.choice(("解剖分析室", "听音室", "老化房", "可靠性实验室")),
                by=case.inspector,
                on=on,
            )
        if end == "here":
            return
        on = calendar.add_working_hours(on, case.rng.uniform(20, 95)).replace(microsecond=0)
        yield on
        note = case.rng.choice(SAMPLE_ENDS[end])
        case.complaint.end_sample(
            sample_id=sample, sample_end=end, ended_on=on.date(), note=note, by=case.inspector, on=on
        )
