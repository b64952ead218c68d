"""Registers 清单 (5.6, 7.0): each as a page and as files, with the same rows."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, current_app, request, send_file, url_for

from cs.access import requires
from cs.models.procedure import rulebook
from cs.pages import show
from cs.procedure.authority import Permission
from cs.registers import REGISTERS, Register
from cs.registers.formats import FORMATS, file_name, mime_of
from cs.words import in_language

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def _register(name: str) -> Register:
    return REGISTERS.get(name) or abort(404)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """The registers with their form numbers and how long they are kept."""
    rows = [(register, rulebook().forms[register.form]) for register in REGISTERS.values()]
    return show("reports/index.html", rows=rows, formats=FORMATS)


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
