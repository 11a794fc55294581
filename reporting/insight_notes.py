"""What a refresh left out of forecasts and plans, and why."""

from reporting.query import Query, with_values


def left_out(*parts: str) -> Query:
    """A sentence for each thing that is missing of some parts of insight.

    Args:
        parts: As `meta.insight` calls them, or names of tables.
    """
    return with_values(
        """select distinct error from meta.insight
where error is not null and part in $parts order by error""",
        {"parts": parts},
    )
