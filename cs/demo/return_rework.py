"""What is decided of the goods of a demo return, and their rework (5.3.1, 3.4–3.6)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cs.demo.errands import take_picture
from cs.demo.return_slips import HOURS, RegisteredReturn
from cs.demo.returns_said import (
    BOOKED,
    EFFECT,
    INSPECTED,
    INSTRUCTIONS,
    REINSPECTED,
)
from cs.demo.walks import Walk
from cs.models.returns.lines import ReturnLine


class Workshop:
    """The inspection and the rework of one return."""

    def __init__(self, errand: RegisteredReturn) -> None:
        self.errand = errand

    def _decided(self, line: ReturnLine, first: bool) -> dict[str, Decimal]:
        """Return the decision on a line: of pieces that were sent along for checking, only some are bad."""
        errand = self.errand
        there = int(line.tally.uninspected)
        suspected = max(2, errand.story.n) if first else 1
        bad = there if errand.again else min(there, suspected)
        condition = errand.condition
        if not first and condition != "as_is" and errand.rng.random() < 0.5:
            condition = "good"
        parts = {
            "good": (("ntf", 1),),
            "as_is": (("as_is", there),),
            "scrap": (("scrapped", bad),),
            "rework": (("rework", bad),),
            "mixed": (("rework", max(bad - 1, 1)), ("scrapped", 1), ("as_is", 1)),
        }[condition]
        decided = {}
        for name, pieces in parts:
            decided[name] = min(pieces, there)
            there -= decided[name]
        return {name: Decimal(pieces) for name, pieces in [*decided.items(), ("accepted", there)] if pieces}

    def inspect(self) -> Walk:
        """Inspect line by line; in portions, the good pieces of the first line follow its bad ones."""
        errand = self.errand
        record, by = errand.record, errand.one_of("quality_inspector", "zhangwei", "yangfan")
        yield errand.later(HOURS["inspect"])
        for n, line in enumerate(record.lines):
            decided = self._decided(line, n == 0)
            if errand.slip.portions and n == 0 and len(decided) > 1:
                name = next(iter(decided))
                record.inspect(
                    line_id=line.id,
                    bookings={name: decided.pop(name)},
                    note=errand.rng.choice(INSPECTED[name]),
                    by=by,
                    on=errand.on,
                )
                if errand.slip.waits_for == "inspect":
                    return
                yield errand.later(0.8)
            note = errand.rng.choice(INSPECTED[next(iter(decided))]) if n == 0 else None
            record.inspect(line_id=line.id, bookings=decided, note=note, by=by, on=errand.on)
        if errand.condition in ("scrap", "mixed"):
            take_picture(record, errand.story, errand.rng, step="inspect", by=by, on=errand.on)

    def instruct(self) -> Walk:
        errand = self.errand
        yield errand.later(HOURS["instruct"])
        words = INSTRUCTIONS.get(errand.story.category, INSTRUCTIONS[""])
        number = f"RW-{errand.today:%y%m}-{errand.year.count('rework'):02d}"
        errand.record.instruct(
            line_ids=[line.id for line in errand.record.lines_for("uninstructed")],
            instruction=errand.story.say(errand.rng.choice(words)),
            instruction_no=number,
            by=errand.one_of("process_engineer", "process_engineer", "panlei"),
            on=errand.on,
        )

    def plan_rework(self) -> Walk:
        errand = self.errand
        yield errand.later(HOURS["plan_rework"])
        planned = max(
            errand.day_in(HOURS["rework"]),
            errand.days(errand.rng.randint(0, 3)) if errand.slip.waits_for == "rework" else errand.today,
        )
        errand.record.plan_rework(
            line_ids=[line.id for line in errand.record.lines_for("unplanned")],
            rework_on=self._not_after(planned),
            by=errand.one_of("planner", "fengting"),
            on=errand.on,
        )

    def _not_after(self, day: date) -> date:
        """Return the day, brought forward to when the goods are due back unless that is past."""
        errand = self.errand
        due = errand.record.return_by
        return min(day, due) if due and due >= errand.today else day

    def rework(self) -> Walk:
        """Book the reworked pieces, at once or in two portions; a return that waits has the second open."""
        errand = self.errand
        record, hours = errand.record, HOURS["rework"]
        yield errand.later(hours / 2)
        for line in record.lines_for("to_rework"):
            by, all_of_it = errand.one_of("production_operator", "heping"), int(line.tally.to_rework)
            part = all_of_it // 2 if errand.slip.portions and all_of_it > 1 else all_of_it
            record.rework(
                line_id=line.id, quantity=Decimal(part), note=errand.rng.choice(BOOKED), by=by, on=errand.on
            )
            if errand.slip.waits_for == "rework":
                return
            yield errand.later(hours / 4)
            if part < all_of_it:
                record.rework(
                    line_id=line.id, quantity=Decimal(all_of_it - part), note=None, by=by, on=errand.on
                )

    def reinspect(self) -> Walk:
        errand = self.errand
        yield errand.later(HOURS["reinspect"])
        for line in errand.record.lines_for("to_reinspect"):
            there = int(line.tally.to_reinspect)
            failed = 1 if there > 2 and errand.rng.random() < 0.5 else 0
            bookings = {"passed": Decimal(there - failed)} | ({"failed": Decimal(failed)} if failed else {})
            errand.record.reinspect(
                line_id=line.id,
                bookings=bookings,
                note=errand.rng.choice(REINSPECTED[failed]),
                by=errand.one_of("quality_inspector", "zhangwei", "yangfan"),
                on=errand.on,
            )

    def judge_effect(self) -> Walk:
        """Judge the effect of the rework on the day on which that is due (3.4)."""
        errand = self.errand
        record = errand.record
        if not record.effect_awaited(errand.on) or record.effect_due_at is None:
            return
        errand.on = max(errand.on, record.effect_due_at - timedelta(hours=errand.rng.randint(1, 3)))
        yield errand.on
        effect = "ineffective" if errand.rng.random() < 0.2 else "effective"
        grounds, follow_up = errand.rng.choice(EFFECT[effect])
        record.judge_effect(
            effect=effect,
            effect_note=grounds,
            effect_follow_up=follow_up,
            by=errand.one_of("process_engineer", "panlei"),
            on=errand.on,
        )
