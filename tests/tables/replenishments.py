"""5.3.4: an application that the clerk filed, with its signatures one after another; an urgent order on its
way through the factory."""

from __future__ import annotations

from tests.tables.reading import Situation, read

BOTH_MANAGERS = {
    "sign": ("sales_manager", "production_manager"),
    "refuse": ("sales_manager", "production_manager"),
}
PRODUCTION_ALONE = {"sign": ("production_manager",), "refuse": ("production_manager",)}
GENERAL_MANAGER = {"sign": ("general_manager",), "refuse": ("general_manager",)}

REPLENISHMENT_SITUATIONS = (
    Situation("filed", "filed", {}, BOTH_MANAGERS, "just_filed"),
    Situation(
        "signed by the sales manager",
        "filed",
        {"signed": ("sales_manager",)},
        PRODUCTION_ALONE,
        "half_signed",
    ),
    Situation(
        "1000 RMB, signed by both managers",
        "filed",
        {"price": "1000", "signed": ("sales_manager", "production_manager")},
        GENERAL_MANAGER,
        "general_manager_next",
    ),
    Situation(
        "changed after a signature",
        "filed",
        {"signed": ("sales_manager",), "changed": True},
        BOTH_MANAGERS | {"see_change": ("sales_manager",)},
        "changed",
    ),
    Situation("ordered", "ordered"),
    Situation("scheduled", "scheduled"),
    Situation("made", "made"),
    Situation("shipped", "dispatched"),
    Situation("refused, back with sales", "turned_down"),
    Situation("refused for good", "rejected"),
    Situation("void", "void"),
)

REPLENISHMENT_STEPS = """
5.3.4  file            sales                                                   new
5.3.4  sign            named sales_manager production_manager general_manager  filed
5.3.4  refuse          named sales_manager production_manager general_manager  filed
5.3.4  file_again      sales                                                   turned_down
5.3.4  accept_refusal  sales                                                   turned_down
5.3.4  see_change      named sales_manager production_manager general_manager  changed
5.3.4  order           sales_manager production_manager general_manager        nowhere
5.3.4  change          sales                                                   filed
3.6    schedule        planner                                                 ordered
3.6    reschedule      planner                                                 scheduled
3.5    make            production                                              scheduled
5.3.4  ship            warehouse_keeper                                        made
5.6    void            sales_manager                                           filed ordered scheduled
"""

REPLENISHMENT = read(REPLENISHMENT_STEPS, REPLENISHMENT_SITUATIONS)
