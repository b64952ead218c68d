"""5.1: customers, products and shipments: what records refer to."""

from __future__ import annotations

from tests.tables.reading import Situation, read

MASTER_SITUATIONS = (Situation("in use", "active"), Situation("void", "void"))

CUSTOMER_STEPS = """
5.1.3.2  create  sales                           new
5.1.3.2  edit    sales                           active
5.6      void    sales_manager                   active
"""
PRODUCT_STEPS = """
5.1      create  sales engineer                  new
5.1      edit    sales engineer                  active
5.6      void    sales_manager                   active
"""
SHIPMENT_STEPS = """
5.1      create  sales planner warehouse_keeper  new
5.1      edit    sales planner warehouse_keeper  active
5.6      void    sales_manager                   active
"""

MASTER = {
    "customer": read(CUSTOMER_STEPS, MASTER_SITUATIONS),
    "product": read(PRODUCT_STEPS, MASTER_SITUATIONS),
    "shipment": read(SHIPMENT_STEPS, MASTER_SITUATIONS),
}
