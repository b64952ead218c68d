"""Registers 清单 (5.6, 7.0): each as a page, an Excel file and a CSV file, with the same rows. Figures (FORMS 6): each as a chart and a table."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, request, send_file, url_for

from cs import figures
from cs.access import requires
from cs.charts import CONTENT_POLICY
from cs.models.figures import first_heard
from cs.models.procedure import rulebook
from cs.pages import show
from cs.procedure.authority import Permission
from cs.registers import REGISTERS, Register
from cs.registers.writers import as_csv, as_xlsx
from cs.words import choices, in_language, today

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _register(name: str) -> Register:
    return REGISTERS.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """The registers with their form numbers and how long they are kept; the figures."""
    rows = [(register, rulebook().forms[register.form]) for register in REGISTERS.values()]
    return show("reports/index.html", rows=rows, **_figures(figures.FIGURES))


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
    return show("reports/register.html", "reports/_rows.html", register=found, page=page, title=in_language(form.name), form=form)


@blueprint.route("/<name>.csv")
@requires(Permission.READ)
def as_csv_file(name: str) -> Response:
    """A register as CSV: the rows that the page's address asks for."""
    found = _register(name)
    response = send_file(as_csv(found, request.args), mimetype="text/csv")
    response.headers["Content-Disposition"] = _named(found, "csv")
    return response


@blueprint.route("/<name>.xlsx")
@requires(Permission.READ)
def as_xlsx_file(name: str) -> Response:
    """A register as an Excel file: the rows that the page's address asks for."""
    found = _register(name)
    response = send_file(as_xlsx(found, request.args, datetime.now(UTC)), mimetype=XLSX)
    response.headers["Content-Disposition"] = _named(found, "xlsx")
    return response


def _named(found: Register, ending: str) -> str:
    name = f"{rulebook().forms[found.form].number} {in_language(rulebook().forms[found.form].name)} {today()}.{ending}"
    return f"attachment; filename=\"{found.name}.{ending}\"; filename*=UTF-8''{quote(name)}"
