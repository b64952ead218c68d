"""Administration: people with their roles and sessions, departments, the factory's own days. For administrators alone."""
from __future__ import annotations

from cs.blueprints.admin import departments, holidays, overview, people
from cs.blueprints.admin.common import blueprint

__all__ = ["blueprint", "departments", "holidays", "overview", "people"]
