"""A build on a cluster that cannot be reached, or gives it no worker, ends with one sentence."""

import socket

import pytest

from orchestration.refreshing.building import Build
from orchestration.refreshing.spark_waiting import Patience, unreachable

RUNNING, WAITING = frozenset({(1, 4, True)}), frozenset({(1, 4, False)})


def test_a_master_that_nobody_is_at_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
        assert unreachable(master) == (
            f"Apache Spark's master {master} (ATLAS_COSTS_SPARK_MASTER) cannot be reached: "
            "connection refused."
        )


def test_one_of_several_masters_is_enough():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in (free, server)]
        assert unreachable(f"spark://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}") is None


@pytest.mark.parametrize("master", ["local[*]", "local", "yarn", "k8s://https://example.com:6443"])
def test_what_is_no_standalone_master_is_asked_nothing(master):
    assert unreachable(master) is None


@pytest.mark.parametrize(
    ("looks", "is_over"),
    [
        ([(0, WAITING), (60, WAITING)], False),
        ([(0, WAITING), (61, WAITING)], True),
        # nothing is asked of Spark while dbt plans
        ([(0, frozenset()), (500, frozenset())], False),
        ([(0, RUNNING), (500, RUNNING)], False),
        ([(0, WAITING), (60, RUNNING), (100, WAITING), (160, WAITING)], False),
        # tasks end between two looks
        ([(0, WAITING), (60, frozenset({(1, 5, False)})), (100, WAITING), (150, WAITING)], False),
    ],
)
def test_only_tasks_that_wait_take_patience(looks, is_over):
    patience = Patience(60)
    assert [patience.is_over(*look) for look in looks][-1] is is_over


def test_the_sentence_is_what_a_refresh_fails_with():
    failed = Build(is_well=False, results=[], reason="There is no master.").what_failed
    assert failed == (
        "There is no master. Nothing was published; what was published before is unchanged."
    )
