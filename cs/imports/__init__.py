"""Reading Excel and CSV files as factories keep them: columns by their titles, bad lines with their reason.

`cells`, `sheets`, `titles`, `choosing`, `layouts`, `tables` and `worker` read files and know no records;
`kinds` says what a kind of table is, `plans` what a table would bring in; what each kind holds stands in
`customers`, `master_data`, `history` and `people`.
"""

from cs.imports.cells import Column, Problem
from cs.imports.sheets import Limits, TableRefused
from cs.imports.tables import MESSAGES, Line, Table, problem_message, read_table

__all__ = [
    "MESSAGES",
    "Column",
    "Limits",
    "Line",
    "Problem",
    "Table",
    "TableRefused",
    "problem_message",
    "read_table",
]
