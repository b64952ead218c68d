"""The written procedure on screen: its clauses, what the program does for each, evidence and authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_login import current_user

from cs.extensions import db
from cs.procedure.authority import AUTHORITY, Permission
from cs.procedure.clauses import Clause, clauses
from cs.queries.evidence import audit_trail
from cs.records.procedure import ProcedureText, rulebook
from cs.records.record import KINDS
from cs.records.sections import ClauseEvidence, Section, sections
from cs.records.workflowed import Workflowed
from cs.web.access import signed_in
from cs.web.responses import show
from cs.wording.conditions import condition_in_words
from cs.wording.formats import format_moment, local_today

blueprint = Blueprint("procedure", __name__, url_prefix="/procedure")


@blueprint.route("/")
@signed_in
def index() -> ResponseReturnValue:
    """Show the procedure, clause by clause."""
    rules = rulebook()
    on = datetime.now(UTC)
    evidence = _evidence(local_today().year, on) if current_user.may(Permission.READ) else {}
    return show(
        "procedure/index.html",
        parts=_parts(clauses(rules)),
        evidence=evidence,
        sections=_sections,
        year=local_today().year,
        in_force=db.session.get(ProcedureText, rules.hash),
        workflows=[kind for kind, _model in _workflows()],
        working_days=_working_days(rules.working.weekdays),
    )


def _working_days(weekdays: tuple[int, ...]) -> str:
    """Return 周一–周五 or Mon–Fri; each day by itself where they are not consecutive."""
    names = get_locale().days["format"]["abbreviated"]  # type: ignore[union-attr]
    consecutive = len(weekdays) > 2 and weekdays == tuple(range(weekdays[0], weekdays[-1] + 1))
    shown = (weekdays[0], weekdays[-1]) if consecutive else weekdays
    return ("–" if consecutive else " ").join(names[day - 1] for day in shown)


def _parts(rows: tuple[Clause, ...]) -> list[tuple[Clause, list[Clause]]]:
    """Return the clauses under their headings: chapters, and the sections of chapters that go deep."""
    deep = {row.id.split(".")[0] for row in rows if row.id.count(".") > 2}
    parts: list[tuple[Clause, list[Clause]]] = []
    for row in rows:
        section = row.id.count(".") == 1 and row.id.split(".")[0] in deep
        if row.id.endswith(".0") or section or not parts:
            parts.append((row, []))
        else:
            parts[-1][1].append(row)
    return parts


def _sections(clause: Clause) -> set[str]:
    """Return the sections to which the screens of a clause belong."""
    return {endpoint.split(".")[0] for endpoint in clause.screens} - {blueprint.name}


def _evidence(year: int, on: datetime) -> ClauseEvidence:
    """Return what the records of all sections show for each clause."""
    gathered: ClauseEvidence = {}
    for section in sections():
        for clause, rows in section.evidence(year, on).items():
            gathered.setdefault(clause, []).extend(rows)
    return gathered


def _audit_trail(_year: int, _on: datetime) -> ClauseEvidence:
    """Return the evidence for 5.6, every change is recorded: of all years."""
    trail = audit_trail()
    return {
        "5.6": [
            (
                gettext(
                    "%(events)s changes recorded since the start, the last at %(at)s",
                    events=trail.events,
                    at=format_moment(trail.last_event_at),
                ),
                None,
            ),
            (
                gettext(
                    "“python3 manage.py flask verify” on the server checks that none was changed or removed."
                ),
                None,
            ),
        ]
    }


@blueprint.route("/authority")
@signed_in
def authority() -> ResponseReturnValue:
    """Show 职责权限表, role × permission with its clause, from the rows that guard the views."""
    return show(
        "procedure/authority.html",
        rows=AUTHORITY,
        roles=rulebook().roles.values(),
        mine=frozenset(current_user.roles),
    )


def _workflows() -> Iterator[tuple[str, type[Workflowed]]]:
    """Return the kinds of records that have more than two states."""
    for kind, model in KINDS.items():
        if issubclass(model, Workflowed) and len(model.workflow.states) > 2:
            yield kind, model


@blueprint.route("/workflow/<kind>")
@signed_in
def workflow(kind: str) -> ResponseReturnValue:
    """Show the steps of a kind of record, from the rows that guard the actions and fill My work."""
    model = dict(_workflows()).get(kind) or abort(404)
    return show(
        "procedure/workflow.html",
        kind=kind,
        workflow=model.workflow,
        authority={row.permission: row for row in AUTHORITY},
        condition=_condition,
    )


def _condition(questions: tuple[str, ...]) -> str:
    """Return in words what must hold for a step."""
    return " · ".join(map(condition_in_words, questions))


SECTION = Section(
    blueprint, lambda: gettext("Procedure"), "journal-text", permission=None, evidence=_audit_trail
)
