"""The kinds of tables that can be imported, by the section whose list shows what came in."""

from cs.imports.history import REGISTER
from cs.imports.master_data import CUSTOMERS, PRODUCTS, SHIPMENTS

KINDS = {kind.section: kind for kind in (CUSTOMERS, PRODUCTS, SHIPMENTS, REGISTER)}
