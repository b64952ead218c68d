"""The written procedure on screen: each clause with its words, what the program does for it, and where."""
from __future__ import annotations

from typing import Any

from flask import Blueprint

from cs.access import signed_in
from cs.models.procedure import rulebook
from cs.pages import show

blueprint = Blueprint("procedure", __name__, url_prefix="/procedure")


@blueprint.route("/")
@signed_in
def index() -> Any:
    """The procedure, clause by clause."""
    return show("procedure/index.html", rules=rulebook())
