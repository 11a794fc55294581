"""`python -m sandbox`."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", "--months", "1", *options]


def test_it_prints_what_to_export() -> None:
    """Flushed before it serves, with an address that answers; Ctrl-C ends it quietly."""
    options = ("--port", "0", "--today", "2026-11-22")
    with subprocess.Popen(
        command(*options), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            text = "".join(
                iter(
                    process.stdout.readline, "# or, instead of the two keys, the service account:\n"
                )
            )
            exported = dict(re.findall(r"^export (\w+)=(\S+)$", text, re.MULTILINE))
            assert set(exported) == {
                "MONGODB_ATLAS_BASE_URL",
                "MONGODB_ATLAS_ORG_ID",
                "MONGODB_ATLAS_PUBLIC_KEY",
                "MONGODB_ATLAS_PRIVATE_KEY",
            }
            answer = httpx.get(exported["MONGODB_ATLAS_BASE_URL"] + "/sandbox/clock")
            assert answer.json() == {"today": "2026-11-22"}
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_it_prints_a_key_for_provisioning_and_keeps_the_pace() -> None:
    """The export that comes after those for costs."""
    options = ("--port", "0", "--pace", "0.5")
    with subprocess.Popen(
        command(*options), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            text = "".join(iter(process.stdout.readline, "# a door of its own.\n"))
            exported = dict(re.findall(r"^export MONGODB_ATLAS_(\w+)=(\S+)$", text, re.MULTILINE))
            url = exported["BASE_URL"]
            keys = exported["PROVISIONING_PUBLIC_KEY"], exported["PROVISIONING_PRIVATE_KEY"]
            assert httpx.get(f"{url}/api/atlas/v2", auth=httpx.DigestAuth(*keys)).is_success
            assert httpx.get(f"{url}/sandbox/pace").json() == {"seconds": 0.5}
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            command("--port", port), cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} on 127.0.0.1 cannot be used: Address already in use.\n"
