"""Saved reports: what is built in, what config/reports.yaml has, and what pages saved.

A report is its address, as the dashboard has it: what is saved is what can be opened, and a later
release that knows more parameters reads what an earlier one wrote.
"""

from orchestration.saved_reports.model import SavedReport, Source, as_name, query_of
from orchestration.saved_reports.store import Shelf, shelf

__all__ = ["SavedReport", "Shelf", "Source", "as_name", "query_of", "shelf"]
