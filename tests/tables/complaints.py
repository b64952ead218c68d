"""5.2: complaints."""

from __future__ import annotations

from tests.tables.reading import Situation, read

AT_THE_MEETING = {
    "countersign": ("sales_manager", "engineer", "production_manager"),  # the heads who were there
    "do_disposition": ("quality_inspector", "production_manager"),
}  # the owners of what is decided
CALLED = {
    "acknowledge_call": (
        "sales_clerk",
        "sales_manager",
        "engineer",
        "production_operator",
        "production_manager",
    )
}
OWNERS = {"do_measure": ("quality_inspector", "production_manager")}  # of the measures against its cause

COMPLAINT_SITUATIONS = (
    Situation("passed on to sales", "passed_on"),
    Situation(
        "sent back by sales",
        "sent_back",
        {},
        {"see_decline": ("quality_inspector",), "pass_on_again": ("quality_inspector",)},
    ),
    Situation("declined by sales", "declined"),
    Situation("received", "received", short="just_received"),
    Situation("under analysis", "analysing", short="under_analysis"),
    # Q11: signed by the inspector, not by the supervisor yet
    Situation("route not confirmed", "answering", {"proposed": True}, short="proposed"),
    # the answer in hand: occasional or not ours, to be prepared or ready
    Situation("occasional, to be settled", "answering", short="to_settle"),
    Situation("occasional, settled", "answering", {"answered": True}, short="settled"),
    Situation("not ours, to be explained", "answering", {"route": "not_ours"}, short="to_explain"),
    Situation("not ours, explained", "answering", {"route": "not_ours", "answered": True}, short="explained"),
    # just sent, or silent for ten days
    Situation("with the customer", "awaiting_customer", short="just_sent"),
    Situation("with a silent customer", "awaiting_customer", {"silent": True}, short="silent"),
    Situation("with the customer, sent late", "awaiting_customer", {"late": True}, short="sent_late"),
    Situation("accepted", "accepted", short="accepted_directly"),
    Situation("closed", "closed", short="closed_directly"),
    # 5.3.5: sales asks to open it again, and is refused
    Situation("closed, to be opened again", "closed", {"reopening": "requested"}, short="reopen_asked"),
    Situation(
        "closed, not opened again",
        "closed",
        {"reopening": "refused"},
        {"see_reopen_refusal": ("sales_clerk",)},
        "reopen_refused",
    ),
    Situation("void", "void"),
    # 5.2.2.4: the meeting to be called; to be held; held; the goods decided on, so that its heads countersign
    # and the owners carry it out; the result issued
    Situation("meeting, to be called", "answering", {"route": "meeting", "uncalled": True}, short="to_call"),
    # of departments without a named head whoever may speak for them is called
    Situation("meeting, to be held", "answering", {"route": "meeting"}, CALLED, "to_meet"),
    Situation("meeting, held", "answering", {"route": "meeting", "met": True}, short="met"),
    Situation(
        "meeting, goods decided on",
        "answering",
        {"route": "meeting", "disposed": True},
        AT_THE_MEETING,
        "goods_decided",
    ),
    Situation(
        "meeting, result issued",
        "answering",
        {"route": "meeting", "answered": True},
        AT_THE_MEETING,
        "result_issued",
    ),
    Situation(
        "meeting, with the customer, plan wanted",
        "awaiting_customer",
        {"route": "meeting", "plan_needed": True},
        AT_THE_MEETING,
        "plan_wanted",
    ),
    Situation(
        "meeting, accepted, goods not done",
        "accepted",
        {"route": "meeting", "countersigned": True},
        {"do_disposition": AT_THE_MEETING["do_disposition"]},
        "goods_not_done",
    ),
    Situation(
        "meeting, accepted, its CAPA not verified",
        "accepted",
        {"route": "meeting", "countersigned": True, "done": True, "capa": True},
        short="capa_not_verified",
    ),
    Situation(
        "meeting, accepted, no CAPA issued",
        "accepted",
        {"route": "meeting", "countersigned": True, "done": True},
        short="capa_wanted",
    ),
    Situation(
        "meeting, accepted, all done",
        "accepted",
        {"route": "meeting", "countersigned": True, "done": True, "verified": True},
        short="all_done",
    ),
    # 5.2.2.5 in short form: measures to carry out, their effect to check, both done
    Situation(
        "occasional, settled, measures open",
        "answering",
        {"answered": True, "measures": "open"},
        OWNERS,
        "settled_with_measures",
    ),
    Situation(
        "occasional, with the customer, effect unchecked",
        "awaiting_customer",
        {"measures": "done"},
        short="sent_unchecked",
    ),
    Situation(
        "occasional, accepted, measures open",
        "accepted",
        {"measures": "open"},
        OWNERS,
        "accepted_measures_open",
    ),
    Situation(
        "occasional, accepted, effect unchecked", "accepted", {"measures": "done"}, short="accepted_unchecked"
    ),
    Situation(
        "occasional, accepted, effective", "accepted", {"measures": "checked"}, short="accepted_effective"
    ),
    # 5.2.2.6: the clerk asked for another due date; it was refused, which the clerk has not seen
    Situation(
        "change of the clock waits",
        "received",
        {"clock": "waiting"},
        {"consent_clock": ("sales_manager",), "refuse_clock": ("sales_manager",)},
        "clock_waits",
    ),
    Situation(
        "change of the clock refused",
        "received",
        {"clock": "refused"},
        {"see_clock_refusal": ("sales_clerk",)},
        "clock_refused",
    ),
    # 5.2.1.3: a defect sample on its way, here, and one that stays here after its complaint
    Situation("sample awaited", "analysing", {"sample": "awaited"}, short="sample_awaited"),
    Situation("sample here", "analysing", {"sample": "here"}, short="sample_here"),
    Situation("closed, its sample here", "closed", {"sample": "here"}, short="sample_kept"),
)

