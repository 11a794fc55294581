"""Values of DuckDB as JSON has them: whole cents stay integers, decimals become exact text."""

import math
from typing import Any

# What a program in another language reads from JSON without rounding it.
EXACT = 2**53


def plain(value: Any) -> Any:  # noqa: ANN401  any value, any JSON
    """One value, however deep."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value)
