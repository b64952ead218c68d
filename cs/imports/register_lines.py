"""A line of an old complaint register: what it says, and what in it cannot be right."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Problem, comparable
from cs.imports.kinds import MAX_PIECES, Known, Remark
from cs.imports.master_data import CUSTOMER_ORDER
from cs.imports.register_words import BETWEEN, OPEN, VOID
from cs.imports.tables import Line
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.old_register import key_of
from cs.procedure import complaints as procedure
from cs.records.procedure import local_day

NUMBERS_AT_ONCE = 500  # asked for in one query
SYMPTOM_COLUMNS = ("symptom", "description")
KEPT_WORDS = (
    "severity",
    "nature",
    "liability",
    "channel",
    "found_at",
    "finding",
    "response",
)  # a code where the word is known
QUANTITIES = ("shipped_qty", "checked_qty", "defect_qty")
AS_THEY_STAND = (
    "old_number",
    "contact_name",
    "customer_ref",
    "order_no",
    "lot_no",
    "shipped_on",
    "late_reply_reason",
    *QUANTITIES,
)


def read_line(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    customer = known.customer(line, CUSTOMER_ORDER, problems)
    if customer is None and not any(cells[name] for name in CUSTOMER_ORDER):
        problems.append(Problem("customer", "required"))
    text = "\n".join(dict.fromkeys(str(cells[name]) for name in SYMPTOM_COLUMNS if cells[name]))
    if not text and not any(problem.column in SYMPTOM_COLUMNS for problem in problems):
        problems.append(Problem("symptom", "required"))
    _check_days(cells, known, problems)
    _check_quantities(cells, problems)
    reading = _Reading(line, known, problems)
    values = {name: cells[name] for name in AS_THEY_STAND} | {
        name: reading.word(name) for name in KEPT_WORDS if name != "response"
    }
    return values | {
        "customer_id": customer,
        "heard_on": cells["complaint_date"],
        "reply_due_on": cells["reply_due_on"],
        "replied_on": cells["replied_on"],
        "closed_on": cells["closed_on"],
        "description": text,
        **reading.model(),
        **reading.defect(text),
        **reading.whose(values["liability"]),
        **reading.outcome(),
        "natural_key": key_of(
            cells["old_number"], customer, cells["complaint_date"], cells["model"], cells["lot_no"], text
        ),
        "old_notes": reading.kept_notes(),
    }


def known_by_number(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return {natural key: state} of lines that bear the number of a complaint here, of the same customer and
    day: they come from our own register."""
    by_number = {str(row["old_number"]).upper(): row for row in rows if row["old_number"]}
    numbers, states = list(by_number), {}
    for start in range(0, len(numbers), NUMBERS_AT_ONCE):
        query = select(Complaint.number, Complaint.customer_id, Complaint.heard_at, Complaint.state).where(
            Complaint.number.in_(numbers[start : start + NUMBERS_AT_ONCE])
        )
        for number, customer_id, heard_at, state in db.session.execute(query):
            row = by_number[number]
            if (customer_id, local_day(heard_at)) == (row["customer_id"], row["heard_on"]):
                states[row["natural_key"]] = state
    return states


def _check_days(cells: dict[str, Any], known: Known, problems: list[Problem]) -> None:
    heard, replied, closed = (
        cells[name] if isinstance(cells[name], date) else None
        for name in ("complaint_date", "replied_on", "closed_on")
    )
    problems += [
        Problem(name, "in_the_future", {"value": cells[name].isoformat()})
        for name in ("complaint_date", "replied_on", "closed_on")
        if cells[name] and cells[name] > known.today
    ]
    if heard:
        problems += [
            Problem(name, "before_complaint", {"value": cells[name].isoformat(), "day": heard.isoformat()})
            for name in ("reply_due_on", "replied_on", "closed_on")
            if cells[name] and cells[name] < heard
        ]
        if cells["shipped_on"] and cells["shipped_on"] > heard:
            problems.append(Problem("shipped_on", "shipped_after_complaint"))
    if replied and closed and closed < replied:
        problems.append(
            Problem(
                "closed_on", "closed_before_reply", {"value": closed.isoformat(), "day": replied.isoformat()}
            )
        )


def _check_quantities(cells: dict[str, Any], problems: list[Problem]) -> None:
    given = {name: cells[name] for name in QUANTITIES if cells[name] is not None}
    wrong = [
        Problem(name, "negative" if value < 0 else "too_many")
        for name, value in given.items()
        if not 0 <= value <= MAX_PIECES
    ]
    problems += wrong
    if wrong:
        return
    shipped, checked, defect = (given.get(name) for name in QUANTITIES)
    if checked is not None and defect is not None and defect > checked:
        problems.append(
            Problem("defect_qty", "more_defective_than_checked", {"defect": defect, "checked": checked})
        )
    elif shipped is not None and defect is not None and defect > shipped:
        problems.append(
            Problem("defect_qty", "more_defective_than_shipped", {"defect": defect, "shipped": shipped})
        )
    if shipped is not None and checked is not None and checked > shipped:
        problems.append(Problem("checked_qty", "more_checked_than_shipped", {"shipped": shipped}))


