"""The scan box and the labels (5.3.3): a scanner types what a label says and Enter, and the step that is open
there to this person appears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from cs.drawing import codes
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.record import find
from cs.web.access import requires
from cs.web.fields import StepForm, whole_or_none
from cs.web.options import address_of, by_any_number
from cs.web.responses import go, say, show
from cs.wording.words import step_name


def mount_scanning(blueprint: Blueprint, forms: Mapping[str, type[StepForm]]) -> None:
    """Adds to the blueprint of returns: /scan?code=…, and /<id>/labels with ?line= for one of them."""

    @requires(Permission.READ)
    def scan() -> Any:
        """The record whose number was typed, or of a line the step that is open to this person; without a
        number the box alone."""
        typed = request.args.get("code", "")
        number, place = codes.read(typed)
        if not number:
            return _ask(None)
        record = by_any_number(number)
        if (
            record is None and (own := by_any_number(codes.as_written(typed))) is not None
        ):  # a number that the factory gave itself, whatever its signs
            return go(address_of(own.kind, own.id))
        if record is None or (place is not None and not isinstance(record, Return)):
            return _ask(
                gettext(
                    "There is no record with the number %(code)s.",
                    code=number if place is None else f"{number}/{place}",
                )
            )
        if place is None:
            return go(address_of(record.kind, record.id))
        line = record.line_at(place)
        if line is None:
            count = len(record.lines)
            return _ask(
                ngettext(
                    "%(number)s has no line %(line)s, but %(num)d line.",
                    "%(number)s has no line %(line)s, but %(num)d lines.",
                    count,
                    number=record.number,
                    line=place,
                )
            )
        return _to_line(record, line, forms)

    @requires(Permission.READ)
    def labels(record_id: int) -> Any:
        """Labels to be printed: of the return as a whole and of each line, or of the one line that the
        address names."""
        record = find(Return, record_id) or abort(404)
        if not record.has_labels:
            abort(404)
        asked = request.args.get("line")
        lines = [line for line in record.labelled if asked is None or line.id == whole_or_none(asked)]
        if asked is not None and not lines:
            abort(404)
        return show(
            "returns/labels.html", record=record, lines=lines, whole=asked is None, picture=codes.picture
        )

    blueprint.add_url_rule("/scan", view_func=scan)
    blueprint.add_url_rule("/<int:record_id>/labels", view_func=labels)


def _to_line(record: Return, line: ReturnLine, forms: Mapping[str, type[StepForm]]) -> Any:
    """The one step of the line that waits for this person; else the record, which says that there is none or
    more than one."""
    ways = steps_of(record, forms, record.steps_for(current_user, datetime.now(UTC))).get(line.id, [])
    if len(ways) == 1:
        return go(ways[0]["url"])
    code = record.code_of(line)
    say(
        gettext("%(code)s: choose a step.", code=code)
        if ways
        else gettext("%(code)s: there is nothing for you to do at present.", code=code),
        "info",
    )
    return go(url_for("returns.detail", record_id=record.id, _anchor=f"line-{line.id}"))


def _ask(fault: str | None) -> Any:
    return show(
        "returns/scan.html",
        status=404 if fault else 200,
        fault=fault,
        typed=request.args.get("code", "")[: codes.LONGEST_CODE],
    )


def steps_of(
    record: Return, forms: Mapping[str, type[StepForm]], steps: tuple[Step, ...]
) -> dict[int, list[dict[str, str]]]:
    """{line: the ways to the steps that wait on it}, of those that this person may take."""
    ways: dict[int, list[dict[str, str]]] = {}
    for step in steps:
        question = getattr(forms[step.name], "question", None)
        for line in record.lines_for(question) if step.task and question else ():
            ways.setdefault(line.id, []).append(
                {
                    "label": step_name("return", step.name),
                    "url": url_for("returns.step", record_id=record.id, step=step.name, line=line.id),
                }
            )
    return ways
