"""The records: tables and the verbs that change them. Importing the package knows every table."""
from cs.models import (
    attachments,
    base,
    capa,
    chain,
    complaints,
    customers,
    deputies,
    exports,
    holidays,
    numbers,
    procedure,
    receipts,
    replenishments,
    return_lines,
    returns,
    search,
    signatures,
    users,
)

__all__ = ["attachments", "base", "capa", "chain", "complaints", "customers", "deputies", "exports", "holidays", "numbers", "procedure", "receipts", "replenishments", "return_lines", "returns", "search", "signatures",
           "users"]