class _Reading:
    """What the words of one line mean, and what of them is kept as text."""

    def __init__(self, line: Line, known: Known, problems: list[Problem]) -> None:
        self.cells, self.known, self.problems = line.values, known, problems
        self.notes: list[str] = []

    def note(self, name: str) -> None:
        """Keep a cell as it stands, under its title in the register."""
        if self.cells[name]:
            self.notes.append(f"{self.known.titles[name]}：{self.cells[name]}")

    def kept_notes(self) -> str | None:
        self.note("effect")
        if "remarks" in self.known.found:
            self.note("remarks")
        elif self.cells["remarks"]:
            self.notes.append(str(self.cells["remarks"]))  # lines of other columns, which name them
        if not self.cells["checked_qty"]:
            self.note("defect_rate")
        return "\n".join(self.notes) or None

    def as_text(self, name: str) -> None:
        self.problems.append(Remark(name, "word_as_text", {"value": self.cells[name]}))
        self.note(name)

    def word(self, name: str) -> str | None:
        code = self.known.code(name, self.cells[name])
        if code is None and self.cells[name]:
            self.as_text(name)
        return code

    def model(self) -> dict[str, Any]:
        """Return the product of that model, made or not; else the words themselves."""
        word, name = self.cells["model"], self.cells["product_name"]
        product_id = self.known.all_models.get(comparable(str(word))) if word else None
        if product_id is None and word:
            self.problems.append(Remark("model", "model_as_text", {"value": word}))
        return {
            "product_id": product_id,
            "old_model": None
            if product_id is not None
            else " ".join(str(text) for text in (word, name) if text) or None,
        }

    def defect(self, text: str) -> dict[str, Any]:
        """Return category and code by their words; else by a symptom that is nothing but a defect's name,
        or that our register wrote before the text."""
        category = self.word("defect_category")
        first, _, rest = text.partition(BETWEEN)
        named, before = (
            self.known.code("defect_code", self.cells["defect_code"]),
            self.known.code("defect_code", first),
        )
        defect_code = next(
            (
                candidate
                for candidate in (named, before)
                if candidate and category in (None, candidate.partition(".")[0])
            ),
            None,
        )
        if self.cells["defect_code"] and (named is None or defect_code != named):
            self.as_text("defect_code")  # nobody knows the word, or it belongs to another category
        of, _, code = (defect_code or "").partition(".")
        values = {"defect_category": of or category, "defect_code": code or None}
        if defect_code is not None and defect_code == before and rest:
            return values | {"description": rest}
        return values

    def whose(self, liability: str | None) -> dict[str, Any]:
        """Return our department that was responsible; a register may write 供应商 or 客户 into that column:
        then whose fault it was."""
        word = self.cells["resp_dept"]
        department = self.known.code("resp_dept", word)
        of_others = self.known.code("liability", word) if department is None else None
        if word and department is None and (of_others is None or liability not in (None, of_others)):
            self.as_text("resp_dept")
        return {"resp_dept": department, "liability": liability or of_others}

    def outcome(self) -> dict[str, Any]:
        """Return the state in which the line leaves the complaint, and its one reply."""
        replied, ended, status = (
            self.cells["replied_on"],
            self.cells["closed_on"],
            self.known.code("status", self.cells["status"]),
        )
        response = self.word("response")
        if self.cells["status"] and status is None:
            self.as_text("status")
        if status == VOID:
            self.problems.append(Problem("status", "line_is_void", {"value": self.cells["status"]}))
        if status == OPEN and ended:
            self.problems.append(
                Problem(
                    "status", "closed_but_open", {"value": self.cells["status"], "day": ended.isoformat()}
                )
            )
        closed = bool(ended) or status == procedure.CLOSED
        if closed:
            self.problems += [
                Remark(None, code)
                for code, there in (("closed_without_day", ended), ("closed_without_reply", replied))
                if not there
            ]
        elif response and not replied:
            self.problems.append(Problem("response", "answer_without_reply"))
        return {
            "state": procedure.state_of_old_line(closed=closed, replied=bool(replied), response=response),
            "reply": self.reply(response, bool(replied) or closed),
        }

    def reply(self, response: str | None, sent: bool) -> dict[str, Any] | None:
        """Return cause and measures in brief, and the customer's answer; before any reply, they are notes
        for who takes the case in hand."""
        parts = {
            "cause": ("cause_brief", "escape_cause"),
            "actions": ("measure_brief", "interim_measure", "preventive_action"),
        }
        if not sent:
            for name in (name for names in parts.values() for name in names):
                self.note(name)
            return None
        values: dict[str, Any] = {"response": response}
        for field, (first, *further) in parts.items():
            texts = [str(self.cells[first])] if self.cells[first] else []
            texts += [
                f"{self.known.titles[name]}：{self.cells[name]}" for name in further if self.cells[name]
            ]
            values[field] = "\n".join(texts) or None
        return values if any(values.values()) or self.cells["replied_on"] else None
