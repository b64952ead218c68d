"""Registers 清单 (5.6, 7.0) as pages and files, blank copies of all forms, and the KPIs (FORMS 6)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from cs.blueprints.reports import figures, periods, rates
from cs.drawing.charts import CONTENT_POLICY
from cs.printing.definition import Register
from cs.printing.formats import FORMATS, file_name, mime_of
from cs.printing.sheets import (
    TooManyLines,
    blank_pdf,
    language_links,
    one_language,
    register_pdf,
    requested_language,
)
from cs.printing.typeset import NotTypeset
from cs.procedure.authority import Permission
from cs.queries.kpis import first_heard
from cs.records.sections import Section, sections
from cs.web.access import requires
from cs.web.downloads import pdf_download, show_refusal
from cs.web.responses import show
from cs.wording.formats import local_today
from cs.wording.labels import choices

log = logging.getLogger(__name__)
blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def _find_register(name: str) -> Register:
    return sections().registers.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """List registers and printed forms with number, revision and retention; show the KPIs."""
    return show(
        "reports/index.html",
        formats=FORMATS,
        registers=list(sections().registers.values()),
        papers=list(sections().papers.values()),
        **_figures_context(figures.FIGURES),
    )


def _figures_context(names: Iterable[str]) -> dict[str, Any]:
    """Return the KPIs with these names; None as long as there is no complaint."""
    on, first = datetime.now(UTC), first_heard()
    if first is None:
        return {"figures": None}
    shown = [figures.figure(name, request.args, on) for name in names]
    span = shown[0][0]
    return {
        "figures": [shown_figure for _span, shown_figure in shown],
        "span": span,
        "years": periods.years(on, first),
        "pareto_by": choices("pareto_by"),
        "summary": figures.summary(span, on) if len(shown) > 1 else None,
        "rates": rates.rate_lines(span, on) if len(shown) > 1 else None,
    }


@blueprint.route("/figures/<name>")
@requires(Permission.READ)
def figure(name: str) -> ResponseReturnValue:
    """Show one KPI by itself."""
    if name not in figures.FIGURES:
        abort(404)
    return show("reports/figure.html", **_figures_context([name]))


@blueprint.route("/figures/<name>.svg")
@requires(Permission.READ)
def figure_chart(name: str) -> Response:
    """Draw the chart of a KPI."""
    if name not in figures.FIGURES:
        abort(404)
    _span, kpi = figures.figure(name, request.args, datetime.now(UTC))
    return Response(kpi.svg(), mimetype="image/svg+xml", headers={"Content-Security-Policy": CONTENT_POLICY})


@blueprint.route("/<name>")
@requires(Permission.READ)
def register(name: str) -> ResponseReturnValue:
    """Show a register; where the filters in the URL are faulty, show the faults and no rows."""
    shown = _find_register(name)
    page = shown.listing.page(request.args, url_for("reports.register", name=name))
    faults = shown.listing.criteria_faults(request.args)
    return show(
        "reports/register.html",
        "reports/_rows.html",
        status=422 if faults else 200,
        register=shown,
        page=page,
        faults=faults,
        cells=shown.cells,
        criteria_in_words=shown.listing.criteria_in_words(request.args),
        formats=FORMATS,
        criteria=shown.listing.criteria(request.args),
        long=page.total > current_app.config["CS_EXPORT_ROWS"],
        prints=language_links(lambda language: _register_url(shown, "pdf", language=language)),
    )


@blueprint.route("/<name>.<ending>")
@requires(Permission.READ)
def download(name: str, ending: str) -> ResponseReturnValue:
    """Download the rows of a register that the URL asks for; show a page where its filters are faulty.

    A long file is exported in the background (cs.exports).
    """
    shown = _find_register(name)
    if ending not in (*FORMATS, "pdf"):
        abort(404)
    if faults := shown.listing.criteria_faults(request.args):
        return _show_faults(shown, faults)
    if ending == "pdf":
        return _register_pdf_download(shown)
    form, on, at_once = FORMATS[ending], datetime.now(UTC), current_app.config["CS_EXPORT_ROWS"]
    if shown.listing.count_rows(request.args, at_once + 1) > at_once:
        criteria = shown.listing.criteria(request.args) | {
            key: request.args[key] for key in ("language",) if key in request.args
        }
        return show(
            "reports/long.html", register=shown, rows=at_once, ending=ending, format=form, criteria=criteria
        )
    with force_locale(one_language()):
        return send_file(
            form.write(shown, request.args, on),
            mimetype=mime_of(ending),
            as_attachment=True,
            download_name=file_name(shown, ending, on),
        )


def _register_pdf_download(shown: Register) -> ResponseReturnValue:
    """Download a register as a PDF, which holds a limited number of rows."""
    try:
        return pdf_download(
            shown, register_pdf(shown, request.args, requested_language()), str(local_today())
        )
    except TooManyLines as too_many:
        why = gettext(
            "A PDF holds at most %(most)s lines, and this selection has more. Choose a "
            "shorter period, or use Excel or CSV, which hold them all.",
            most=too_many.max_lines,
        )
    except NotTypeset:
        log.exception("register %s as PDF", shown.name)
        why = gettext(
            "The PDF took too long or too much memory. Choose a shorter period, or use Excel or CSV."
        )
    return _show_faults(
        shown, [why], [(form.title, _register_url(shown, ending)) for ending, form in FORMATS.items()]
    )


@blueprint.route("/blank/<form>.pdf")
@requires(Permission.READ)
def blank(form: str) -> ResponseReturnValue:
    """Download an empty copy of a form, for a day without power."""
    printed = sections().forms.get(form) or abort(404)
    return pdf_download(printed, blank_pdf(printed, requested_language()), gettext("blank"))


def _register_url(shown: Register, ending: str = "", **changes: str) -> str:
    """Return the URL of the register, or of its file, with the filters of this page."""
    criteria = shown.listing.criteria(request.args) | changes
    return (
        url_for("reports.download", name=shown.name, ending=ending, **criteria)
        if ending
        else url_for("reports.register", name=shown.name, **criteria)
    )


def _show_faults(shown: Register, faults: list[str], others: Iterable[tuple[str, str]] = ()) -> Any:
    return show_refusal(shown, faults, [(gettext("Back to the register"), _register_url(shown)), *others])


SECTION = Section(blueprint, lambda: gettext("Registers"), "table")
