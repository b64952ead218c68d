"""Registers 清单 (5.6, 7.0): each as a page and as files, with the same rows. Figures (FORMS 6): each as a chart and a table."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, send_file, url_for

from cs import figures
from cs.access import requires
from cs.charts import CONTENT_POLICY
from cs.models.figures import first_heard
from cs.models.procedure import rulebook
from cs.pages import show
from cs.procedure.authority import Permission
from cs.registers import REGISTERS, Register
from cs.registers.formats import FORMATS, file_name, mime_of
from cs.words import choices, in_language

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def _register(name: str) -> Register:
    return REGISTERS.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """The registers with their form numbers and how long they are kept; the figures."""
    rows = [(register, rulebook().forms[register.form]) for register in REGISTERS.values()]
    return show("reports/index.html", rows=rows, formats=FORMATS, **_figures(figures.FIGURES))


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
    """A register on screen."""
    found = _register(name)
    page = found.listing.page(request.args, url_for("reports.register", name=name))
    form = rulebook().forms[found.form]
    return show("reports/register.html", "reports/_rows.html", register=found, page=page, title=in_language(form.name), form=form, formats=FORMATS,
                asked=found.listing.asked(request.args), long=page.total > current_app.config["CS_EXPORT_ROWS"])


@blueprint.route("/<name>.<ending>")
@requires(Permission.READ)
def download(name: str, ending: str) -> Any:
    """A register as a file: the rows that the page's address asks for. A long one is written in the background: see cs/exports.py."""
    found, form, on = _register(name), FORMATS.get(ending) or abort(404), datetime.now(UTC)
    at_once = current_app.config["CS_EXPORT_ROWS"]
    if found.listing.count(request.args, at_once + 1) > at_once:
        paper = rulebook().forms[found.form]
        return show("reports/long.html", register=found, paper=paper, title=in_language(paper.name), rows=at_once, ending=ending, format=form,
                    asked=found.listing.asked(request.args))
    return send_file(form.write(found, request.args, on), mimetype=mime_of(ending), as_attachment=True, download_name=file_name(found, ending, on))
