"""Scan box and labels (5.3.3): a scanned label leads to the step that this person may take on its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from cs.drawing import codes
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.record import find
from cs.web.access import requires
from cs.web.fields import StepForm, parse_record_id
from cs.web.options import address_of, by_any_number
from cs.web.responses import go, say, show
from cs.wording.labels import step_name


def mount_scanning(blueprint: Blueprint, forms: Mapping[str, type[StepForm]]) -> None:
    """Add /scan?code=… and /<id>/labels to the blueprint of returns; ?line= asks for one label."""

    @requires(Permission.READ)
    def scan() -> ResponseReturnValue:
        """Go to the record with this number, or to the step open on the line; show the box without one."""
        typed = request.args.get("code", "")
        number, line_number = codes.read_code(typed)
        if not number:
            return _show_box(None)
        record = by_any_number(number)
        # Numbers that the factory gave itself may hold any characters.
        numbered_by_factory = by_any_number(codes.as_written(typed)) if record is None else None
        if numbered_by_factory is not None:
            return go(address_of(numbered_by_factory.kind, numbered_by_factory.id))
        if record is None or (line_number is not None and not isinstance(record, Return)):
            code = number if line_number is None else f"{number}/{line_number}"
            return _show_box(gettext("There is no record with the number %(code)s.", code=code))
        if line_number is None:
            return go(address_of(record.kind, record.id))
        line = record.labels.line_at(line_number)
        if line is None:
            count = len(record.lines)
            return _show_box(
                ngettext(
                    "%(number)s has no line %(line)s, but %(num)d line.",
                    "%(number)s has no line %(line)s, but %(num)d lines.",
                    count,
                    number=record.number,
                    line=line_number,
                )
            )
        return _go_to_line(record, line, forms)

    @requires(Permission.READ)
    def labels(record_id: int) -> ResponseReturnValue:
        """Show labels to print: of the return and each of its lines, or of the line named in the URL."""
        record = find(Return, record_id) or abort(404)
        if not record.labels.are_offered:
            abort(404)
        requested = request.args.get("line")
        lines = list(record.labels.labelled)
        if requested is not None:
            lines = [line for line in lines if line.id == parse_record_id(requested)] or abort(404)
        return show(
            "returns/labels.html",
            record=record,
            lines=lines,
            whole=requested is None,
            picture=codes.qr_code_image,
        )

    blueprint.add_url_rule("/scan", view_func=scan)
    blueprint.add_url_rule("/<int:record_id>/labels", view_func=labels)


def _go_to_line(record: Return, line: ReturnLine, forms: Mapping[str, type[StepForm]]) -> ResponseReturnValue:
    """Go to the step of the line that awaits this person; to the record where it is not exactly one."""
    steps = record.steps_for(current_user, datetime.now(UTC))
    links = step_links_by_line(record, forms, steps).get(line.id, [])
    if len(links) == 1:
        return go(links[0]["url"])
    code = record.labels.code_of(line)
    say(
        gettext("%(code)s: choose a step.", code=code)
        if links
        else gettext("%(code)s: there is nothing for you to do at present.", code=code),
        "info",
    )
    return go(url_for("returns.detail", record_id=record.id, _anchor=f"line-{line.id}"))


def _show_box(fault: str | None) -> ResponseReturnValue:
    return show(
        "returns/scan.html",
        status=404 if fault else 200,
        fault=fault,
        typed=request.args.get("code", "")[: codes.MAX_CODE_LENGTH],
    )


def step_links_by_line(
    record: Return, forms: Mapping[str, type[StepForm]], steps: tuple[Step, ...]
) -> dict[int, list[dict[str, str]]]:
    """Return {line id: links to the steps on it that this person may take}."""
    links: dict[int, list[dict[str, str]]] = {}
    for step in steps:
        question = getattr(forms.get(step.name), "question", None)
        for line in record.lines_for(question) if step.task and question else ():
            links.setdefault(line.id, []).append(
                {
                    "label": step_name("return", step.name),
                    "url": url_for("returns.step", record_id=record.id, step=step.name, line=line.id),
                }
            )
    return links
