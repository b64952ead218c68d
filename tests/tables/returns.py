"""5.3: returned goods."""

from __future__ import annotations

from tests.tables.reading import Situation, read

RETURN_SITUATIONS = (
    Situation("at the gate", "at_gate"),
    # before or after the goods are here
    Situation("registered", "registered", short="on_its_way"),
    Situation("registered, goods here", "registered", {"here": True}, short="here"),
    Situation("not ours", "offering", short="not_ours"),
    Situation("not ours, goods here", "offering", {"here": True}, short="not_ours_here"),
    Situation("to be picked up", "arranging"),
    Situation("awaited", "expected", short="uncounted"),
    Situation("one of two lines counted, short", "expected", {"counted": 1}, short="half_counted"),
    # counted; its lines inspected, reworked, re-inspected
    Situation("counted short", "handling", {"counted": 2}, short="counted_short"),
    Situation("to rework, no instruction", "handling", {"until": "inspect"}, short="no_instruction"),
    Situation("to rework, no date", "handling", {"until": "instruct"}, short="no_date"),
    Situation("to rework", "handling", {"until": "plan_rework"}, short="to_rework"),
    Situation("reworked in part", "handling", {"until": "rework"}, short="half_reworked"),
    Situation("nothing left", "handling", {"until": "reinspect"}, short="nothing_left"),
    Situation("given back", "given_back"),
    Situation("confirmed", "confirmed", short="confirmed_by_customer"),
    Situation("closed", "closed", short="effect_followed"),
    Situation("closed, effect judged", "closed", {"judged": True}, short="effect_judged"),
    Situation("void", "void"),
    Situation("left with the customer", "not_taken"),
    # the customer wants goods at once, and nobody has applied for them
    Situation("goods wanted, to be picked up", "arranging", {"wants_goods": True}, short="goods_wanted"),
    Situation("goods wanted, not ours", "offering", {"wants_goods": True}, short="goods_wanted_not_ours"),
    Situation("goods wanted, confirmed", "confirmed", {"wants_goods": True}, short="goods_wanted_at_end"),
)

RETURN_STEPS = """
5.3.1  register           sales               new
5.3.2  receive_at_gate    warehouse_keeper    new
5.3.2  take_over          sales               at_gate
5.3.1  accept             quality             on_its_way
5.3.1  accept_here        quality             here
5.3.1  decline            quality             registered
5.3.5  leave_there        sales               not_ours
5.3.5  send_as_is         sales               not_ours_here
5.3.5  serve_paid         sales               not_ours goods_wanted_not_ours
5.3.5  serve_paid_here    sales               not_ours_here
5.3.5  dispute            sales               offering
5.3.1  arrange            planner             arranging
5.3.3  count              warehouse_keeper    expected
5.3.3  all_counted        warehouse_keeper    nowhere
5.3.3  recount            warehouse_keeper    half_counted handling
5.3.3  settle_difference  sales               half_counted counted_short
5.3.1  inspect            quality             counted_short
3.4    instruct           process_engineer    no_instruction
3.6    plan_rework        planner             no_date
3.5    rework             production          to_rework half_reworked
5.3.1  reinspect          quality             half_reworked
5.3.1  give_back          warehouse_keeper    nothing_left
5.3.5  confirm            sales               given_back
5.3.5  close              quality_supervisor  confirmed_by_customer
5.3.4  apply_for_goods    sales               goods_wanted goods_wanted_not_ours goods_wanted_at_end
5.3.4  decline_goods      sales               goods_wanted goods_wanted_not_ours goods_wanted_at_end
3.4    judge_effect       process_engineer    given_back confirmed effect_followed
5.6    amend              sales               registered offering arranging
5.6    void               sales_manager       at_gate registered offering arranging expected
"""

RETURN = read(RETURN_STEPS, RETURN_SITUATIONS)
