"""The records: tables and the verbs that change them. Importing the package knows every table."""
from cs.models import (
    attachments,
    base,
    capa,
    chain,
    complaints,
    customers,
    exports,
    holidays,
    numbers,
    procedure,
    receipts,
    search,
    signatures,
    users,
)

__all__ = ["attachments", "base", "capa", "chain", "complaints", "customers", "exports", "holidays", "numbers", "procedure", "receipts", "search", "signatures",
           "users"]
