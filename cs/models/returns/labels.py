"""The labels of returned goods (5.3.2, 5.6): one for each line of the slip, by its number."""

from __future__ import annotations

from dataclasses import dataclass

from cs.models.returns.lines import ReturnLine
from cs.procedure import returns as procedure


@dataclass(frozen=True)
class LineLabels:
    """The labels of one return. A line's number is its position on the slip, from 1."""

    return_number: str
    state: str
    lines: list[ReturnLine]

    def number_of(self, line: ReturnLine) -> int:
        return self.lines.index(line) + 1

    def line_at(self, number: int) -> ReturnLine | None:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def code_of(self, line: ReturnLine) -> str:
        """Return what the line's label says: the numbers of the return and of the line."""
        return f"{self.return_number}/{self.number_of(line)}"

    @property
    def are_offered(self) -> bool:
        return self.state not in procedure.WITHOUT_GOODS

    @property
    def labelled(self) -> list[ReturnLine]:
        """Return the lines that have labels: all, once the slip stands, of goods that come."""
        return list(self.lines) if self.are_offered and self.state not in procedure.SLIP_OPEN else []
