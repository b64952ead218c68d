"""5.2.2.5, 5.4.6: a CAR to production; its one action is the production operator's.

The relation to the record is in the table: a member of the responsible department answers, the owner carries
out (while no action is open nobody owns one).
"""

from __future__ import annotations

from tests.tables.reading import Situation, read

CAPA_SITUATIONS = (
    Situation("waits for analysis", "issued"),
    Situation("waits for measures", "analysed"),
    Situation("being carried out", "measures_set", {}, {"do_action": ("production_operator",)}),
    Situation("waits for verification", "carried_out"),
    Situation("verified", "verified"),
    Situation("issued by mistake", "void"),
)

CAPA_STEPS = """
5.2.2.5  issue         sales quality                     new
5.2.2.5  analyse       production                        issued
5.2.2.5  set_measures  production                        analysed
5.2.2.5  send_back     quality                           analysed measures_set
5.2.2.5  do_action     named sales quality others        measures_set
5.2.2.5  reassign      production                        measures_set
5.2.2.5  carry_out     sales quality others              nowhere
5.2.2.5  verify        quality                           carried_out
5.2.2.5  reopen        quality                           carried_out
5.6      amend         sales quality                     issued analysed measures_set
5.6      void          sales_manager quality_supervisor  issued analysed measures_set carried_out
"""

CAPA = read(CAPA_STEPS, CAPA_SITUATIONS)
