"""Model tests run inside an app context, on a Tuesday morning in the factory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


@pytest.fixture(autouse=True)
def _inside(inside: None) -> None:
    """Records live in the test's own session."""


@pytest.fixture
def on() -> datetime:
    """Tuesday 10 March 2026, 10:00 in Shanghai: no feast near, a working week before and after."""
    return datetime(2026, 3, 10, 2, tzinfo=UTC)
