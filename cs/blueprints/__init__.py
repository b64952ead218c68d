"""The sections of the procedure, each a blueprint. None imports another."""

from flask import Blueprint

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
)

SECTIONS: tuple[Blueprint, ...] = (
    auth.blueprint,
    desk.blueprint,
    complaints.blueprint,
    returns.blueprint,
    replenishments.blueprint,
    approvals.blueprint,
    capa.blueprint,
    customers.blueprint,
    products.blueprint,
    shipments.blueprint,
    imports.blueprint,
    files.blueprint,
    drafts.blueprint,
    procedure.blueprint,
    admin.blueprint,
    reports.blueprint,
    exports.blueprint,
)
