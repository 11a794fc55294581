"""dbt without its start: each run is a fork of one process that has imported dbt and parsed.

A fork never parses. Of a project whose models differ, dbt starts as for a user.

A start is 4 CPU seconds of imports and 2 of reading what was parsed, in a folder of its own 10 of
parsing; the tests build fifty times. A refresh in the process of a test uses a fork, too, where
it says so (`forked`); one that is a process of its own starts dbt as for a user.
"""

import atexit
import functools
import gc
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from orchestration.refreshing import building
from orchestration.settings import load_settings

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
DBT = Path(sys.executable).with_name("dbt")
LENGTH = struct.Struct("!Q")
# What a refresh runs instead of dbt itself.
OF_REFRESH = "orchestration.refreshing.dbt_process"
# A program like dbt: it hands its arguments and where it writes to the process, and dies with it.
PROGRAM = """\
#!{python} -IS
import json, os, socket, struct, sys
asked = json.dumps({{"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}}).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [struct.pack("!Q", len(asked))], [1, 2])
    server.sendall(asked)
    code = server.recv(1)
sys.exit(code[0] if code else "dbt was killed")
"""


# Where the process that started this one has such a program, for all that it starts.
SHARED = "TESTS_FORKED_DBT"
_shared = os.environ.get(SHARED)


@functools.cache
def program() -> Path:
    """The program `dbt`; the process behind it starts when it is first run, and ends with this."""
    if _shared:
        return Path(_shared)
    folder = Path(tempfile.mkdtemp(prefix="dbt-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen()
    threading.Thread(target=_start_when_asked, args=(listener, folder), daemon=True).start()
    found = folder / "dbt"
    found.write_text(PROGRAM.format(python=sys.executable, address=str(folder / "socket")))
    found.chmod(0o755)
    return found


@contextmanager
def forked() -> Iterator[None]:
    """Refreshes of this process run dbt as a fork, too."""
    run = building._run

    def run_forked(command: list[str], *where: Any) -> subprocess.CompletedProcess[bytes]:
        if OF_REFRESH in command:
            command = [str(program()), *command[command.index(OF_REFRESH) :]]
        return run(command, *where)

    building._run = run_forked
    try:
        yield
    finally:
        building._run = run


def _start_when_asked(listener: socket.socket, folder: Path) -> None:
    select.select([listener], [], [])
    kept = {name: value for name, value in os.environ.items() if "ATLAS" not in name}
    process = subprocess.Popen(
        # -P: the folder of this file has a folder called dbt
        [sys.executable, "-P", __file__, str(listener.fileno()), str(folder / "target")],
        # killed, it leaves semaphores to Python, which would tell of them
        env={**kept, "ATLAS_COSTS_ENV_FILE": "", "PYTHONWARNINGS": "ignore"},
        pass_fds=[listener.fileno()],
        cwd=folder,
    )
    listener.close()  # that nobody waits for one that has died
    atexit.register(process.wait)
    atexit.register(process.kill)


def serve(listener: socket.socket, target: Path) -> NoReturn:
    """Parse once, then fork for each who asks."""
    manifest = _parsed(target)
    _make_once(manifest)
    gc.freeze()  # else each fork looks for garbage in a million objects of this process
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork but who asked for it
    while True:
        asker, _ = listener.accept()
        if not os.fork():
            listener.close()
            _answer(asker, manifest, target)
        asker.close()


def _parsed(target: Path) -> Any:
    """The manifest; from what was parsed before, where that is still what stands in the files.

    Parsed as a refresh does, or dbt takes it for another connection's and reads all models anew:
    8 CPU seconds instead of 2.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  the tests' own process does without

    target.mkdir()
    settings = load_settings()
    if (before := building.PARSED / building.PARTIAL).exists():
        shutil.copy(before, target)
    place = dict.fromkeys(("DBT_PROJECT_DIR", "DBT_PROFILES_DIR"), str(PROJECT))
    os.environ.update(settings.dbt_environment() | place)
    parsed = dbtRunner().invoke(["--quiet", "parse", "--target-path", str(target)])
    assert parsed.success, parsed.exception
    return parsed.result


def _make_once(manifest: Any) -> None:
    """What dbt makes anew in each process, or for each of 700 contexts: 3 CPU s of a build."""
    from dbt_common.clients.jinja import template_cache  # noqa: PLC0415

    from orchestration.refreshing.dbt_shortcuts import take_shortcuts  # noqa: PLC0415

    take_shortcuts()
    for macro in manifest.macros.values():
        template_cache.get_node_template(macro)


def _answer(asker: socket.socket, manifest: Any, parsed_to: Path) -> NoReturn:
    code = 2
    # else the code of a dbt that it starts would be lost, and count as 0
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        header, (out, err), *_ = socket.recv_fds(asker, LENGTH.size, 2)
        asked = json.loads(_read(asker, *LENGTH.unpack(header)))
        threading.Thread(target=_die_with, args=(asker,), daemon=True).start()
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        code = _run(asked["argv"], manifest, parsed_to)
        sys.stdout.flush()
        asker.send(bytes([code]))
    finally:
        os._exit(code)


def _read(asker: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        parts += asker.recv(length - len(parts))
    return bytes(parts)


def _die_with(asker: socket.socket) -> None:
    """Whoever kills the program means dbt."""
    asker.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _run(argv: list[str], manifest: Any, parsed_to: Path) -> int:
    usable = _for_project(manifest)
    if usable is None:
        # dbt's parser keeps a lock that a fork finds taken for ever
        start = [sys.executable, "-P", "-m"] if argv[0] == OF_REFRESH else [DBT]
        return subprocess.run([*start, *argv], check=False).returncode
    if target := os.environ.get("DBT_TARGET_PATH"):
        Path(target).mkdir(parents=True, exist_ok=True)
        shutil.copy(parsed_to / "manifest.json", target)
    if argv[0] == OF_REFRESH:
        return _refreshed(json.loads(argv[1]), usable)
    return 0 if "parse" in argv else _invoked(argv, usable)


def _refreshed(order: dict[str, Any], manifest: Any) -> int:
    from orchestration.refreshing import dbt_process  # noqa: PLC0415

    start = dbt_process.dbtRunner
    dbt_process.dbtRunner = lambda **given: start(**given | {"manifest": manifest})
    return 0 if dbt_process.main(order) else 1


def _invoked(argv: list[str], manifest: Any) -> int:
    """As a refresh does it: dbt would write the manifest twice and say what nobody reads."""
    from orchestration.refreshing import dbt_process  # noqa: PLC0415

    results = Path(os.environ["DBT_TARGET_PATH"]) / building.RESULTS
    results.unlink(missing_ok=True)
    is_well = dbt_process.dbt("--no-write-json", *argv, parsed=manifest)
    return 0 if is_well else 1 if results.exists() else 2


def _for_project(manifest: Any) -> Any:
    """The same for a copy whose seeds differ; nothing for a project that is another one."""
    project = Path(os.environ.get("DBT_PROJECT_DIR", PROJECT))
    if project == PROJECT:
        return manifest
    if _checksum(project) != _checksum(PROJECT):
        return None
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(project)
    return manifest


def _checksum(project: Path) -> str:
    """Of all that is parsed; a seed's rows are read when it is loaded."""
    found = hashlib.sha256()
    for file in sorted(project.rglob("*")):
        if file.suffix in {".sql", ".yml", ".md"} and "target" not in file.parts:
            found.update(f"\n{file.relative_to(project)}\n".encode() + file.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
