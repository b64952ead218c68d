"""How the demo moves through time: a walk yields the moment at which it wants to go on."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime

Walk = Generator[datetime, None, None]
