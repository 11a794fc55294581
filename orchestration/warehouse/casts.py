"""Texts that Atlas sent, as types in SQL, strictly: a value that fits no type names its invoice.

Everything is read as text and typed here: DuckDB alone would take decimals through a float
(33.32733 became 33.327330000000004096), round 12.7 cents to 13 and read true as 1. An empty string
counts as missing. `text` is the SQL of a text, `name` what Atlas calls it.
"""


def odd(text: str, name: str, what: str, otherwise: str = "") -> str:
    """What becomes of a text that the quick cast did not take: nothing, or the load stops."""
    sentence = f"'invoice ' || invoice_id || ': {name} is ' || {text} || ', which is no {what}'"
    refusal = f"error({sentence})"
    return f"case when nullif({text}, '') is null then null {otherwise} else {refusal} end"


def number(text: str, kind: str, name: str) -> str:
    """A number from its text, cast once: a second cast of each would cost 4 % of a load."""
    return f"coalesce(try_cast({text} as {kind}), {odd(text, name, 'number')})"


def whole_number(text: str, name: str) -> str:
    """Cents: a cast alone would round 12.7 to 13, so the decimal is compared too."""
    is_whole = f"try_cast({text} as decimal(38, 9)) = try_cast({text} as bigint)"
    return odd(text, name, "number", f"when {is_whole} then ({text})::bigint")


def timestamp(text: str, name: str) -> str:
    """UTC, whatever offset it came with; a plain cast, four times cheaper, ignores offsets."""
    plain = f"case when ends_with({text}, 'Z') then try_cast({text} as timestamp) end"
    with_offset = (
        f"when isfinite(try_cast({text} as timestamptz)) "
        f"then ({text})::timestamptz at time zone 'UTC'"
    )
    return f"coalesce({plain}, {odd(text, name, 'time', with_offset)})"
