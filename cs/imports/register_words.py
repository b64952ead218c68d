"""The words that old complaint registers use for states, defects and departments."""

from __future__ import annotations

from sqlalchemy import select

from cs.extensions import db
from cs.procedure import complaints as procedure
from cs.records.departments import Department
from cs.records.procedure import rulebook

OPEN = "open"
VOID = "void"
STATUS_WORDS = {
    "结案": procedure.CLOSED,
    "已关闭": procedure.CLOSED,
    "关闭": procedure.CLOSED,
    "已完成": procedure.CLOSED,
    "完成": procedure.CLOSED,
    "close": procedure.CLOSED,
    "done": procedure.CLOSED,
    "是": procedure.CLOSED,
    "Y": procedure.CLOSED,
    "未结案": OPEN,
    "未关闭": OPEN,
    "处理中": OPEN,
    "进行中": OPEN,
    "跟进中": OPEN,
    "待处理": OPEN,
    "否": OPEN,
    "N": OPEN,
    "答复中": OPEN,  # the next five: names of states in registers that earlier versions exported
    "Waits for sales": OPEN,
    "Being analysed": OPEN,
    "Being answered": OPEN,
    "Waits for the customer": OPEN,
    "ongoing": OPEN,
    "pending": OPEN,
    "作废": VOID,
    "取消": VOID,
    "已取消": VOID,
    "cancelled": VOID,
}
BETWEEN = " · "  # our own register writes the defect's name before the description


def status_words(language: str) -> dict[str, str]:
    words = {}
    for state in procedure.STATES:
        name = rulebook().states["complaint"][state.code]
        final = procedure.CLOSED if state.code == procedure.CLOSED else VOID
        meant = final if state.final else OPEN
        words[name.in_(language)] = words[name.in_("en" if language == "zh" else "zh")] = meant
    return words | STATUS_WORDS


def category_words(language: str) -> dict[str, str]:
    """Return the categories by their names, and by each half of a name such as 性能/功能."""
    rows = rulebook().defects.values()
    words = {row.name.in_(language): row.code for row in rows} | {
        row.name.in_("en" if language == "zh" else "zh"): row.code for row in rows
    }
    return words | {half: row.code for row in rows for half in _slash_separated_names(row.name.zh)}


def _slash_separated_names(name: str) -> list[str]:
    return [half for half in name.split("/") if half != name]


def defect_words(_language: str) -> dict[str, str]:
    """Return the defects by their names, as CATEGORY.code, where one category alone has the name."""
    candidates: dict[str, set[str]] = {}
    for row in rulebook().defects.values():
        for code, name in row.codes.items():
            for word in (name.zh, name.en, code, *_slash_separated_names(name.zh)):
                candidates.setdefault(word, set()).add(f"{row.code}.{code}")
    return {word: next(iter(ones)) for word, ones in candidates.items() if len(ones) == 1}


def department_words(language: str) -> dict[str, str]:
    rows = list(
        db.session.execute(select(Department.code, Department.zh, Department.en).order_by(Department.id))
    )
    words = {(row.zh if language == "zh" else row.en): row.code for row in rows} | {
        word: row.code for row in rows for word in (row.zh, row.en)
    }
    return words | {
        alias: code for code, department in rulebook().departments.items() for alias in department.aliases
    }
