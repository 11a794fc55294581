"""Recorded scenarios as a replaying Atlas serves them to actions.

A tape leaves out the writes that no action covers, or reads would wait for them for ever. It adds
what nobody had to record: the answer of a write as the next read of the same cluster or user, where
the recorder went on without looking, what an access list holds between two of its changes, and the
project that all of it is in.
"""

import copy
import csv
import importlib.util
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.request import urlopen

from tests.actions.running import Key
from tests.conftest import SHARED

EXCHANGES = SHARED / "recordings" / "exchanges"
PREFIX = "/api/atlas/v2"
CLUSTERS = ("/groups/{groupId}/clusters", "/groups/{groupId}/flexClusters")
OWN = ("/groups", "/groups/{groupId}")
OWN_BELOW = (*CLUSTERS, "/groups/{groupId}/databaseUsers", "/groups/{groupId}/accessList")
USERS = f"{OWN[1]}/databaseUsers"
# Of recordings that do not tell it.
ORGANIZATION = "a0123456789abcdef012345a"
# Recorders of answers alone write paths as file names: this user has a slash in its name.
SLASH = ("d0123456789abcdef012345d/user-480", "d0123456789abcdef012345d_user-480")
Exchange = dict[str, Any]


def template(exchange: Exchange) -> str:
    """The path with its parameters' names, below the API's address."""
    return str(exchange["path_template"]).removeprefix(PREFIX)


def path(exchange: Exchange) -> str:
    """The path below the API's address."""
    return str(exchange["path"]).removeprefix(PREFIX)


def is_write(exchange: Exchange) -> bool:
    """Whether it changes Atlas."""
    return exchange["method"] != "GET"


@cache
def scenarios() -> dict[str, list[Exchange]]:
    """Every scenario with a project, cluster, user, access list, snapshot or restore in it."""
    index = EXCHANGES / "index.csv"
    if not index.exists():
        return {}
    found: dict[str, list[Exchange]] = {}
    with index.open() as file:
        for row in csv.DictReader(file):
            exchange = _whole(json.loads((EXCHANGES / row["file"]).read_text()))
            found.setdefault(row["scenario"], []).append({**exchange, "_file": row["file"]})
    return {name: tape for name, tape in found.items() if any(map(_is_ours, tape))}


def _whole(exchange: Exchange) -> Exchange:
    """Without what points to things that were not recorded: later pages, another spelling."""
    body = exchange["body"]
    if isinstance(body, dict) and isinstance(body.get("results"), list):
        body |= {"totalCount": len(body["results"]), "links": []}
    if isinstance(body, dict) and body.get("username") == SLASH[0]:
        body["username"] = SLASH[1]
    return exchange


def _is_ours(exchange: Exchange) -> bool:
    place = template(exchange)
    return place in OWN or place.startswith(OWN_BELOW)


def tape_of(name: str, is_covered: Callable[[Exchange], bool]) -> list[Exchange]:
    """A scenario as it is served."""
    played = [each for each in scenarios()[name] if not is_write(each) or is_covered(each)]
    whole = _with_entries(_with_answers(_with_source(_in_order(played))))
    return _numbered(_with_projects(whole))


def organization_of(tape: list[Exchange]) -> str:
    """The organization that a tape's projects are in."""
    bodies = (each["body"] for each in tape if template(each) in OWN)
    told = (each["orgId"] for each in bodies if isinstance(each, dict) and "orgId" in each)
    return str(next(told, ORGANIZATION))


def _with_projects(tape: list[Exchange]) -> list[Exchange]:
    """Whose project it is: told where it was made, else by one that was there before."""
    read = {path(each) for each in tape if not is_write(each)}
    made = {f"/groups/{each['body']['id']}": each for each in tape if _makes_project(each)}
    groups = {"/".join(path(each).split("/")[:3]) for each in tape if path(each) not in OWN}
    found, before = [], []
    for each in sorted(groups - read - set(made)):
        body = {"id": each.rpartition("/")[2], "name": each, "orgId": organization_of(tape)}
        before.append(_read_instead(tape[0], each, body))
    for each in tape:
        found.append(each)
        where = f"/groups/{each['body']['id']}" if _makes_project(each) else None
        if where and where not in read:
            found.append(_read_instead(each, where, each["body"]))
    return [*before, *found]


def _makes_project(exchange: Exchange) -> bool:
    return exchange["method"] == "POST" and path(exchange) == "/groups"


