"""Registers 清单 (5.6, 7.0): each as a page, an Excel file, a CSV file and a PDF, with the same rows; blank copies of all forms.

Figures (FORMS 6): each as a chart and a table.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request, send_file, url_for
from flask_babel import force_locale, gettext

from cs import figures
from cs.access import requires
from cs.charts import CONTENT_POLICY
from cs.models.figures import first_heard
from cs.pages import show
from cs.procedure.authority import Permission
from cs.registers import FORMS, PAPERS, REGISTERS, Register
from cs.registers.answers import named, pdf, refused
from cs.registers.sheets import TooManyLines, asked_language, blank_pdf, language_links, register_pdf
from cs.registers.typeset import NotTypeset
from cs.registers.writers import as_csv, as_xlsx
from cs.words import LANGUAGES, choices, language, today

log = logging.getLogger(__name__)
blueprint = Blueprint("reports", __name__, url_prefix="/reports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _register(name: str) -> Register:
    return REGISTERS.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """The registers and papers with their form numbers, revisions and how long they are kept; their files and blank copies; the figures."""
    return show("reports/index.html", registers=list(REGISTERS.values()), papers=list(PAPERS.values()), **_figures(figures.FIGURES))


def _figures(names: Iterable[str]) -> dict[str, Any]:
    """What the figures of the page show; without any complaint they are None."""
    on, first = datetime.now(UTC), first_heard()
    if first is None:
        return {"figures": None}
    shown = [figures.figure(name, request.args, on) for name in names]
    span = shown[0][0]
    return {"figures": [one for _span, one in shown], "span": span, "years": figures.years(on, first), "pareto_by": choices("pareto_by"),
            "summary": figures.summary(span, on) if len(shown) > 1 else None}


@blueprint.route("/figures/<name>")
@requires(Permission.READ)
def figure(name: str) -> Any:
    """One figure, for reading on and for the wall."""
    return show("reports/figure.html", **_figures([name if name in figures.FIGURES else abort(404)]))


@blueprint.route("/figures/<name>.svg")
@requires(Permission.READ)
def figure_chart(name: str) -> Response:
    """The chart of a figure, as a picture."""
    if name not in figures.FIGURES:
        abort(404)
    _span, found = figures.figure(name, request.args, datetime.now(UTC))
    return Response(found.svg(), mimetype="image/svg+xml", headers={"Content-Security-Policy": CONTENT_POLICY})


@blueprint.route("/<name>")
@requires(Permission.READ)
def register(name: str) -> Any:
    """A register on screen. An address that cannot be answered is said and lists nothing."""
    found = _register(name)
    page = found.listing.page(request.args, url_for("reports.register", name=name))
    faults = found.listing.faults(request.args)
    return show("reports/register.html", "reports/_rows.html", status=422 if faults else 200, register=found, page=page, faults=faults, cells=found.cells,
                said=found.listing.said(request.args), files=[_way(found, ending) for ending in ("xlsx", "csv")],
                prints=language_links(lambda one: _way(found, "pdf", language=one)))


@blueprint.route("/<name>.csv")
@requires(Permission.READ)
def as_csv_file(name: str) -> Any:
    """A register as CSV: the rows that the page's address asks for."""
    return _file(_register(name), "csv", "text/csv", lambda found: as_csv(found, request.args))


@blueprint.route("/<name>.xlsx")
@requires(Permission.READ)
def as_xlsx_file(name: str) -> Any:
    """A register as an Excel file: the rows that the page's address asks for."""
    return _file(_register(name), "xlsx", XLSX, lambda found: as_xlsx(found, request.args, datetime.now(UTC)))


@blueprint.route("/<name>.pdf")
@requires(Permission.READ)
def as_pdf_file(name: str) -> Any:
    """A register as a PDF: the rows that the page's address asks for, up to so many."""
    found = _register(name)
    if faults := found.listing.faults(request.args):
        return _refused(found, faults)
    try:
        return pdf(found, register_pdf(found, request.args, asked_language()), str(today()))
    except TooManyLines as too_many:
        why = gettext("A PDF holds at most %(most)s lines, and this would be more. Choose a shorter period, or take the Excel or CSV file: they hold all.",
                      most=too_many.most)
    except NotTypeset:
        log.exception("register %s as PDF", name)
        why = gettext("The PDF took too long or too much memory. Choose a shorter period, or take the Excel or CSV file.")
    return _refused(found, [why], files=True)


@blueprint.route("/blank/<form>.pdf")
@requires(Permission.READ)
def blank(form: str) -> Any:
    """An empty copy of a form, for a day without power."""
    found = FORMS.get(form) or abort(404)
    return pdf(found, blank_pdf(found, asked_language()), gettext("blank"))


def _file(found: Register, ending: str, mime: str, written: Callable[[Register], IO[bytes]]) -> Any:
    """The file in the language asked for; a page instead of it where the address asks for what there is not."""
    if faults := found.listing.faults(request.args):
        return _refused(found, faults)
    asked = asked_language()
    with force_locale(asked if asked in LANGUAGES else language()):
        response = send_file(written(found), mimetype=mime)
        response.headers["Content-Disposition"] = named(found, str(today()), ending)
    return response


def _way(found: Register, ending: str = "", **changes: str) -> str:
    """The register's page, or its file, for what this address asks for."""
    asked = {key: value for key, value in request.args.items() if value and key not in ("before", "after")} | changes
    address = url_for("reports.register", name=found.name) + (f".{ending}" if ending else "")
    return f"{address}?{urlencode(asked)}" if asked else address


def _refused(found: Register, faults: list[str], *, files: bool = False) -> Any:
    links = [(gettext("Back to the register"), _way(found))]
    return refused(found, faults, [*links, ("Excel", _way(found, "xlsx")), ("CSV", _way(found, "csv"))] if files else links)
