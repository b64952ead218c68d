"""The defect catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field

from cs.procedure.names import Name


@dataclass(frozen=True)
class Defect:
    """A defect category and its codes (FORMS 4.1)."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    codes: dict[str, Name]
