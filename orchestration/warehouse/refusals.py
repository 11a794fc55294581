"""Which version of which invoice DuckDB refuses, out of what it says."""

import re

import duckdb

from orchestration.warehouse.errors import BadVersion, LoadError
from orchestration.warehouse.invoice_versions import Version


class naming_the_version:  # noqa: N801  reads as a phrase at its call site
    """Turn DuckDB's refusal of a value or a file into BadVersion."""

    def __init__(self, paths: dict[str, Version], batch: list[Version]) -> None:
        self._by_path = paths
        self._by_id = {each.invoice_id: each for each in batch}

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, duckdb.DataError | duckdb.InvalidInputException | OverflowError):
            return
        message = str(error).splitlines()[0].removeprefix("Invalid Input Error: ").strip()
        version = self._culprit(message)
        if version is None:
            raise LoadError(
                f"What Atlas sent cannot be loaded: {message}. Nothing was changed; refresh again "
                "once Atlas answers as documented, and report it to MongoDB if it stays."
            ) from None
        reason = message.removeprefix(f"invoice {version.invoice_id}: ")
        for path in self._by_path:
            reason = reason.replace(path, "its lines")
        raise BadVersion(version.invoice_id, version.version, reason) from None

    def _culprit(self, message: str) -> Version | None:
        named = re.match(r"invoice (.+?): ", message)
        if named and named[1] in self._by_id:
            return self._by_id[named[1]]
        for path, version in self._by_path.items():
            if path in message:
                return version
        return next(iter(self._by_id.values())) if len(self._by_id) == 1 else None
