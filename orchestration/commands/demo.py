"""`make demo`: a sandbox Atlas, a refreshed demo warehouse, Dagster and the dashboard over it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.commands.leash import GRACE_S, leash
from orchestration.commands.processes import (
    Addresses,
    services,
    stop_on_signals,
    wait_for_any,
)
from orchestration.settings import PROJECT_ROOT, SettingsError

DEMO_DATA = PROJECT_ROOT / "data" / "demo"
KEYS = ("PUBLIC_KEY", "PRIVATE_KEY")
OURS = ("MONGODB_ATLAS_", "ATLAS_COSTS_", "DAGSTER_HOME")


def demo(*, once: bool, at: Addresses) -> int:
    """Run the demo; returns an exit code.

    Raises:
        SettingsError: a port is in use, or the sandbox did not start.
    """
    stop_on_signals()
    if not once:
        at.require_door(allow_anonymous=False)
        at.require_free()
    program = str(Path(sys.executable).with_name("atlas-costs"))
    with _sandbox(program) as exported:
        env = {**clean_environment(), **exported}
        code = subprocess.run([program, "refresh"], env=env, check=False).returncode
        if once or code == 1:
            return code
        return _stay(env, at)


@contextmanager
def _sandbox(program: str) -> Iterator[dict[str, str]]:
    """A sandbox that ends with us, and the variables that lead to it."""
    with leash() as held:
        sandbox = subprocess.Popen(
            [program, "sandbox", "--port", "0"],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        held.hold(sandbox.pid)
        try:
            yield _exports(sandbox)
        finally:
            _end(sandbox)
            held.release(sandbox.pid)


def _end(sandbox: subprocess.Popen[str]) -> None:
    """It keeps nothing, so one that does not end by itself is killed."""
    sandbox.terminate()
    try:
        sandbox.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        sandbox.kill()
        sandbox.wait()


def clean_environment() -> dict[str, str]:
    """This environment without any real key, `.env`, connection, or real data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **kept,
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(DEMO_DATA),
        # connections.yaml names real organizations, and variables of any name with their keys
        "ATLAS_COSTS_CONFIG_DIR": str(DEMO_DATA / "config"),
    }


def _exports(sandbox: subprocess.Popen[str]) -> dict[str, str]:
    """The variables the sandbox prints once it serves."""
    wanted = {"BASE_URL", "ORG_ID", *KEYS, *(f"PROVISIONING_{each}" for each in KEYS)}
    found: dict[str, str] = {}
    for line in sandbox.stdout or ():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.removeprefix("MONGODB_ATLAS_") in wanted:
            found[name] = value.strip("'\"")
        if len(found) == len(wanted):
            return found
    raise SettingsError("The sandbox did not start; run `atlas-costs sandbox` to see why.")


def _stay(env: dict[str, str], at: Addresses) -> int:
    env = {**env, "DAGSTER_HOME": str(DEMO_DATA / "dagster")}
    with services(at, env) as processes:
        print(f"\n{at.told()}\n", flush=True)
        return wait_for_any(processes)
