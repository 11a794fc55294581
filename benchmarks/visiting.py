"""Pages as a browser asks for them: over Streamlit's websocket, without drawing anything.

A session sends BackMsg and is sent ForwardMsg (streamlit/proto); what a browser would draw is
counted, searched for texts, and looked through for errors.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import urlopen

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect, unix_connect
from websockets.typing import Subprotocol

from benchmarks.measure import ROOT, Failed
from orchestration.settings import Settings

PATIENCE_S = 180
STREAM = "/_stcore/stream"
# the icon of what an address asks for and cannot have (dashboard/components.py)
NOT_USED = ":material/link_off:"


@dataclass(frozen=True)
class Seen:
    """What one run of a page came to.

    Attributes:
        seconds: From the request until the page's script had finished.
        errors: What the page could not do, as it says so.
        content: Everything it drew, as it was sent.
    """

    seconds: float
    errors: tuple[str, ...]
    content: bytes


class Visitor:
    """A browser's tab: one session.

    Args:
        where: The port on this machine, or the Unix socket.
        headers: Of the handshake, such as those of a proxy.
        resumes: The session that a browser goes on with when its connection was lost.

    Attributes:
        session: Its name, once a page was opened.
        sent: What it asked, as it was sent.
    """

    def __init__(
        self, where: int | Path, headers: Mapping[str, str] | None = None, resumes: str = ""
    ) -> None:
        # the second is the token against forged requests, which only browsers have
        spoken = ["streamlit", "-", resumes] if resumes else ["streamlit"]
        options: dict[str, Any] = {
            "subprotocols": [Subprotocol(each) for each in spoken],
            "additional_headers": headers,
            "max_size": None,
        }
        if isinstance(where, Path):
            self._opening = unix_connect(str(where), f"ws://127.0.0.1{STREAM}", **options)
        else:
            self._opening = connect(f"ws://127.0.0.1:{where}{STREAM}", proxy=None, **options)
        self._page = ""
        self.session = ""
        self.sent: list[bytes] = []

    def __enter__(self) -> Self:
        self._socket = self._opening.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def open(self, address: str) -> Seen:
        """Open a page at its address."""
        asked = BackMsg()
        asked.rerun_script.page_name = urlsplit(address).path.strip("/")
        asked.rerun_script.query_string = urlsplit(address).query
        return self._asked(asked)

    def change(self, query: str) -> Seen:
        """Run the open page again with another query string, as a changed filter does."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self._page
        asked.rerun_script.query_string = query
        return self._asked(asked)

    def replay(self, sent: bytes) -> Seen:
        """Ask what another session asked, byte by byte."""
        began = time.perf_counter()
        self.sent.append(sent)
        self._socket.send(sent)
        return self._seen(began)

    def clear_cache(self) -> None:
        """Forget every session's results and connections, as a new version does."""
        asked = BackMsg()
        asked.clear_cache = True
        self._socket.send(asked.SerializeToString())

    def _asked(self, asked: BackMsg) -> Seen:
        asked.rerun_script.context_info.locale = "en-US"
        return self.replay(asked.SerializeToString())

    def _seen(self, began: float) -> Seen:
        drawn: list[bytes] = []
        errors: list[str] = []
        while True:
            told = self._received()
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self._page = told.navigation.page_script_hash
            elif kind == "new_session":
                self.session = told.new_session.initialize.session_id
            elif kind == "delta":
                drawn.append(told.delta.SerializeToString())
            elif kind == "script_finished" and told.script_finished in _ENDS:
                seconds = time.perf_counter() - began
                return Seen(seconds, tuple(errors), b"".join(drawn))
            errors += _errors(told)

    def _received(self) -> ForwardMsg:
        try:
            message = self._socket.recv(timeout=PATIENCE_S)
        except TimeoutError:
            raise Failed(f"The dashboard said nothing for {PATIENCE_S} s.") from None
        told = ForwardMsg()
        told.ParseFromString(message if isinstance(message, bytes) else message.encode())
        return told


# early for a rerun is followed by that run
_ENDS = frozenset({ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR})


def _errors(told: ForwardMsg) -> Iterator[str]:
    element = told.delta.new_element
    if element.HasField("exception"):
        yield f"{element.exception.type}: {element.exception.message}"
    if element.HasField("alert") and (
        element.alert.format == Alert.ERROR or element.alert.icon == NOT_USED
    ):
        yield element.alert.body
    if told.HasField("page_not_found"):
        yield f"no page {told.page_not_found.page_name}"
    if told.HasField("session_event") and told.session_event.HasField(
        "script_compilation_exception"
    ):
        yield told.session_event.script_compilation_exception.message


@dataclass(frozen=True)
class Server:
    """A dashboard server in a process of its own.

    Attributes:
        log: What it printed.
    """

    port: int
    process: int
    log: Path

    def cpu_s(self) -> float:
        """User and system seconds so far; Linux only."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float:
        """The largest resident size it had; Linux only.

        The peak that wait4 tells is no less than the size of the process that started it.
        """
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise Failed("The system does not tell a process's peak memory.")


@contextmanager
def serving(settings: Settings, *program: str) -> Iterator[Server]:
    """Serve the pages of a data folder.

    Args:
        settings: Of the data folder.
        program: The module and the arguments before host and port; the dashboard's own otherwise.

    Raises:
        Failed: it did not start.
    """
    environment = {**os.environ, **_found_in(settings)}
    port, log = _free_port(), settings.data_dir / "pages.log"
    command = [sys.executable, "-m", *(program or ("dashboard.serve",)), "127.0.0.1", str(port)]
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _wait_for(port, process)
            yield Server(port, process.pid, log)
        finally:
            process.terminate()


def _found_in(settings: Settings) -> dict[str, str]:
    return {
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(settings.data_dir),
        "ATLAS_COSTS_CONFIG_DIR": str(settings.config_dir),
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health"):
                return
        except OSError:
            time.sleep(0.1)
    raise Failed("The dashboard did not start.")
