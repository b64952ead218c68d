"""Reading Excel and CSV files as factories keep them: columns by their titles, bad lines with their reason.

`cells`, `lines`, `sheets`, `titles`, `choosing`, `layouts`, `tables` and `workbook` read files and know no
records; `kinds` says what a kind of table is, `plans` what a table would bring in; what each holds stands
in `customers`, `master_data`, `history` and `people`.
"""

from cs.imports.cells import Column, Problem
from cs.imports.sheets import TABLE_NAMES, Limits, TableRefused
from cs.imports.tables import MESSAGES, Line, Table, problem_message, read_table

__all__ = [
    "MESSAGES",
    "TABLE_NAMES",
    "Column",
    "Limits",
    "Line",
    "Problem",
    "Table",
    "TableRefused",
    "problem_message",
    "read_table",
]
