"""Which costs are odd: daily series go in, one row an incident comes out.

A day is compared with those before it alone, so that what was found stays found when more days
come, and a rebuild finds the same.
"""

from orchestration.insight.anomalies.describing import describe
from orchestration.insight.anomalies.finding import find
from orchestration.insight.anomalies.limits import Limits
from orchestration.insight.anomalies.tables import ANOMALIES, ANOMALY_FEEDBACK
from orchestration.insight.anomalies.verdicts import Verdict, feedback_rows

__all__ = [
    "ANOMALIES",
    "ANOMALY_FEEDBACK",
    "Limits",
    "Verdict",
    "describe",
    "feedback_rows",
    "find",
]
