"""The sections of the procedure, each a blueprint. None imports another."""
from flask import Blueprint

from cs.blueprints import auth, complaints, desk, drafts, files, procedure, reports

SECTIONS: tuple[Blueprint, ...] = (
    auth.blueprint,
    desk.blueprint,
    complaints.blueprint,
    files.blueprint,
    drafts.blueprint,
    procedure.blueprint,
    reports.blueprint,
)
