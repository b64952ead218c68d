"""The sections of the procedure and of the program around it, each a blueprint. None imports another."""

from cs.blueprints import (
    admin,
    approvals,
    auth,
    capa,
    complaints,
    customers,
    desk,
    drafts,
    exports,
    files,
    imports,
    procedure,
    products,
    replenishments,
    reports,
    returns,
    shipments,
    traces,
)
from cs.records.sections import Sections

# In the order of the navigation; those without an entry come last.
SECTIONS = Sections(
    (
        desk.SECTION,
        approvals.SECTION,
        complaints.SECTION,
        returns.SECTION,
        replenishments.SECTION,
        capa.SECTION,
        customers.SECTION,
        products.SECTION,
        shipments.SECTION,
        reports.SECTION,
        procedure.SECTION,
        traces.SECTION,
        admin.SECTION,
        auth.SECTION,
        imports.SECTION,
        files.SECTION,
        drafts.SECTION,
        exports.SECTION,
    )
)
