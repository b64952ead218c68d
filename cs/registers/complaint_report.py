"""客户投诉处理报告 MJ-QP-12-03 (7.4): blocks A to G of one complaint, on paper and on its page."""

from __future__ import annotations

from flask_babel import gettext

from cs.printing.definition import (
    Block,
    Box,
    Boxes,
    Column,
    Paper,
    Pictures,
    Signing,
    Table,
    reasons_for_ending,
)
from cs.registers.complaint_causes import (
    AFTER_MEASURES,
    CAUSE_PROOF,
    CAUSES,
    FISHBONE,
    MEASURES,
    PROOFS,
    WHYS,
)
from cs.registers.complaint_rows import (
    COSTS,
    cost_named,
    cost_of,
    goods_of,
    in_meeting,
    meeting_title,
    meetings_of,
    name_of_reply,
    of_goods,
    of_meeting,
    with_capas,
    with_causes,
)
from cs.wording.formats import list_in_words
from cs.wording.labels import (
    choice,
    defect_category_name,
    defect_name,
    department_name,
    in_unit,
    state_name,
    term,
)

RECEIPT = Boxes(
    "receipt",
    (
        Box("complaint_no", lambda record: record.number),
        Box("heard_at", lambda record: record.heard_at, kind="moment"),
        Box(
            "passed_on_number",
            lambda record: record.passed_on_number if record.passed_on_number != record.number else None,
            2,
            if_filled=True,
        ),
        Box(
            "customer",
            lambda record: record.customer.full_name if record.customer else record.customer_said,
            2,
        ),
        Box("contact_name", lambda record: record.contact_name),
        Box("contact_phone", lambda record: record.contact_phone),
        Box("channel", lambda record: choice("channel", record.channel), options="channel"),
        Box(
            "oral_written", lambda record: choice("oral_written", record.oral_written), options="oral_written"
        ),
        Box("customer_ref", lambda record: record.customer_ref),
        Box("model", lambda record: record.product.model if record.product else record.old_model),
        Box("product_name", lambda record: record.product.spec if record.product else None),
        Box("customer_part_no", lambda record: record.customer_part_no),
        Box("order_no", lambda record: record.order_no),
        Box("lot_no", lambda record: record.lot_no),
        Box("produced_on", lambda record: record.produced_on, kind="day"),
        Box("shipped_on", lambda record: record.shipped_on, kind="day"),
        Box("shipped_qty", lambda record: in_unit(record.shipped_qty, record.product)),
        Box("checked_qty", lambda record: in_unit(record.checked_qty, record.product)),
        Box("defect_qty", lambda record: in_unit(record.defect_qty, record.product)),
        Box("defect_rate", lambda record: record.defect_rate, kind="percent"),
        Box("found_at", lambda record: choice("found_at", record.found_at), options="found_at"),
        Box("description", lambda record: record.description, 4),
        Box(
            "demand",
            lambda record: list_in_words(choice("demand", code) for code in record.demands),
            2,
            options="demand",
        ),
        Box("customer_deadline", lambda record: record.customer_deadline, 2, "moment"),
        Box("acknowledged_at", lambda record: record.acknowledged_at, 2, "moment"),
        Box("acknowledged_channel", lambda record: choice("channel", record.acknowledged_channel)),
        Box(
            "acknowledged_by", lambda record: record.acknowledged_by.name if record.acknowledged_by else None
        ),
        Box("recorded_by", lambda record: record.created_by.name if record.created_by else None),
        Box("registered_at", lambda record: record.registered_at, kind="moment"),
        Box("reply_due_at", lambda record: record.first_due_at, 2, "moment"),
        Box("unknown_reason", lambda record: record.unknown_reason, 4, if_filled=True),
    ),
)

OLD = Boxes(
    "old",
    (  # of a line of an old register
        Box("old_number", lambda record: record.old_number, 2, if_filled=True),
        Box("old_notes", lambda record: record.old_notes, 4, if_filled=True),
    ),
    on_blank=False,
)

ENDED = reasons_for_ending("decline_reason", "void_reason")