COMPLAINT_STEPS = """
5.2.1.1  log             sales                       new
5.2.1.2  pass_on         quality others              new
5.2.1.2  register        sales                       passed_on
5.2.1.2  decline         sales                       passed_on
5.2.1.2  see_decline     named sales quality others  sent_back
5.2.1.2  pass_on_again   named quality others        sent_back
5.2.1.1  acknowledge     sales                       received analysing answering awaiting_customer
5.2.1.3  receive         quality                     received
5.2.1.3  contact         sales quality               received analysing answering awaiting_customer
5.2.1.3  request_sample  quality                     received analysing answering
5.2.1.3  receive_sample  sales quality warehouse_keeper  sample_awaited
5.2.1.3  move_sample     quality                     sample_here sample_kept
5.2.1.3  end_sample      quality                     sample_awaited sample_here sample_kept
5.2.1.3  confirm         quality                     analysing
5.2.2.1  confirm_route   quality_supervisor          proposed
5.2.2.1  send_back       quality_supervisor          proposed
5.2.2.2  explain         quality                     to_explain
5.2.2.2  reply_directly  quality                     explained
5.2.2.3  settle          quality_supervisor          to_settle
5.2.2.4  call_meeting    quality_supervisor          to_call
5.2.2.4  move_meeting    quality_supervisor          to_meet
5.2.2.4  acknowledge_call  named sales quality others  to_meet
5.2.2.4  meet            quality_supervisor          to_meet
5.2.2.4  dispose         quality_supervisor          met
5.2.2.4  issue_result    quality_supervisor          goods_decided
5.2.2.4  countersign     named sales quality others  goods_decided result_issued plan_wanted
5.2.2.4  plan            planner                     plan_wanted
5.2.2.4  do_disposition  named sales quality others  goods_decided result_issued plan_wanted goods_not_done
5.2.2.5  issue_capa      quality_supervisor          to_call to_meet met goods_decided result_issued
                                                      plan_wanted goods_not_done capa_wanted
5.2.2.3  send_reply      sales                       settled explained result_issued settled_with_measures
5.2.2.5  do_measure      named sales quality others  settled_with_measures accepted_measures_open
5.2.2.5  check_effect    quality_supervisor          sent_unchecked accepted_unchecked
5.2.2.5  analyse_again   quality_supervisor          sent_unchecked accepted_unchecked
5.2.2.3  accept          sales                       awaiting_customer
5.2.2.3  refuse          sales                       awaiting_customer
5.2.2.3  no_answer       sales                       silent
5.2.2.3  close           quality_supervisor          accepted_directly all_done accepted_effective
5.3.5    reopen          quality_supervisor          closed_directly sample_kept reopen_refused
5.3.5    request_reopen  sales                       closed_directly sample_kept reopen_refused
5.3.5    grant_reopen    quality_supervisor          reopen_asked
5.3.5    refuse_reopen   quality_supervisor          reopen_asked
5.3.5    see_reopen_refusal  named sales quality others  reopen_refused
5.2.2.6  consent_clock      named sales_manager general_manager  clock_waits
5.2.2.6  refuse_clock       named sales_manager general_manager  clock_waits
5.2.2.6  see_clock_refusal  named sales quality others           clock_refused
5.2.2.6  claim_sending      sales                                sent_late
5.6      amend           sales                       received analysing answering
5.6      void            sales_manager               passed_on received analysing answering awaiting_customer
                                                      accepted
"""

COMPLAINT = read(COMPLAINT_STEPS, COMPLAINT_SITUATIONS)
