"""Administration: people with roles and sessions, who can sign, departments, the factory's own days.

For administrators only.
"""

from __future__ import annotations

from flask_babel import gettext

from cs.blueprints.admin import accounts, company, departments, holidays, overview, people, signers, slips
from cs.blueprints.admin.common import blueprint
from cs.imports.people import PEOPLE
from cs.procedure.authority import Permission
from cs.records.sections import Section

SECTION = Section(
    blueprint,
    lambda: gettext("Administration"),
    "gear",
    Permission.ADMINISTER,
    table=PEOPLE,
    after_import=slips.issue_slips,
)

__all__ = [
    "SECTION",
    "accounts",
    "company",
    "departments",
    "holidays",
    "overview",
    "people",
    "signers",
    "slips",
]
