"""A PostgreSQL server of a test's own: a new cluster in a temporary folder, on a free port."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.looking import free_port

FAR_EAST = "Pacific/Kiritimati"  # fourteen hours before UTC, so that a naive time is seen
PLACES = ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt")


@dataclass(frozen=True)
class Server:
    """Where it listens, and who may sign in."""

    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """With the password."""
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/postgres"


def programs() -> Path | None:
    """The folder of initdb and postgres, which Debian keeps out of PATH; the newest version's."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    found = [each for place in PLACES for each in Path(place).glob("*/bin/initdb")]
    return max(found, default=Path("none/none")).parent if found else None


def _unprivileged() -> dict[str, object]:
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def running() -> Iterator[Server]:
    """Start one; everything of it is gone at the end. Skips where there is none."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as made:
        place, account = Path(made), _unprivileged()
        if account:
            os.chown(place, account["user"], account["group"])
        server = Server(free_port(), "dagster", f"canary-{secrets.token_hex(8)}")
        secret = place / "password"
        secret.write_text(server.password)
        secret.chmod(0o644)
        data = place / "data"
        how = ["-A", "scram-sha-256", "-U", server.user, f"--pwfile={secret}", "--no-sync"]
        _run([folder / "initdb", "-D", data, "-E", "UTF8", *how], place, account)
        options = f"-p {server.port} -h 127.0.0.1 -k {place} -c fsync=off -c timezone={FAR_EAST}"
        control = [folder / "pg_ctl", "-D", data, "-w", "-l", place / "log"]
        _run([*control, "-o", options, "start"], place, account)
        try:
            yield server
        finally:
            _run([*control, "-m", "immediate", "stop"], place, account)


def _run(command: list[object], place: Path, account: dict[str, object]) -> None:
    """Its output goes nowhere: a server that was started would hold the pipe open."""
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL, **account)
