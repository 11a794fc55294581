"""The parts of an installation as containers run them: each alone, and no right to the code."""

import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

PROGRAM = Path(sys.executable).with_name("atlas-costs")
PARTS = ("code", "daemon", "dagster", "dashboard")
START_S = 480


# root's own Python may lie where only root may look, so reading stays allowed, and nothing else
DROPPED = ["--clear-groups", "--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"]


def unprivileged() -> list[str | Path]:
    """What a command begins with, to write no code; nothing where the tests do not run as root."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", *DROPPED]


@dataclass
class Installation:
    """Its folder, and the parts that run."""

    folder: Path
    env: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    def start(self, part: str) -> None:
        """Run a part; what it says is kept in a file beside the data."""
        with (self.folder / f"{part}.log").open("ab") as said:
            self.running[part] = subprocess.Popen(
                [*unprivileged(), PROGRAM, "serve", part],
                env=self.env,
                cwd="/",
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def health(self, part: str) -> subprocess.CompletedProcess[str]:
        """Ask as a container's healthcheck does."""
        return subprocess.run(
            [*unprivileged(), PROGRAM, "healthy", part],
            env=self.env,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    def wait_until_well(self, part: str) -> None:
        """Until its healthcheck says so."""
        until = time.monotonic() + START_S
        while (told := self.health(part)).returncode:
            assert self.running[part].poll() is None, self.said(part)
            assert time.monotonic() < until, told.stderr + self.said(part)
            time.sleep(2)

    def said(self, part: str) -> str:
        """Everything that a part printed."""
        return (self.folder / f"{part}.log").read_text(errors="replace")

    def kill(self, part: str) -> None:
        """Without a chance to put anything away."""
        self.running[part].kill()
        self.running.pop(part).wait()

    def stop(self) -> dict[str, int]:
        """As an engine stops containers; the exit code of each part."""
        for each in self.running.values():
            each.send_signal(signal.SIGTERM)
        return {part: each.wait(60) for part, each in self.running.items()}

    def ask(self, part: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """What a part answers on its socket: status, and JSON where it is some."""
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.folder / "run" / f"{part}.sock"))
        data = None if body is None else json.dumps(body)
        said = {"Content-Type": "application/json"} if data else {}
        connection.request("POST" if data else "GET", path, data, said | headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(text) if is_json else text.decode()

    def graphql(self, query: str, **variables: Any) -> Any:
        """Ask Dagster; an answer with errors is a failure."""
        status, answer = self.ask("dagster", "/graphql", {"query": query, "variables": variables})
        assert (status, answer.get("errors")) == (200, None), answer
        return answer["data"]


@contextmanager
def installation(**variables: str) -> Iterator[Installation]:
    """A data folder, a socket folder and a config folder, of the user that runs the parts."""
    folder = Path(tempfile.mkdtemp(prefix="parts-"))
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        "TMPDIR": str(folder / "tmp"),
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(folder / "data"),
        "ATLAS_COSTS_CONFIG_DIR": str(folder / "config"),
        "ATLAS_COSTS_SOCKETS_DIR": str(folder / "run"),
        **variables,
    }
    user = pwd.getpwnam("nobody") if unprivileged() else pwd.getpwuid(os.getuid())
    for name in ("", "data", "config", "run", "tmp"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
        os.chown(folder / name, user.pw_uid, user.pw_gid)
    made = Installation(folder, env)
    with ExitStack() as held:
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        held.callback(made.stop)
        yield made