SAMPLES = Table(
    "samples",
    (
        Column("requested_on", lambda row: row.requested_on, 11, "day"),
        Column("quantity", lambda row: row.quantity, 7, "whole"),
        Column("received_on", lambda row: row.received_on, 11, "day"),
        Column("received_qty", lambda row: row.received_qty, 8, "whole"),
        Column("location", lambda row: row.location if row.is_here else None, 14),
        Column("sample_end", lambda row: choice("sample_end", row.sample_end), 14),
        Column("ended_on", lambda row: row.ended_on, 11, "day"),
        Column("note", lambda row: row.note, 18),
    ),
    lambda record: record.samples,
    1,
)

TALKS = Table(
    "contacts_held",
    (
        Column("at", lambda row: row.at, 16, "moment"),
        Column("channel", lambda row: choice("channel", row.channel), 9),
        Column("contact_name", lambda row: row.contact_name, 11),
        Column("said", lambda row: row.said, 44),
        Column("by", lambda row: row.by.name, 11),
    ),
    lambda record: record.contacts,
    1,
)

ANALYSIS = Boxes(
    "analysis",
    (
        Box(
            "quality_received_by",
            lambda record: record.quality_received_by.name if record.quality_received_by else None,
        ),
        Box("quality_received_at", lambda record: record.quality_received_at, kind="moment"),
        Box("finding", lambda record: choice("finding", record.finding), options="finding"),
        Box("liability", lambda record: choice("liability", record.liability), options="liability"),
        Box("defect_category", lambda record: defect_category_name(record.defect_category)),
        Box("defect_code", lambda record: defect_name(record.defect_category, record.defect_code)),
        Box("severity", lambda record: choice("severity", record.severity), options="severity"),
        Box("nature", lambda record: choice("nature", record.nature), options="nature"),
        Box("analysis", lambda record: record.analysis, 4),
        Box("route", lambda record: choice("route", record.route), options="route"),
        Box("proposed_route", lambda record: choice("route", record.proposed_route), options="route"),
        Box("counts_in_kpi", lambda record: record.counts_in_kpi, kind="yes_no", options="yes_no"),
        Box("analysed_at", lambda record: record.analysed_at, kind="moment"),
        Box(
            "repeat_of_id",
            lambda record: record.repeat_of.number if record.repeat_of else None,
            4,
            if_filled=True,
        ),
        Box("route_reason", lambda record: record.route_reason, 4, if_filled=True),
        Box("resp_dept", lambda record: department_name(record.resp_dept), 4),
    ),
)

MEETING = Boxes(
    "meeting",
    (
        Box("met_at", of_meeting("met_at"), 2, "moment"),
        Box("resp_dept", lambda of: department_name(of[1].department), 2),
        Box("minutes", of_meeting("minutes"), 4),
    ),
)

ATTENDANCE = Table(
    "attendees",
    (
        Column("person", lambda row: row.user.name, 20),
        Column("department", lambda row: department_name(row.department), 20),
        Column("team_role", lambda row: choice("team_role", row.team_role), 12),
        Column("countersigned_at", lambda row: row.countersigned_at, 20, "moment"),
    ),
    in_meeting("attendees"),
    4,
)

GOODS = Table(
    "dispositions",
    (
        Column("place", lambda pair: choice("place", pair[0].place), 10),
        Column("found_qty", lambda pair: pair[0].found_qty, 7, "whole"),
        Column("defect_qty", lambda pair: pair[0].defect_qty, 7, "whole"),
        Column("disposition", of_goods("disposition", lambda code: choice("disposition", code)), 11),
        Column("quantity", of_goods("quantity"), 7),
        Column("lot_no", of_goods("lot_no"), 11),
        Column("owner", lambda pair: pair[1].owner.name if pair[1] else None, 10),
        Column("planned_on", of_goods("planned_on"), 11),
        Column("done_on", of_goods("done_on"), 11),
        Column(
            "note",
            lambda pair: (
                pair[1].done_note if pair[1] else ((term("confirmed_by"), pair[0].none_confirmed_by),)
            ),
            13,
        ),
    ),
    goods_of,
    6,
)

PLAN = Boxes(
    "plan",
    (
        Box("plan_needed", of_meeting("plan_needed"), kind="yes_no", options="yes_no"),
        Box("plan_quantity", of_meeting("plan_quantity"), kind="whole"),
        Box("plan_due_on", of_meeting("plan_due_on"), kind="day"),
        Box("planned_by", lambda of: of[1].planned_by.name if of[1].planned_by else None),
        Box("plan", of_meeting("plan"), 4),
    ),
)

