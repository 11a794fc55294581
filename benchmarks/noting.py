"""The pages, with each query noted: `python -m benchmarks.noting FILE HOST PORT`."""

import pickle
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard import data
from reporting.query import Query


def main(file: Path, *arguments: str) -> None:
    """Serve; what the cache answers is no query."""
    running = data._running  # noqa: SLF001  the one place that every query passes

    @contextmanager
    def noting(version: str, query: Query) -> Iterator[Any]:
        with file.open("ab") as notes:
            pickle.dump(query, notes)
        with running(version, query) as result:
            yield result

    data._running = noting  # noqa: SLF001  as above
    # Streamlit looks for the script beside the module that is run
    sys.argv[1:] = arguments
    runpy.run_module("dashboard.serve", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
