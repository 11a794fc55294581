"""A synthetic bill: invoices of equal size whose line and cent counts are known beforehand."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

ORG = "5e00000000000000000000be"
SKUS = (
    "ATLAS_AWS_INSTANCE_M30",
    "ATLAS_AWS_STORAGE_STANDARD_GP3",
    "ATLAS_AWS_DATA_TRANSFER_INTERNET",
)


@dataclass(frozen=True)
class Invoice:
    """One invoice document and what a load of it must arrive at."""

    id: str
    month: str
    body: bytes
    lines: int
    cents: int

    @property
    def metadata(self) -> dict[str, str]:
        """What the invoice list says of it."""
        return {
            "id": self.id,
            "orgId": ORG,
            "statusName": "PAID",
            "startDate": f"{self.month}-01T00:00:00Z",
            "updated": f"{self.month}-28T00:00:00Z",
        }


def invoices(lines: int, count: int = 12) -> Iterator[Invoice]:
    """`count` invoices with `lines` lines in all; the same ones every time."""
    rng = random.Random(1)  # noqa: S311  repeatable, not secret
    for number in range(count):
        yield _invoice(number, lines // count, rng)


def _invoice(number: int, lines: int, rng: random.Random) -> Invoice:
    month = f"2025-{number + 1:02d}"
    identity = f"5b{number:022x}"
    items = [_line(month, each, rng) for each in range(lines)]
    cents = sum(each["totalPriceCents"] for each in items)  # type: ignore[misc]
    document = {
        "id": identity,
        "orgId": ORG,
        "statusName": "PAID",
        "startDate": f"{month}-01T00:00:00Z",
        "endDate": f"{month}-28T00:00:00Z",
        "subtotalCents": cents,
        "lineItems": items,
    }
    body = json.dumps(document, separators=(",", ":")).encode()
    return Invoice(identity, month, body, lines, cents)


def _line(month: str, number: int, rng: random.Random) -> dict[str, object]:
    day = number % 27 + 1
    return {
        "cloudProvider": "AWS",
        "clusterName": f"cluster-{number % 200}",
        "created": f"{month}-{day + 1:02d}T03:12:45Z",
        "endDate": f"{month}-{day + 1:02d}T00:00:00Z",
        "groupId": f"5f{number % 40:022x}",
        "groupName": f"project-{number % 40}",
        "quantity": round(rng.random() * 100, 6),
        "sku": SKUS[number % 3],
        "startDate": f"{month}-{day:02d}T00:00:00Z",
        "tags": {"env": ["prod"], "team": [f"team-{number % 9}"]},
        "totalPriceCents": rng.randrange(0, 5000),
        "unit": "server hours",
        "unitPriceDollars": 0.18,
    }