def _in_order(tape: list[Exchange]) -> list[Exchange]:
    """A cluster is seen to go only after its deletion: of the same second either was first."""
    found = list(tape)
    for each in tape:
        body = each["body"] if isinstance(each["body"], dict) else {}
        if each["method"] == "GET" and body.get("stateName") == "DELETING":
            own = [one for one in tape if one["method"] == "DELETE" and path(one) == path(each)]
            found.remove(each)
            last = max([tape.index(each) - 1, *map(found.index, own)])
            found.insert(last + 1, each)
    return found


def _numbered(tape: list[Exchange]) -> list[Exchange]:
    return [{**each, "_seq": number} for number, each in enumerate(tape)]


def _read_instead(exchange: Exchange, where: str, body: Any) -> Exchange:
    added = copy.deepcopy(exchange)
    return {**added, "method": "GET", "status": 200, "path": f"{PREFIX}{where}", "body": body}


def _with_answers(tape: list[Exchange]) -> list[Exchange]:
    """Where a cluster or user was changed again before anybody looked, its answer is seen."""
    found = []
    for number, each in enumerate(tape):
        found.append(each)
        where = _named_place(each)
        if where and not list(reads_of(tape[number:], where)):
            found.append(_read_instead(each, where, each["body"]))
    return found


def _named_place(write: Exchange) -> str | None:
    if write["method"] not in {"POST", "PATCH"}:
        return None
    if template(write) == USERS:
        body = write["body"]
        return f"{path(write)}/{body['databaseName']}/{body['username']}"
    is_cluster = template(write).startswith(CLUSTERS) and "name" in write["body"]
    return cluster_path(write) if is_cluster else None


def cluster_path(write: Exchange) -> str:
    """Where a cluster is read that was made, changed or deleted."""
    own = path(write)
    return f"{own}/{write['body']['name']}" if write["method"] == "POST" else own


def reads_of(tape: list[Exchange], where: str) -> Iterator[Exchange]:
    """The reads of a path that follow a tape's first exchange, until the object is changed."""
    collection = where.rpartition("/")[0]
    for each in tape[1:]:
        if is_write(each) and path(each) in {where, collection}:
            return
        if not is_write(each) and path(each) == where:
            yield each


def _with_source(tape: list[Exchange]) -> list[Exchange]:
    """A flex cluster whose snapshots are read was there before anything was recorded."""
    sources = {path(each).partition("/backup")[0]: each for each in tape if _is_flex_backup(each)}
    known = {path(each) for each in tape}
    model = next((each for each in tape if template(each) == CLUSTERS[1]), None)
    if model is None:
        return tape
    added = [
        _read_instead(model, where, {**model["body"], "name": where.rpartition("/")[2]})
        for where in sources
        if where not in known
    ]
    return [*added, *tape]


def _is_flex_backup(exchange: Exchange) -> bool:
    return template(exchange).startswith(f"{CLUSTERS[1]}/{{name}}/backup") and (
        exchange["status"] < 400
    )


def _with_entries(tape: list[Exchange]) -> list[Exchange]:
    """An access list after each change of it; the one read of it was recorded in no order."""
    place = "/groups/{groupId}/accessList"
    if not any(template(each) == place for each in tape):
        return tape
    entries: dict[str, Any] = {}
    found = []
    for each in tape:
        if template(each).startswith(place) and not is_write(each):
            continue
        found.append(each)
        if template(each) == place:
            entries |= {one["ipAddress"]: one for one in each["body"]["results"]}
        elif template(each).startswith(place):
            del entries[path(each).rpartition("/")[2]]
        elif template(each) != "/groups":
            continue
        group = each["body"]["id"] if template(each) == "/groups" else path(each).split("/")[2]
        body = {"results": list(entries.values()), "totalCount": len(entries)}
        found.append(_read_instead(each, f"/groups/{group}/accessList", body))
    return found


@cache
def _replay() -> Any:
    source = SHARED / "recordings" / "replay.py"
    specification = importlib.util.spec_from_file_location("replay_for_actions", source)
    module = importlib.util.module_from_spec(specification)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing files to Python
        specification.loader.exec_module(module)
    return module


@contextmanager
def playing(tape: list[Exchange], org_id: str) -> Iterator[tuple[Key, Callable[[], list[Any]]]]:
    """Serve a tape with gating; yields the key that opens it and what it was asked."""
    server, _ = _replay().make(tape, user="pub", key="priv")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"

    def asked() -> list[Any]:
        with urlopen(f"{url}/__replay/log") as answer:
            return json.loads(answer.read())

    try:
        yield Key(url, org_id, "pub", "priv"), asked
    finally:
        server.shutdown()
        server.server_close()
