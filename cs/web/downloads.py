"""Responses for registers and printed forms: the download, or the page that says why there is none."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, make_response
from flask_babel import force_locale

from cs.printing.definition import Printed
from cs.printing.sheets import one_language
from cs.web.responses import show


def content_disposition(form: Printed, subject: str, ending: str) -> str:
    """Return the header that names a download, such as 'MJ-QP-12-03 客户投诉处理报告 CC-202611-0007.pdf'.

    An ASCII name comes first, for browsers that do not read the encoded one.
    """
    name = " ".join(part for part in (form.number, form.title, subject) if part).replace("/", "-")
    ascii_parts = [form.form, subject] if subject and subject.isascii() else [form.form]
    ascii_name = "-".join(ascii_parts).replace('"', "")
    encoded_name = quote(f"{name}.{ending}")
    return f"attachment; filename=\"{ascii_name}.{ending}\"; filename*=UTF-8''{encoded_name}"


def pdf_download(form: Printed, content: bytes, subject: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    with force_locale(one_language()):
        response.headers["Content-Disposition"] = content_disposition(form, subject, "pdf")
    return response


def show_refusal(form: Printed, faults: list[str], links: list[tuple[str, str]]) -> Response:
    """Show why there is no file, with (label, URL) links to go on with."""
    return show("reports/refused.html", status=422, form=form, faults=faults, links=links)
