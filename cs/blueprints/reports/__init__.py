"""Registers 清单 (5.6, 7.0): each as a page and as files, with the same rows; blank copies of all forms.

Figures (FORMS 6): each as a chart and a table.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, send_file, url_for
from flask_babel import force_locale, gettext

from cs.blueprints.reports import figures, periods
from cs.drawing.charts import CONTENT_POLICY
from cs.printing.definition import Register
from cs.printing.formats import FORMATS, file_name, mime_of
from cs.printing.sheets import (
    TooManyLines,
    asked_language,
    blank_pdf,
    language_links,
    one_language,
    register_pdf,
)
from cs.printing.typeset import NotTypeset
from cs.procedure.authority import Permission
from cs.queries.kpis import first_heard
from cs.records.sections import Section, sections
from cs.web.access import requires
from cs.web.downloads import pdf, refused
from cs.web.responses import show
from cs.wording.words import choices, today

log = logging.getLogger(__name__)
blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def _register(name: str) -> Register:
    return sections().registers.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """The registers and papers with their form numbers, revisions and how long they are kept; their files and
    blank copies; the figures."""
    return show(
        "reports/index.html",
        formats=FORMATS,
        registers=list(sections().registers.values()),
        papers=list(sections().papers.values()),
        **_figures(figures.FIGURES),
    )


def _figures(names: Iterable[str]) -> dict[str, Any]:
    """What the figures of the page show; without any complaint they are None."""
    on, first = datetime.now(UTC), first_heard()
    if first is None:
        return {"figures": None}
    shown = [figures.figure(name, request.args, on) for name in names]
    span = shown[0][0]
    return {
        "figures": [one for _span, one in shown],
        "span": span,
        "years": periods.years(on, first),
        "pareto_by": choices("pareto_by"),
        "summary": figures.summary(span, on) if len(shown) > 1 else None,
    }


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
    return Response(
        found.svg(), mimetype="image/svg+xml", headers={"Content-Security-Policy": CONTENT_POLICY}
    )


@blueprint.route("/<name>")
@requires(Permission.READ)
def register(name: str) -> Any:
    """A register on screen. An address that cannot be answered is said and lists nothing."""
    found = _register(name)
    page = found.listing.page(request.args, url_for("reports.register", name=name))
    faults = found.listing.faults(request.args)
    return show(
        "reports/register.html",
        "reports/_rows.html",
        status=422 if faults else 200,
        register=found,
        page=page,
        faults=faults,
        cells=found.cells,
        said=found.listing.said(request.args),
        formats=FORMATS,
        asked=found.listing.asked(request.args),
        long=page.total > current_app.config["CS_EXPORT_ROWS"],
        prints=language_links(lambda one: _way(found, "pdf", language=one)),
    )


@blueprint.route("/<name>.<ending>")
@requires(Permission.READ)
def download(name: str, ending: str) -> Any:
    """A register as a file: the rows that the page's address asks for; a page instead where the address asks
    for what there is not.

    A long one is written in the background: see cs/exports.py.
    """
    found = _register(name)
    if ending not in (*FORMATS, "pdf"):
        abort(404)
    if faults := found.listing.faults(request.args):
        return _refused(found, faults)
    if ending == "pdf":
        return _pdf(found)
    form, on, at_once = FORMATS[ending], datetime.now(UTC), current_app.config["CS_EXPORT_ROWS"]
    if found.listing.count(request.args, at_once + 1) > at_once:
        asked = found.listing.asked(request.args) | {
            key: request.args[key] for key in ("language",) if key in request.args
        }
        return show(
            "reports/long.html", register=found, rows=at_once, ending=ending, format=form, asked=asked
        )
    with force_locale(one_language()):
        return send_file(
            form.write(found, request.args, on),
            mimetype=mime_of(ending),
            as_attachment=True,
            download_name=file_name(found, ending, on),
        )


def _pdf(found: Register) -> Any:
    """A register as a PDF, up to so many rows."""
    try:
        return pdf(found, register_pdf(found, request.args, asked_language()), str(today()))
    except TooManyLines as too_many:
        why = gettext(
            "A PDF holds at most %(most)s lines, and this selection has more. Choose a "
            "shorter period, or use Excel or CSV, which hold them all.",
            most=too_many.most,
        )
    except NotTypeset:
        log.exception("register %s as PDF", found.name)
        why = gettext(
            "The PDF took too long or too much memory. Choose a shorter period, or use Excel or CSV."
        )
    return _refused(found, [why], [(form.title, _way(found, ending)) for ending, form in FORMATS.items()])


@blueprint.route("/blank/<form>.pdf")
@requires(Permission.READ)
def blank(form: str) -> Any:
    """An empty copy of a form, for a day without power."""
    found = sections().forms.get(form) or abort(404)
    return pdf(found, blank_pdf(found, asked_language()), gettext("blank"))


def _way(found: Register, ending: str = "", **changes: str) -> str:
    """The register's page, or its file, for what this address asks for."""
    asked = found.listing.asked(request.args) | changes
    return (
        url_for("reports.download", name=found.name, ending=ending, **asked)
        if ending
        else url_for("reports.register", name=found.name, **asked)
    )


def _refused(found: Register, faults: list[str], others: Iterable[tuple[str, str]] = ()) -> Any:
    return refused(found, faults, [(gettext("Back to the register"), _way(found)), *others])


SECTION = Section(blueprint, lambda: gettext("Registers"), "table")
