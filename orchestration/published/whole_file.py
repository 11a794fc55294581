"""A file that a user asked for: written completely or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration import files
from orchestration.settings import SettingsError


@contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """A name beside the output; it becomes the output at the end, or is gone.

    Raises:
        SettingsError: there is no place to write.
    """
    try:
        with files.beside(output) as temporary:
            temporary.touch()
            yield temporary
            files.keep(temporary, output)
    except (OSError, duckdb.IOException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise SettingsError(f"Cannot write {output}: {reason.rstrip('.')}.") from None
