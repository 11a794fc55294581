"""Synthetic invoice documents on disk, whose lines and cents are known beforehand.

They are written line by line in processes of their own and kept in the temporary folder: a peak
that a later run reports must not be the generator's, and 442 MB are not made twice.
"""

import gzip
import hashlib
import json
import multiprocessing
import random
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

ORG = "5e00000000000000000000be"
LATEST = 2026 * 12 + 4
SKUS = (
    "ATLAS_AWS_INSTANCE_M30",
    "ATLAS_AWS_STORAGE_STANDARD_GP3",
    "ATLAS_AWS_DATA_TRANSFER_INTERNET",
)
PRICES = (0.593421, 0.000342, 0.0912)


@dataclass(frozen=True)
class Plan:
    """An invoice document to write.

    Attributes:
        month: Months before the newest one; two documents of one month are versions of an invoice.
        lines: How many; of two versions, the longer one begins with the lines of the shorter.
    """

    name: str
    month: int
    lines: int
    status: str = "PAID"


@dataclass(frozen=True)
class Invoice:
    """A written document, and what a load of it must arrive at.

    Attributes:
        path: The document; its gzip form lies beside it, `.gz` added.
        metadata: What the invoice list says of it.
        cents: Sum of totalPriceCents.
        size: Bytes of JSON.
    """

    path: str
    metadata: dict[str, str]
    lines: int
    cents: int
    size: int


def written(*plans: Plan) -> list[Invoice]:
    """The documents, in order; those of an earlier run where the same were asked for."""
    folder = _folder(plans)
    index = folder / "index.json"
    if not index.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            found = pool.starmap(_write, [(folder, each) for each in plans], chunksize=1)
        partial = folder / "index.part"
        partial.write_text(json.dumps([asdict(each) for each in found]))
        partial.replace(index)
    return [Invoice(**each) for each in json.loads(index.read_text())]


def _folder(plans: tuple[Plan, ...]) -> Path:
    """Named by what decides the content: this file and the plans."""
    what = Path(__file__).read_bytes() + repr(plans).encode()
    name = f"atlas-costs-bench-{hashlib.sha256(what).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / name


def _write(folder: Path, plan: Plan) -> Invoice:
    months = LATEST - plan.month
    month = f"{months // 12}-{months % 12 + 1:02d}"
    metadata = {
        "id": f"5b{months:022x}",
        "orgId": ORG,
        "statusName": plan.status,
        "startDate": f"{month}-01T00:00:00Z",
        "endDate": f"{month}-28T00:00:00Z",
        "updated": f"{month}-28T00:00:00Z",
    }
    path = folder / f"{plan.name}.json"
    rng = random.Random(months)  # noqa: S311  repeatable, not secret
    cents = 0
    with path.open("wb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=6) as packed:
        for number in range(plan.lines):
            line = _line(month, number, rng)
            cents += line["totalPriceCents"]  # type: ignore[operator]
            start = _head(metadata) if number == 0 else b","
            piece = start + _json(line)
            plain.write(piece)
            packed.write(piece)
        end = f'],"subtotalCents":{cents}}}'.encode()
        plain.write(end)
        packed.write(end)
    return Invoice(str(path), metadata, plan.lines, cents, path.stat().st_size)


def _head(metadata: dict[str, str]) -> bytes:
    return _json(metadata)[:-1] + b',"lineItems":['


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _line(month: str, number: int, rng: random.Random) -> dict[str, object]:
    day = number % 27 + 1
    return {
        "cloudProvider": "AWS",
        "clusterName": f"orders-eu-cluster-{number % 200}",
        "created": f"{month}-{day + 1:02d}T03:12:45Z",
        "discountCents": 0,
        "endDate": f"{month}-{day + 1:02d}T00:00:00Z",
        "groupId": f"5f{number % 40:022x}",
        "groupName": f"online-shop-{number % 40}",
        "quantity": round(rng.random() * 100, 6),
        "sku": SKUS[number % 3],
        "startDate": f"{month}-{day:02d}T00:00:00Z",
        "tags": {
            "cost-center": [f"cc-{number % 17}"],
            "env": ["prod"],
            "team": [f"t-{number % 9}"],
        },
        "totalPriceCents": rng.randrange(0, 5000),
        "unit": "server hours",
        "unitPriceDollars": PRICES[number % 3],
    }
