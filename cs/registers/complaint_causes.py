"""Blocks D and E of the complaint report (7.4): causes, how they were proven, measures and their effect, from
its CARs or in short form from its replies."""

from __future__ import annotations

from cs.printing.definition import Column, Drawing, Table
from cs.procedure.capa import SIX_M
from cs.registers.complaint_rows import (
    causes_of,
    content_of,
    documents_of,
    fishbone_of_capa,
    measures_of,
    proofs_of,
    valid_capas,
    whys_of,
)
from cs.wording.labels import choice, department_name, term

CAUSES = Table(
    None,
    (
        Column("source", lambda row: row.where, 11),
        Column("occurrence_cause", lambda row: row.occurrence, 24),
        Column("escape_cause", lambda row: row.escape, 20),
        Column("system_cause", lambda row: row.system, 16),
        Column("cause_class", lambda row: choice("cause_class", row.cause_class), 9),
        Column("resp_dept", lambda row: department_name(row.department), 9),
    ),
    causes_of,
    2,
)

CAUSE_PROOF = Table(
    "cause_proof",
    (
        Column("capa_no", lambda capa: capa.number, 12),
        Column("cause_verification", lambda capa: capa.cause_verification, 48),
        Column("cause_verified_by", lambda capa: capa.cause_verified_by, 14),
    ),
    valid_capas,
    1,
)

WHYS = Table(
    "whys",
    (
        Column("capa_no", lambda pair: pair[0].number, 12),
        Column("cause_kind", lambda pair: choice("cause_kind", pair[1].cause_kind), 9),
        Column("why_no", lambda pair: pair[1].why_no, 6, "whole"),
        Column("because", lambda pair: pair[1].because, 50),
        Column("proven", lambda pair: pair[1].proven, 7, "yes_no"),
    ),
    whys_of,
    5,
)

FISHBONE = Drawing(
    "bones",
    fishbone_of_capa,
    lambda: [choice("cause_class", code) for code in SIX_M] + [term("is_root")],
    each=valid_capas,
)

AFTER_MEASURES = Table(
    "after_measures",
    (
        Column("capa_no", lambda capa: capa.number, 12),
        Column("documents", documents_of, 34),
        Column("read_across", lambda capa: capa.read_across, 34),
    ),
    valid_capas,
    1,
)

MEASURES = Table(
    None,
    (
        Column("source", lambda row: row.where, 11),
        Column("action_kind", lambda row: choice("action_kind", row.kind), 8),
        Column("content", content_of, 36),
        Column("cause_kind", lambda row: choice("cause_kind", row.against), 8),
        Column("owner", lambda row: row.owner, 9),
        Column("planned_on", lambda row: row.planned_on, 11, "day"),
        Column("done_on", lambda row: row.done_on, 11, "day"),
    ),
    measures_of,
    4,
)

PROOFS = Table(
    "verification",
    (
        Column("source", lambda row: row.where, 11),
        Column("verification_method", lambda row: row.method, 14),
        Column("period_from", lambda row: row.period_from, 10, "day"),
        Column("period_to", lambda row: row.period_to, 10, "day"),
        Column("verification_data", lambda row: row.data, 26),
        Column("effect", lambda row: choice("effect", row.effect), 8),
        Column("verified_by", lambda row: row.verified_by, 9),
    ),
    proofs_of,
    2,
)
