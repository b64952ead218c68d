"""The organisation: departments and roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from cs.procedure.names import Name


@dataclass(frozen=True)
class Department:
    """A department (Q1–Q5); `aliases` are its other names in the procedure."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role and its home department; None: it may be held in any."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    department: str | None = None
