"""Extract and load of a large bill, against the limit: DuckDB reading the same local files.

The limit is `read_json` with explicit columns and `unnest`, without landing, hashing, identities
or HTTP. Both must arrive at the lines and cents that were generated, or there is no result.
"""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import duckdb
import httpx

from benchmarks.bill import ORG, Invoice, invoices
from benchmarks.measure import Cost, measured
from orchestration.assets.billing import extract_invoices
from orchestration.atlas.billing import Billing
from orchestration.atlas.client import AtlasClient
from orchestration.landing import Landing
from orchestration.warehouse.invoices import LINE_COLUMNS
from orchestration.warehouse.raw import RawWarehouse

PATH = f"/api/atlas/v2/orgs/{ORG}/invoices"
LIMIT_COLUMNS = {
    **LINE_COLUMNS,
    "quantity": "DECIMAL(38, 18)",
    "unitPriceDollars": "DECIMAL(38, 18)",
    "discountCents": "BIGINT",
}


def ours(url: str, folder: str) -> tuple[int, int]:
    """Download, land, cut, load: what a first refresh does with invoices."""
    landing = Landing(Path(folder) / "landing", "default")
    with AtlasClient(url, httpx.Auth()) as client:
        extract_invoices(Billing(client, ORG), landing, first_month=None, restatement_months=3)
    with RawWarehouse(Path(folder) / "raw.duckdb", Path(folder) / "slices") as raw:
        loaded = raw.load(landing)
    return loaded.line_items, loaded.cents


def limit(documents: list[str], folder: str) -> tuple[int, int]:
    """One read_json over whole documents on local disk."""
    # DuckDB reserves twice the largest object for each thread: no more than there is
    largest = max(Path(each).stat().st_size for each in documents)
    fields = ", ".join(f'"{name}" {kind}' for name, kind in LIMIT_COLUMNS.items())
    with duckdb.connect(f"{folder}/limit.duckdb") as db:
        db.execute(
            "create table lines as select id, unnest(lineItems, recursive := true) from "
            f"read_json($files, columns = {{id: 'VARCHAR', lineItems: 'STRUCT({fields})[]'}}, "
            "maximum_object_size = $largest)",
            {"files": documents, "largest": largest},
        )
        [row] = db.execute("select count(*), sum(totalPriceCents)::bigint from lines").fetchall()
    return row


@contextmanager
def served(bill: list[Invoice]) -> Iterator[str]:
    """The bill over loopback HTTP."""
    bodies = {f"{PATH}/{each.id}": each.body for each in bill}
    bodies[PATH] = json.dumps({"results": [each.metadata for each in bill]}).encode()
    bodies[f"{PATH}/pending"] = b'{"results":[]}'

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies[self.path.partition("?")[0]]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def compare(lines: int, rounds: int) -> None:
    """Run both in turn and print each figure and their ratio."""
    bill = list(invoices(lines))
    expected = (sum(each.lines for each in bill), sum(each.cents for each in bill))
    pairs: list[tuple[Cost, Cost]] = []
    with tempfile.TemporaryDirectory() as folder, served(bill) as url:
        documents = _written(bill, Path(folder))
        for number in range(rounds):
            run = Path(folder) / str(number)
            run.mkdir()
            pair = measured(ours, url, str(run)), measured(limit, documents, str(run))
            if {each.result for each in pair} != {expected}:
                raise SystemExit(f"A load differs from {expected}: {[p.result for p in pair]}")
            pairs.append(pair)
    _print(lines, sum(len(each.body) for each in bill), pairs)


def _written(bill: list[Invoice], folder: Path) -> list[str]:
    paths = []
    for each in bill:
        path = folder / f"{each.id}.json"
        path.write_bytes(each.body)
        paths.append(str(path))
    return paths


def _print(lines: int, size: int, pairs: list[tuple[Cost, Cost]]) -> None:
    print(f"{lines:,} lines in 12 invoices, {size / 1e6:.0f} MB, {len(pairs)} rounds, medians")
    print(f"{'':14}{'ours':>10}{'limit':>10}{'ratio':>8}")
    for name in ("cpu_s", "wall_s", "peak_mib"):
        figures = [(getattr(a, name), getattr(b, name)) for a, b in pairs]
        ratio = median(a / b for a, b in figures)
        both = median(a for a, _ in figures), median(b for _, b in figures)
        print(f"{name:14}{both[0]:10.2f}{both[1]:10.2f}{ratio:8.2f}")
