"""What one value alone cannot say: values that contradict each other, and codes that records hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cs.procedure.authority import Permission, may
from cs.procedure.calendar import WorkingHours
from cs.procedure.defects import Defect
from cs.procedure.names import Name
from cs.procedure.organisation import Role
from cs.procedure.replenishments import RMB
from cs.procedure.rules import Kpi
from cs.procedure.tables import Rulebook


def faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    """Yield place and reason of every contradiction between values."""
    yield from _time_faults(book.working)
    known = ", ".join(book.departments)
    if book.open_ages[0] >= book.open_ages[1]:
        yield "open_ages", f"is {list(book.open_ages)}: write the smaller number first"
    for code, kpi in book.kpis.items():
        if kpi.clause not in {clause.id for clause in book.clauses}:
            yield f"kpis.{code}.clause", f"no clause {kpi.clause!r}: name a clause of the procedure"
    for code, role in book.roles.items():
        if role.department is not None and role.department not in book.departments:
            yield f"roles.{code}.department", f"no department {role.department!r}: name one of {known}"
    yield from _escalation_faults(book)
    yield from _rate_faults(book)
    yield from _checker_faults(book)
    lists = {"roles": _names(book.roles), "defects": _names(book.defects), "kpis": _names(book.kpis)}
    lists |= {f"defects.{code}.codes": row.codes for code, row in book.defects.items()}
    for section in ("choices", "states", "steps"):
        lists |= {f"{section}.{code}": names for code, names in getattr(book, section).items()}
    for place, names in lists.items():
        if not names:
            yield place, "is empty: write at least one row"
        yield from _repeated_words(
            (f"{place}.{code}", word) for code, name in names.items() for word in (name.zh, name.en)
        )
    yield from _repeated_words(
        (f"departments.{code}", word)
        for code, row in book.departments.items()
        for word in (row.name.zh, row.name.en, *row.aliases)
    )
    yield from _repeated_words((f"numbering.{code}", kind.prefix) for code, kind in book.numbering.items())
    yield from _repeated_words((f"clauses[{n}]", clause.id) for n, clause in enumerate(book.clauses, 1))


def _time_faults(working: WorkingHours) -> Iterator[tuple[str, str]]:
    if not working.weekdays:
        yield "working.weekdays", "is empty: name at least one day"
    if len(set(working.weekdays)) < len(working.weekdays):
        yield "working.weekdays", "names a day twice: remove one"
    if not working.spans:
        yield "working.spans", "is empty: write at least one span"
    for n, (start, end) in enumerate(working.spans, 1):
        if start >= end:
            yield f"working.spans[{n}]", f"ends at {end}, not after its start {start}: correct one of them"
        if n > 1 and start < (before := working.spans[n - 2][1]):
            yield (
                f"working.spans[{n}]",
                f"starts before the span above it ends at {before}: correct one of them",
            )


def _escalation_faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    for kind, rows in book.escalation.items():
        for task, rule in rows.items():
            if rule.to not in book.roles:
                yield (
                    f"escalation.{kind}.{task}.to",
                    f"no role {rule.to!r}: name one of {', '.join(book.roles)}",
                )


def _rate_faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    foreign = [code for code in book.choices["currency"] if code != RMB]
    for code in book.replenishment.rates:
        if code not in foreign:
            yield (
                f"replenishment.rates.{code}",
                f"no other currency {code!r}: name one of {', '.join(foreign)}",
            )


def _checker_faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    for n, role in enumerate(book.capa.check_in_place, 1):
        if role not in book.roles or not may([role], Permission.READ):
            yield f"capa.check_in_place[{n}]", f"no role {role!r} that reads records: name one that does"


def _names(rows: Mapping[str, Role] | Mapping[str, Defect] | Mapping[str, Kpi]) -> dict[str, Name]:
    return {code: row.name for code, row in rows.items()}


def _repeated_words(words: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each word that stands twice in one list: on a screen or in an import nobody could tell the two
    apart."""
    first: dict[str, str] = {}
    for place, word in words:
        if first.setdefault(word, place) != place:
            yield place, f"{word!r} stands already at {first[word]}: change one of them"


def codes(book: Rulebook) -> Iterator[str]:
    """Yield every code that records or rules may name, in dotted form."""
    for section in (
        "departments",
        "roles",
        "forms",
        "numbering",
        "choices",
        "defects",
        "states",
        "steps",
        "terms",
        "kpis",
    ):
        for code, row in getattr(book, section).items():
            yield f"{section}.{code}"
            if isinstance(row, Defect):
                yield from (f"{section}.{code}.codes.{name}" for name in row.codes)
            elif isinstance(row, dict):
                yield from (f"{section}.{code}.{name}" for name in row)
