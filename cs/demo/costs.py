"""What a demo case cost, as the quality supervisor enters it at its close (7.4-62)."""

from __future__ import annotations

from decimal import Decimal

from cs.demo.case_file import CaseFile
from cs.demo.goods_walk import GoodsWalk
from cs.demo.replenishments import PRICES
from cs.demo.trade import random_for
from cs.models.complaints.blocks import Costs

FEN = Decimal("0.01")
LABOUR_PER_PIECE = Decimal("3.50")  # of rework, repair or sorting, in RMB
VALUE_SCRAPPED = Decimal("0.7")  # of a piece that is scrapped: its material, of the price
FREIGHT = (80, 420)  # a van to the customer and back
REWORKED = ("rework", "repair", "sort")


def costs_at_close(case: CaseFile, goods: GoodsWalk) -> Costs:
    """Return what is known of the costs: nothing where it is not ours, or no goods were touched.

    Freight is entered where our van fetched the goods, a deduction where the customer made one.
    """
    if not case.plot.ours:
        return {}
    rng, price = random_for(f"{case.name} costs"), Decimal(PRICES[case.story.shipment.product.model])
    lines = [line for haul in goods.hauls for line in haul.record.lines]
    decided = case.complaint.meeting_book.dispositions
    reworked = sum((line.reworked_qty for line in lines), Decimal()) + sum(
        row.quantity for row in decided if row.disposition in REWORKED
    )
    scrapped = sum(
        (line.scrapped_qty * Decimal(PRICES[line.product.model]) for line in lines), Decimal()
    ) + sum(row.quantity * price for row in decided if row.disposition == "scrap")
    credited = sum(row.quantity * price for row in decided if row.disposition == "credit")
    if not credited and "deduction" in case.story.demands:
        credited = case.story.n * price
    costs: Costs = {}
    if reworked:
        costs["cost_rework"] = _in_fen(reworked * LABOUR_PER_PIECE)
    if scrapped:
        costs["cost_scrap"] = _in_fen(scrapped * VALUE_SCRAPPED)
    if any(haul.record.pick_up_on for haul in goods.hauls):
        costs["cost_freight"] = _in_fen(Decimal(rng.randint(*FREIGHT)))
    if credited:
        costs["cost_deduction"] = _in_fen(Decimal(credited))
    return costs


def _in_fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN)
