"""Saved reports: what is built in, what config/reports.yaml has, and what pages saved.

A report is its address, as the dashboard has it: what is saved is what can be opened, and a later
release that knows more parameters reads what an earlier one wrote.
"""

from orchestration.saved_reports.filters import SharedFilter, combined, without
from orchestration.saved_reports.model import SavedReport, Source, query_of
from orchestration.saved_reports.names import as_name
from orchestration.saved_reports.store import Shelf, shelf

__all__ = [
    "SavedReport", "SharedFilter", "Shelf", "Source", "as_name", "combined", "query_of", "shelf",
    "without",
]  # fmt: skip
