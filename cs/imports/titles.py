"""The row of titles: where it stands, and which column each title of it means.

A title means a column in full (its own words before the names that factories give it) or in part
(“数量(PCS)”). Where two titles mean the same column the better claim takes it: own words before other names,
in full before in part, then the first from the left.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cs.imports.cells import Column, Repeated, comparable
from cs.imports.sheets import Row

# The titles stand within the first rows, below a merged title, the company's name and empty rows.
HEADER_WITHIN = 30
MAX_FILE_COLUMNS = 256
MAX_TITLE_LENGTH = 100
FULL = 0.5  # of the texts of the fullest row: so many make a row one of titles, where none is known
OWN_WORDS = 2  # the first titles of a column are its own words in both languages
# The column that the list of bad lines adds: a mended list comes back with it.
REASONS_TITLE = {"zh": "不能导入的原因", "en": "Why it was not imported"}
# What stands in a title's brackets or behind its slash and makes it another thing: not pieces but boxes,
# kilograms, another currency or a rate.
_OTHER_UNIT = re.compile(
    r"(单位:?)?(箱|盒|托|板|卷|桶|包|ctns?|cartons?|box(es)?|pallets?|kgs?|公斤|千克|吨|m3|立方|cbm|%|‰|ppm|百分比|万|千"
    r"|袋|双|对|打|百|k|克|kg|g|克|米|cm|mm|升|l|bags?|rolls?|pairs?|usd|us\$|\$|eur|€|hkd|jpy|gbp|美元|美金"
    r"|欧元|港币|日元|英镑|角|千元|万元|小时|h|hours?|周|weeks?|月|months?|天数)",
    re.IGNORECASE,
)
_RATIO = re.compile(r"[(\[【]\s*(?:单位:?)?(%|‰|ppm)\s*[)\]】]$", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")


def title_key(title: str) -> str:
    """Return a title for comparing: no width, case or spaces, and without its marks for “must be filled
    in”."""
    key = comparable(title)
    key = re.sub(r"[(\[【](必填|必须|必填项|选填|可选|required|optional)[)\]】]", "", key)
    return key.strip("*:;.、。•")


IGNORED_TITLES = frozenset(map(title_key, REASONS_TITLE.values()))


@dataclass(frozen=True)
class TitleIndex:
    """The columns by their titles. `claims`: {title: (column, 0 for its own words, 1 for another name)};
    `others`: the column that a title means where a better claim has taken the first."""

    claims: Mapping[str, tuple[str, int]]
    others: Mapping[str, str]
    enough: int  # known titles that make a row the row of titles

    @classmethod
    def of(cls, columns: Sequence[Column], others: Mapping[str, str]) -> TitleIndex:
        claims: dict[str, tuple[str, int]] = {}
        for column in columns:
            for place, title in enumerate(column.titles):
                claim = column.name, int(place >= OWN_WORDS)
                if claims.setdefault(title_key(title), claim)[0] != column.name:
                    raise ValueError(f"two columns share the title {title!r}")
        return cls(claims, {title_key(title): name for title, name in others.items()}, min(2, len(columns)))


@dataclass(frozen=True)
class Header:
    """A row of titles. `keys`: {position: key of the title}, different for each column; `places`: {column:
    position} by the titles; `second`: {position: column} of titles whose column another one has taken."""

    row: int
    texts: dict[int, str]
    keys: dict[int, str]
    places: dict[str, int] = field(default_factory=dict)
    second: dict[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return 1 + max(self.texts, default=-1)

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.keys.values())


def fingerprint_of(keys: Iterable[str]) -> str:
    """Return what files with the same titles have in common, in whatever order these stand."""
    known = sorted(key for key in keys if key not in IGNORED_TITLES)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def find_header(
    top: list[tuple[int, Row]],
    index: TitleIndex,
    remembered: Mapping[str, object],
    row: int | None = None,
) -> Header:
    """Return the row of titles: the one pointed at, else one whose titles somebody has mapped, else the one
    that holds most known titles (two rows together where groups of columns have a common title above), else
    the first that is about as full as any."""
    candidates = list(_candidates(top, index))
    if row is not None:
        candidates = [header for header in candidates if header.row == row]
        return max(candidates, key=lambda header: len(header.places), default=Header(row, {}, {}))
    order = {titles: number for number, titles in enumerate(remembered)}  # the latest choice first
    mapped = [header for header in candidates if header.keys and header.fingerprint in order]
    if mapped:
        return min(mapped, key=lambda header: order[header.fingerprint])
    best = max(candidates, key=lambda header: len(header.places), default=Header(1, {}, {}))
    most = max((_different_texts(header) for header in candidates), default=0)
    if len(best.places) >= index.enough or (best.places and _different_texts(best) >= FULL * most):
        return best
    full = (header for header in candidates if header.texts and _different_texts(header) >= FULL * most)
    return next(full, best)


def _candidates(top: list[tuple[int, Row]], index: TitleIndex) -> Iterator[Header]:
    above: Row = []
    for number, cells in top:
        # A title that is merged over two rows stands in both of them.
        row = [cell.value if isinstance(cell, Repeated) else cell for cell in cells]
        yield match_titles(number, row, index)
        if any(above):
            merged = [low or high for low, high in itertools.zip_longest(row, above, fillvalue="")]
            yield match_titles(number, merged, index)
        above = row


def _different_texts(header: Header) -> int:
    return len(set(header.texts.values()))


def match_titles(number: int, row: Row, index: TitleIndex) -> Header:
    """Find the position of each column by the titles of a row."""
    texts = {
        position: " ".join(cell.split())
        for position, cell in enumerate(row[:MAX_FILE_COLUMNS])
        if isinstance(cell, str) and cell.strip()
    }
    header = Header(number, texts, _distinct_keys(texts))
    claims = sorted(
        (rank, position, key)
        for position, text in texts.items()
        for rank, key in _claims(str(row[position]), text, index)
    )
    taken: set[int] = set()
    for _rank, position, key in claims:
        name = index.claims[key][0]
        if name in header.places and (other := index.others.get(key)) is not None:
            name = other
        if position not in taken and name not in header.places:
            header.places[name] = position
            taken.add(position)
    for rank, position, key in claims:
        if position not in taken and rank < 2:
            header.second.setdefault(position, index.claims[key][0])
    return header


def _claims(raw: str, text: str, index: TitleIndex) -> Iterator[tuple[int, str]]:
    """Yield what a title may mean: 0 by the column's own words, 1 by another name, 2 in part."""
    key = title_key(text)
    if key in index.claims:
        yield index.claims[key][1], key
    else:
        part = next((part for part in _title_parts(raw) if part in index.claims), None)
        if part is not None:
            yield 2, part


