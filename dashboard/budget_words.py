"""What a budget's months and parts say that no chart does. Pure: rows in, text out."""

from collections.abc import Sequence
from itertools import groupby

from reporting import formats
from reporting.budgets import EXCEEDED, UNBUDGETED
from reporting.query import Row

MOST_AMOUNTS = 3
MOST_NAMED = 5


def of_year(history: Sequence[Row], unit: str) -> str:
    """How often a budget was exceeded, and when its amount changed."""
    return " ".join(each for each in (_exceeded(history), _amounts(history, unit)) if each)


def _exceeded(history: Sequence[Row]) -> str:
    months = [row for row in history if row["status"]]
    count = sum(row["status"] == EXCEEDED for row in months)
    return f"Exceeded in {count} of {formats.counted(len(months), 'month')}." if count else ""


def _amounts(history: Sequence[Row], unit: str) -> str:
    """Each amount with its months; of a curve the last ones."""
    planned = [row for row in history if row["budgeted"] is not None]
    runs = [(cents, list(rows)) for cents, rows in groupby(planned, lambda row: row["budgeted"])]
    if len(runs) < 2:
        return ""
    told = runs[-MOST_AMOUNTS:]
    first, last = told[0], told[-1]
    texts = [
        f"{formats.money(each[0], unit)} "
        f"{_months(each[1], is_first=each is first, is_last=each is last)}"
        for each in told
    ]
    changes = len(runs) - 1
    text = "The amount changed" if changes == 1 else f"The amount changed {changes} times"
    return f"{text}: {', '.join(texts)}."


def _months(rows: Sequence[Row], *, is_first: bool, is_last: bool) -> str:
    first, last = (formats.month(rows[at]["month"]) for at in (0, -1))
    if is_last:
        return f"from {first}"
    if is_first:
        return f"until {last}"
    return f"in {first}" if first == last else f"from {first} to {last}"


def of_parts(row: Row, rest: Sequence[Row]) -> str:
    """Whether a budget's parts make all of it, and what was spent that is in none of them.

    Args:
        row: A budget of a month; `parts` is what its children may spend, None without any.
        rest: Of reporting.budgets.in_no_part.
    """
    if row["parts"] is None:
        return ""
    unit = row["unit"]
    texts = []
    if row["parts"] < row["budgeted"]:
        left = formats.money(row["budgeted"] - row["parts"], unit)
        texts.append(
            f"Its parts have {formats.money(row['parts'], unit)} of "
            f"{formats.money(row['budgeted'], unit)}; {left} is given to none of them."
        )
    if spent := sum(each["amount"] for each in rest):
        texts.append(
            f"{formats.money(spent, unit)} of its costs are in no budget below it: "
            f"{_named(rest, unit)}."
        )
    return " ".join(texts)


def _named(rows: Sequence[Row], unit: str) -> str:
    names = [f"{row['project']} {formats.money(row['amount'], unit)}" for row in rows[:MOST_NAMED]]
    if more := rows[MOST_NAMED:]:
        cents = sum(row["amount"] for row in more)
        names.append(f"{len(more)} more projects {formats.money(cents, unit)}")
    return ", ".join(names)


def which(rows: Sequence[Row]) -> str:
    """The budgets that a card is about."""
    names = [str(row["budget"]) for row in rows if row["budget"] != UNBUDGETED]
    if not names:
        return "none"
    return ", ".join(names) if len(names) <= MOST_AMOUNTS else f"{len(names)} budgets"
