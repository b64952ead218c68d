"""Administration: people with their roles and sessions, who can sign, departments, the factory's own days.
For administrators alone."""

from __future__ import annotations

from cs.blueprints.admin import departments, holidays, overview, people, signers
from cs.blueprints.admin.common import blueprint

__all__ = ["blueprint", "departments", "holidays", "overview", "people", "signers"]