def ratio_unit(title: str) -> str:
    """Return the unit of a rate that stands in the brackets of its title, or nothing."""
    match = _RATIO.search(unicodedata.normalize("NFKC", title).strip())
    return match[1].upper() if match else ""


def _distinct_keys(texts: Mapping[int, str]) -> dict[int, str]:
    """Return the key of each title, numbered where it stands again."""
    counted: Counter[str] = Counter()
    keys = {}
    for position, text in texts.items():
        key = title_key(text)[:MAX_TITLE_LENGTH]
        counted[key] += 1
        keys[position] = key if counted[key] == 1 else f"{key}\n{counted[key]}"
    return keys


def _title_parts(title: str) -> Iterator[str]:
    """Yield the parts of a title that may be known by themselves: without brackets, each of two languages,
    each side of a slash. A unit in the brackets that makes it another thing stays part of it."""
    text = unicodedata.normalize("NFKC", title)
    beside = ["".join(found) for found in _BRACKETS.findall(text)] + text.split("/")[1:]
    if any(_OTHER_UNIT.fullmatch(unit.strip()) for unit in beside):
        return
    bare = _BRACKETS.sub(" ", text)
    yield title_key(bare)
    for part in re.split(r"[/|\n]", text):
        yield title_key(part)
    yield title_key("".join(re.findall(r"[\u3400-\u9fff]+", bare)))
    yield title_key(" ".join(re.findall(r"[A-Za-z][A-Za-z./ -]*", bare)))


def letters_of(position: int) -> str:
    """Return the letters by which Excel calls a column."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