REPLY = Boxes(
    "reply",
    (
        Box("settled_on", lambda reply: reply.settled_on, kind="day", if_filled=True),
        Box("agreed_with", lambda reply: reply.agreed_with, if_filled=True),
        Box(
            "same_day",
            lambda reply: reply.recorded_same_day if reply.settled_on else None,
            2,
            "yes_no",
            if_filled=True,
            options="yes_no",
        ),
        Box("reply_text", lambda reply: reply.reply_text, 4),
        Box("cause", lambda reply: reply.cause, 2, if_filled=True),
        Box("escape_cause", lambda reply: reply.escape_cause, 2, if_filled=True),
        Box("actions", lambda reply: reply.actions, 4, if_filled=True),
        Box("late_reason", lambda reply: reply.late_reason, 4, if_filled=True),
        Box("quality_replied_at", lambda reply: reply.quality_replied_at, kind="moment"),
        Box("prepared_by", lambda reply: reply.prepared_by.name if reply.prepared_by else None),
        Box("replied_at", lambda reply: reply.replied_at, kind="moment"),
        Box("recorded_at", lambda reply: reply.recorded_at, 4, "moment", if_filled=True),
        Box("replied_by", lambda reply: reply.replied_by.name if reply.replied_by else None),
        Box("reply_to", lambda reply: reply.reply_to),
        Box("reply_channel", lambda reply: choice("channel", reply.reply_channel)),
        Box("reply_due_at", lambda reply: reply.due_at, kind="moment"),
        Box("on_time", lambda reply: reply.in_time, kind="yes_no", options="yes_no"),
        Box("response", lambda reply: choice("response", reply.response), options="response"),
        Box("response_on", lambda reply: reply.response_on, kind="day"),
        Box("response_note", lambda reply: reply.response_note, 2),
    ),
)

CLOSE = Boxes(
    "close",
    (
        Box("late_reply_reason", lambda of: of[0].late_reply_reason, 4, if_filled=True),
        Box(
            "capas",
            lambda of: list_in_words(f"{capa.number} {state_name('capa', capa.state)}" for capa in of[1]),
            4,
            if_filled=True,
        ),
        *(Box(name, cost_named(name), if_filled=True) for name in COSTS),
        Box("cost_total", cost_of, 2, if_filled=True),
        Box("closed_at", lambda of: of[0].closed_at, 2, "moment"),
        Box("closing_note", lambda of: of[0].closing_note, 2),
    ),
)

COMPLAINT_REPORT = Paper(
    "complaint_report",
    (
        Block(
            "A",
            lambda _: gettext("Receipt"),
            (ENDED, RECEIPT, OLD, Pictures(), SAMPLES, TALKS),
            "5.2.1.1 · 5.2.1.2",
        ),
        Block("B", lambda _: gettext("Analysis and confirmation"), (ANALYSIS,), "5.2.1.3 · 5.2.2.1"),
        Block("C", meeting_title, (MEETING, ATTENDANCE, GOODS, PLAN), "5.2.2.4", meetings_of),
        Block("D", lambda _: gettext("Cause"), (CAUSES, CAUSE_PROOF, WHYS, FISHBONE), "5.2.2.5", with_causes),
        Block("E", lambda _: gettext("Measures"), (MEASURES, AFTER_MEASURES), "5.2.2.5", with_causes),
        Block(
            "F",
            lambda reply: name_of_reply(reply) if reply else term("reply"),
            (REPLY,),
            "5.2.2.3 · 5.2.2.6",
            lambda record: record.replies,
        ),
        Block(
            "G", lambda _: gettext("Verification and close"), (PROOFS, CLOSE), "5.2.2.3 · 5.2.2.5", with_capas
        ),
    ),
    (
        Signing("recorded_by", ("log", "pass_on", "register")),
        Signing("analysed_by", ("confirm",)),
        Signing("reviewed_by", ("confirm_route",)),
        Signing("countersigned_by", ("countersign",), all_of_them=True),
        Signing("clock_decided_by", ("consent_clock", "refuse_clock"), all_of_them=True),
        Signing("verified_by", ("check_effect", "analyse_again")),
        Signing("approved_by", ("close",)),
        Signing("customer_confirmed", ("accept", "refuse", "no_answer")),
    ),
)
