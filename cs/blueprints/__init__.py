"""The sections of the procedure, each a blueprint. None imports another."""
from flask import Blueprint

from cs.blueprints import (
    admin,
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
    reports,
    shipments,
)

SECTIONS: tuple[Blueprint, ...] = (
    auth.blueprint,
    desk.blueprint,
    complaints.blueprint,
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
