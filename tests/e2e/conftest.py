"""The command line as a user runs it, in this process: Dagster and dbt are imported once."""

import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import duckdb
import pytest
import uvicorn

from orchestration import cli
from orchestration.atlas.reports import PollPolicy
from orchestration.atlas.retries import RetryPolicy
from sandbox.bill import reports as bill_reports
from tests.forked_dbt import forked


@dataclass(frozen=True)
class Run:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams; a failure's one sentence is the last line of the second."""
        return self.out + self.err


@dataclass(frozen=True)
class World:
    """A data folder of its own and the command over it."""

    data: Path
    run: Callable[..., Run]

    def published_db(self) -> duckdb.DuckDBPyConnection:
        """The published warehouse, open for reading."""
        return duckdb.connect(str((self.data / "atlas_costs.duckdb").resolve()), read_only=True)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the published warehouse."""
        with self.published_db() as db:
            return db.execute(sql).fetchall()

    @property
    def published(self) -> str | None:
        """Where the link points, or None."""
        link = self.data / "atlas_costs.duckdb"
        return str(link.readlink()) if link.is_symlink() else None

    def landed(self, entity: str = "*") -> set[str]:
        """Every landed body, or those of one entity."""
        files = (self.data / "landing").glob(f"*/{entity}/**/*.gz")
        return {path.name for path in files}


@contextmanager
def asgi(app: Any) -> Iterator[str]:
    """Serve an ASGI application on a free port from a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def control(sandbox: Any, name: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
    """Call one of the sandbox's controls."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    verb = method or ("GET" if body is None else "POST")
    request = Request(f"{sandbox.base_url}/sandbox/{name}", data, headers, method=verb)
    with urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def in_haste(patch: pytest.MonkeyPatch, **policy: Any) -> None:
    """As many tries as ever, with hardly a wait between them; reports are made at once."""
    change_defaults(patch, RetryPolicy, initial_wait_s=0.01, jitter_s=0.0, **policy)
    change_defaults(patch, PollPolicy, first_s=0.02, gone_after_s=1.0)
    patch.setattr(bill_reports, "GENERATION_SECONDS", 0.0)


def change_defaults(patch: pytest.MonkeyPatch, policy: Any, **values: float) -> None:
    """Of a dataclass itself, which modules may yet import by its name."""
    defaults = tuple(values.get(each.name, each.default) for each in fields(policy))
    patch.setattr(policy.__init__, "__defaults__", defaults)


@pytest.fixture
def dbt() -> Iterator[None]:
    """A build by a fork of dbt, which saves 9 of its 24 CPU seconds; test_refresh starts it."""
    with forked():
        yield


@pytest.fixture
def world(tmp_path, clean_environment, monkeypatch, capsys, dbt) -> Iterator[World]:
    """A user's shell: no keys set, an empty data folder, no FOCUS reports, and Atlas in haste.

    Reports are thousands of rows more; tests that are about them ask for them. How long is waited
    for Atlas is looked at in tests/atlas: a document cut short for good took 40 s of a test.
    """
    in_haste(monkeypatch)
    data = tmp_path / "data"
    monkeypatch.setenv("ATLAS_COSTS_FOCUS_REPORTS", "false")
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(data))

    def run(*arguments: str, **variables: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["atlas-costs", *arguments])
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Run(code if isinstance(code, int) else 0, captured.out, captured.err)

    with process_left_as_it_was():
        yield World(data, run)


@contextmanager
def process_left_as_it_was() -> Iterator[None]:
    """Whatever the command line does to a process that it believes to be its own."""
    kept = dict(os.environ)
    yield
    logging.getLogger("atlas_costs").handlers = []
    os.environ.clear()
    os.environ.update(kept)
