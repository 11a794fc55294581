"""The log lines a person at a terminal wants: ours alone, without Dagster's own events."""

import logging

import dagster as dg


class _OursOnly(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        meta = getattr(record, "dagster_meta", {}) or {}
        return meta.get("dagster_event") is None


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {}) or {}
        message = meta.get("orig_message", record.getMessage())
        return f"{self.formatTime(record, '%H:%M:%S')}  {message}"


@dg.logger
def console(init_context: dg.InitLoggerContext) -> logging.Logger:  # noqa: ARG001  Dagster's shape
    """A logger for the terminal; Dagster keeps the full event log beside it."""
    handler = logging.StreamHandler()
    handler.addFilter(_OursOnly())
    handler.setFormatter(_Plain())
    logger = logging.getLogger("atlas_costs")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [handler]
    return logger
