"""How words are searched and ordered: an index of two-character tokens, written in the same transaction as
what it finds, and pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from pypinyin import lazy_pinyin
from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.characters import in_simplified_characters
from cs.records.texts import cleaned, without_punctuation

MAX_SEARCH_LENGTH = 60  # characters; one typed may become eighteen
MAX_TOKENS = 8
AT_ONCE = 20_000  # rows sent by one statement
RECORDS_AT_ONCE = 500
MAX_CODE_LENGTH = 40
# A code or telephone number in several groups, 138 0000 3443 or MJ A1600D: letters, digits and marks alone.
_IN_GROUPS = re.compile(r"(?=.*[0-9])[!-~]+( [!-~]+)+")


class Searched(Protocol):
    """A record as the search sees it."""

    kind: ClassVar[str]

    @property
    def id(self) -> int: ...

    @property
    def search_text(self) -> str: ...


class SearchWord(Model):
    """Two-character tokens of a record's searched words: a two-character Chinese word is found by an
    index."""

    __tablename__ = "search_words"
    kind: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)


def searchable_text(words: tuple[str | None, ...] | list[str | None]) -> str:
    """Return words as they are searched: half width, lower case, simplified characters, single spaces,
    without hyphens and other punctuation; a code in groups also as one word."""
    folded = [_folded(word) for word in words if word]
    in_one = (word.replace(" ", "") for word in folded if _is_code_in_groups(word))
    return " ".join(filter(None, (*map(_without_marks, folded), *map(_without_marks, in_one))))


def _folded(text: str) -> str:
    half = unicodedata.normalize("NFKC", cleaned(text)).casefold()
    return " ".join(in_simplified_characters(half).split())


def _is_code_in_groups(folded: str) -> bool:
    return len(folded) <= MAX_CODE_LENGTH and _IN_GROUPS.fullmatch(folded) is not None


def _without_marks(folded: str) -> str:
    return " ".join(without_punctuation(folded).split())


def _typed_words(typed: str) -> list[str]:
    """Return the different words to look for; a word of punctuation alone stays, and nothing holds it."""
    words = _folded(typed)[:MAX_SEARCH_LENGTH].split()
    return list(dict.fromkeys(without_punctuation(word) or word for word in words))


def in_latin_letters(text: str) -> str:
    """Return a name in small Latin letters, Chinese characters by their pinyin: 林晓雯 is linxiaowen."""
    return unicodedata.normalize("NFKC", "".join(lazy_pinyin(text))).casefold()


def pinyin_initials(name: str) -> str:
    """Return the initials by which a Chinese name is typed in a hurry: 华声汽配 is hsqp. Nothing for a name
    without Chinese characters."""
    return "".join(syllable[0] for syllable in lazy_pinyin(in_simplified_characters(name), errors="ignore"))


def sort_key(text: str) -> str:
    """Return the key by which Chinese names are sorted: pinyin, regardless of case."""
    return " ".join(lazy_pinyin(text)).casefold()[:200]


def search_tokens(text: str) -> set[str]:
    """Return the two-character tokens of each word of a searchable text; a single character is its own
    token."""
    return {word[i : i + 2] for word in text.split() for i in range(max(1, len(word) - 1))}


def index_words(records: Sequence[Searched], *, new: bool = False) -> None:
    """Update the index to the searched words of records of one kind."""
    kind, rows = records[0].kind, []
    present: defaultdict[int, set[str]] = defaultdict(set)
    if not new:
        query = select(SearchWord.record_id, SearchWord.token).where(
            SearchWord.kind == kind, SearchWord.record_id.in_([record.id for record in records])
        )
        for record_id, token in db.session.execute(query):
            present[record_id].add(token)
    for record in records:
        wanted = search_tokens(record.search_text)
        if gone := present[record.id] - wanted:
            db.session.execute(
                delete(SearchWord).where(
                    SearchWord.kind == kind, SearchWord.record_id == record.id, SearchWord.token.in_(gone)
                )
            )
        rows += [
            {"kind": kind, "token": token, "record_id": record.id}
            for token in sorted(wanted - present[record.id])
        ]
    table: Any = SearchWord.__table__
    for start in range(0, len(rows), AT_ONCE):
        db.session.connection().execute(
            insert(table), rows[start : start + AT_ONCE]
        )  # past the session, which would look at each of many words


def reindex(cls: type[Any], which: ColumnElement[bool]) -> None:
    """Update search text and index of all records of a kind that a condition selects."""
    last = 0
    while (
        records := db.session.execute(
            select(cls).where(which, cls.id > last).order_by(cls.id).limit(RECORDS_AT_ONCE)
        )
        .scalars()
        .all()
    ):
        last = records[-1].id
        changed = []
        for record in records:
            if (words := searchable_text(record.searched())) != record.search_text:
                record.search_text = words
                changed.append(record)
        if changed:
            index_words(changed)
        db.session.flush()


def search_conditions(cls: type[Any], typed: str) -> list[Any]:
    """Return the conditions of a query for the records that hold every word typed; empty when nothing was
    typed.

    The tokens only lead to the few records in which the words are then looked for; many of them would cost
    more than they save, above all in PostgreSQL, which ponders for minutes over a hundred.
    """
    conditions: list[Any] = []
    room = MAX_TOKENS
    for word in _typed_words(typed):
        pairs = sorted(search_tokens(word))[:room] if len(word) > 1 else []
        room -= len(pairs)
        conditions += [
            cls.id.in_(
                select(SearchWord.record_id).where(SearchWord.kind == cls.kind, SearchWord.token == token)
            )
            for token in pairs
        ]
        if len(word) != 2 or not pairs:
            conditions.append(cls.search_text.contains(word, autoescape=True))
    return conditions
