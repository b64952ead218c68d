"""What stands in the way of the next main step of a return, in words (5.3.3, 5.3.1, 3.4–3.6, 5.3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from cs.blueprints.returns.handling_forms import line_in_words, quantity_in_words
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure.workflow import Step
from cs.wording.labels import step_name


@dataclass(frozen=True)
class Obstacles:
    """The step that is not open yet, and what must be done before it."""

    step: str
    reasons: list[str]


def obstacles_of(record: Return, on: datetime) -> Obstacles | None:
    """Return what keeps the next main step closed; None where nothing does."""
    for step in record.workflow.steps:
        if record.state in step.sources and step.name in REASONS and step not in record.open_steps(on):
            reasons = reasons_of(record, step, on)
            if reasons:
                return Obstacles(step_name("return", step.name), reasons)
    return None


def reasons_of(record: Return, step: Step, on: datetime) -> list[str]:
    """Return what must be done before a step, line by line; nothing for a step without reasons of its own."""
    reasons = REASONS.get(step.name)
    return list(reasons(record, on)) if reasons else []


def _uncounted(record: Return, _on: datetime) -> Iterator[str]:
    for line in record.lines_for("uncounted"):
        yield gettext(
            "%(line)s: %(quantity)s on the slip, not counted yet.",
            line=line_in_words(record, line),
            quantity=quantity_in_words(line.slip_qty, line),
        )


def _unfinished(record: Return, _on: datetime) -> Iterator[str]:
    for line in record.lines:
        words = line_in_words(record, line)
        if line.differs:
            yield gettext("%(line)s: the difference to the slip is not settled.", line=words)
        if line.tally.uninspected:
            quantity = quantity_in_words(line.tally.uninspected, line)
            yield gettext("%(line)s: %(quantity)s are not inspected.", line=words, quantity=quantity)
        if line.tally.rework_open:
            yield _rework_in_words(words, line)


def _rework_in_words(words: str, line: ReturnLine) -> str:
    """Return how far the rework of a line is."""
    quantity = quantity_in_words(line.tally.rework_open, line)
    if line.instruction is None:
        return str(gettext("%(line)s: the rework instruction is not written.", line=words))
    if line.rework_on is None:
        return str(gettext("%(line)s: the rework is not scheduled.", line=words))
    return str(
        gettext(
            "%(line)s: %(quantity)s are still to be reworked or re-inspected.", line=words, quantity=quantity
        )
    )


def _goods_wanted(record: Return, on: datetime) -> Iterator[str]:
    if record.goods_awaited(on):
        yield gettext(
            "The customer wants goods at once: apply for a replenishment, or say why there is none."
        )


REASONS: dict[str, Callable[[Return, datetime], Iterator[str]]] = {
    "all_counted": _uncounted,
    "give_back": _unfinished,
    "close": _goods_wanted,
    "leave_there": _goods_wanted,
}
