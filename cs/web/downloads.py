"""Registers and papers as answers: downloads under their form's number and name, and why there is none."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, make_response
from flask_babel import force_locale

from cs.printing.definition import Printed
from cs.printing.sheets import one_language
from cs.web.responses import show


def named(form: Printed, what: str, ending: str) -> str:
    """The Content-Disposition of a download: 'MJ-QP-12-03 客户投诉处理报告 CC-202611-0007.pdf', and its plain
    part for old programs."""
    name = " ".join(part for part in (form.number, form.title, what) if part).replace("/", "-")
    plain = "-".join([form.form, *([what] if what.isascii() and what else [])]).replace('"', "")
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{name}.{ending}')}"


def pdf(form: Printed, content: bytes, what: str) -> Response:
    """A sheet as a download."""
    response = make_response(content)
    response.mimetype = "application/pdf"
    with force_locale(one_language()):
        response.headers["Content-Disposition"] = named(form, what, "pdf")
    return response


def refused(form: Printed, faults: list[str], links: list[tuple[str, str]]) -> Any:
    """No file, but a page that says why, and where to go on: (label, address)."""
    return show("reports/refused.html", status=422, form=form, faults=faults, links=links)
