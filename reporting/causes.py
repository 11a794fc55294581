"""Why something costs more or less than before, in a few plain words."""

from collections.abc import Callable

from reporting import formats
from reporting.query import Row

_MORE, _LESS = ("more", "rose"), ("less", "fell")


def cause_text(row: Row) -> str:
    """The main cause of a mover of reporting.overview.movers."""
    return _WORDS.get(row["cause"], _other)(row)


def _new(row: Row) -> str:
    size = f" as {row['after']}" if row["after"] else ""
    on = f" on {formats.day(row['happened_on'])}" if row["happened_on"] else ""
    return f"new, created{size}{on}" if size or on else "new"


def _gone(row: Row) -> str:
    return f"deleted by {formats.day(row['happened_on'])}" if row["happened_on"] else "gone"


def _tier(row: Row) -> str:
    if row["before"] and row["after"]:
        return f"tier {row['before']} to {row['after']}"
    return "ran in another tier"


def _quantity(row: Row) -> str:
    if row["before"] and row["after"]:
        return f"nodes {row['before']} to {row['after']}"
    return f"{_sign(row)[0]} {row['cause_service']}"


def _price(row: Row) -> str:
    return f"price of {row['cause_category']} {_sign(row)[1]}"


def _other(row: Row) -> str:
    return str(row["cause"]).replace("_", " ")


def _sign(row: Row) -> tuple[str, str]:
    return _MORE if row["cause_amount"] > 0 else _LESS


_WORDS: dict[str, Callable[[Row], str]] = {
    "new": _new,
    "gone": _gone,
    "tier": _tier,
    "quantity": _quantity,
    "price": _price,
    "paused": lambda _: "paused for longer",
    "resumed": lambda _: "resumed",
    "days": lambda row: f"{_sign(row)[0]} days in the month",
    "follows_usage": lambda _: "charged on top of usage",
}
