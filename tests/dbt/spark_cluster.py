"""A standalone cluster of Apache Spark on this machine: a master and two workers, each a JVM."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

WORKERS = 2
# an executor asks for one gibibyte unless told
OF_A_WORKER = ["--cores", "1", "--memory", "1g"]
PATIENCE_S = 60
DAEMONS = "org.apache.spark.deploy"
# What a frozen executor is given to do meanwhile is under way when it is killed. In five seconds a
# busy machine only planned.
FROZEN_S = 30


@dataclass(frozen=True)
class Cluster:
    """Where it is reached (`spark://…`), and its workers' processes."""

    master: str
    workers: list["subprocess.Popen[bytes]"]

    def lose_a_worker(self) -> None:
        """Kill a worker and its executor while tasks are under way on it."""
        group = self.workers[0].pid
        os.killpg(group, signal.SIGSTOP)
        time.sleep(FROZEN_S)
        _kill(self.workers[0])


@contextmanager
def running(folder: Path, workers: int = WORKERS) -> Iterator[Cluster]:
    """A cluster that ends with the block; logs and what executors write are in the folder."""
    with ExitStack() as stack:

        def start(name: str, of: str, *arguments: str) -> "subprocess.Popen[bytes]":
            given = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0", *arguments]
            return stack.enter_context(_started([f"{DAEMONS}.{of}", *given], folder / name))

        start("master.log", "master.Master")
        [master] = _told(folder / "master.log", r"Starting Spark master at (spark://\S+)", 1)
        work = ["--work-dir", str(folder / "work"), *OF_A_WORKER, master]
        made = [start(f"worker_{each}.log", "worker.Worker", *work) for each in range(workers)]
        _told(folder / "master.log", r"Registering worker (\S+)", workers)
        yield Cluster(master, made)


@contextmanager
def _started(command: list[str], log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of a group of its own, where a worker's executors are, too."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.submodule_search_locations
    home = Path(spec.submodule_search_locations[0])
    small = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC"}
    # one that is killed removes nothing
    here = {"SPARK_LOCAL_DIRS": str(log.parent / "local"), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment = os.environ | small | here | {"SPARK_HOME": str(home)}
    with (
        log.open("w") as said,
        subprocess.Popen(
            [home / "bin/spark-class", *command],
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    # the group, whether or not its first process lives: executors outlive a worker that crashed
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _told(log: Path, pattern: str, times: int) -> list[str]:
    """What the pattern found so many times in a log, as soon as it is there."""
    wait_for(lambda: len(re.findall(pattern, log.read_text())) >= times, PATIENCE_S)
    found: list[str] = re.findall(pattern, log.read_text())
    return found


def wait_for(is_so: Callable[[], bool], patience_s: float) -> None:
    """Look twice a second."""
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.5)
