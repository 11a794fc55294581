"""Organizations as they are, too: new, free, in credit, huge, old, badly named, half described."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.e2e.conftest import asgi
from tests.invoices import invoice, line

Document = dict[str, Any]

ORG, PROJECT = "5e0000000000000000000001", "5f0000000000000000000001"
SHOP = {"id": PROJECT, "name": "Shop", "orgId": ORG, "clusterCount": 0, "tags": []}
KEYS = {
    "MONGODB_ATLAS_CLIENT_ID": "mdb_sa_id_odd",
    "MONGODB_ATLAS_CLIENT_SECRET": "mdb_sa_sk_odd",
    "MONGODB_ATLAS_ORG_ID": ORG,
}
NAMES = (
    "=1+1", "<b>x</b>", "a" * 300, "\u202eevil", "\N{GRINNING FACE}" * 40, "", "  ", "null",
    "(none)", "Other", "Total", "a/b?c=d&e#f", "';drop table x;--", "%s{}{{x}}", "\ttab\nline",
)  # fmt: skip
SKUS = ("", "X", "ATLAS_MOON_BASE", "ATLAS_AWS_INSTANCE_M9999_NVME", "atlas_aws_instance_m10",
        "ATLAS_AWS_INSTANCE_M10 ", "ATLAS_SUPPORT", "ATLAS_FREE_SUPPORT")  # fmt: skip
STATUSES = ("CLOSED", "FORGIVEN", "FAILED", "PAID", "FREE", "PREPAID", "INVOICED", "SEEN_BY_NOBODY")
_number = count(1)


def _days(first: str, days: int) -> list[str]:
    return [str(date.fromisoformat(first) + timedelta(each)) for each in range(days)]


def _line(cents: int, day: str, **fields: Any) -> Document:
    after = date.fromisoformat(day) + timedelta(1)
    dates = {"startDate": f"{day}T00:00:00Z", "endDate": f"{after}T00:00:00Z"}
    return line(cents, **dates | {"created": f"{after}T03:00:00Z"} | fields)


def _month(month: str, *lines: Document, **fields: Any) -> Document:
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(31)).replace(day=1)
    dates = {"created": f"{first}T02:00:00Z", "updated": f"{after}T07:00:00Z"}
    dates |= {"startDate": f"{first}T00:00:00Z", "endDate": f"{after}T00:00:00Z"}
    return invoice(f"6b{next(_number):022x}", *lines, **dates | {"orgId": ORG} | fields)


def _pending(*lines: Document, month: str = "2026-11") -> Document:
    return _month(month, *lines, statusName="PENDING")


def _each(first: str, days: int, cents: int, **fields: Any) -> list[Document]:
    return [_line(cents, day, **fields) for day in _days(first, days)]


def _without(*names: str, day: str) -> Document:
    return {name: value for name, value in _line(777, day).items() if name not in names}


def _named(name: str, number: int, day: str) -> Document:
    project = f"5f{number:022x}"
    return _line(
        10 + number, day, clusterName=name, groupName=name, groupId=project,
        tags={name or "key": [name, "x"]},
    )  # fmt: skip


NOVEMBER = _each("2026-11-01", 28, 1000)
CREDIT = {"sku": "ATLAS_CREDIT", "groupId": None, "groupName": None, "clusterName": None}
OMITTED = (
    ("clusterName",), ("groupId",), ("groupName",), ("tags",), ("quantity",), ("unit",),
    ("unitPriceDollars",), ("created",), ("groupId", "groupName", "clusterName"), ("sku",),
)  # fmt: skip
NULL = dict.fromkeys(("tags", "quantity", "unit", "unitPriceDollars", "clusterName"))

ODD: dict[str, list[Document]] = {
    "no_invoice": [],
    "a_first_invoice_without_lines": [_pending()],
    "a_free_cluster": [_pending(_line(0, "2026-11-02"))],
    "months_that_cost_nothing": [
        *(_month(f"2026-{n:02d}", *_each(f"2026-{n:02d}-01", 28, 0)) for n in (8, 9, 10)),
        _pending(*_each("2026-11-01", 28, 0)),
    ],
    "credits_beyond_usage": [
        _month("2026-10", *_each("2026-10-01", 31, 1000), _line(-99_999, "2026-10-31", **CREDIT)),
        _pending(*NOVEMBER, _line(-500_000, "2026-11-20", **CREDIT)),
    ],
    "usage_below_zero": [
        _month("2026-10", *_each("2026-10-01", 31, -1000)),
        _pending(*_each("2026-11-01", 28, -10)),
    ],
    "a_billion_dollars_a_day": [
        _month("2026-10", *_each("2026-10-01", 31, 99_999_999_999, quantity=1e15,
                                 unitPriceDollars=1e-12)),
        _pending(*_each("2026-11-01", 28, 88_888_888_888, quantity=123_456_789_012.345,
                        unitPriceDollars=0.000000123456)),
    ],
    "fractions_of_a_cent": [
        _pending(*_each("2026-11-01", 28, 0, quantity=1e-6, unitPriceDollars=1e-9),
                 _line(1, "2026-11-09")),
    ],
    "lines_that_lack_fields": [
        _month("2026-10", *(_without(*names, day=f"2026-10-{n:02d}")
                            for n, names in enumerate(OMITTED, 1))),
        _pending(*_each("2026-11-01", 28, 500, **NULL)),
    ],
    "ten_years": [
        _month(f"{year}-{month:02d}", _line(year, f"{year}-{month:02d}-15"))
        for year in range(2016, 2027) for month in range(1, 13) if (year, month) < (2026, 11)
    ],
    "two_years_without_costs": [
        _month("2024-03", *_each("2024-03-01", 31, 1000)), _pending(*NOVEMBER),
    ],
    "over_for_years": [
        _month("2023-01", *_each("2023-01-01", 31, 1000)),
        _month("2023-02", *_each("2023-02-01", 28, 1000)),
    ],
    "days_outside_their_invoice": [
        _month(
            "2026-10",
            _line(100, "2026-10-05", endDate="2026-10-05T00:00:00Z"),
            _line(200, "2026-10-05", endDate="2026-10-01T00:00:00Z"),
            _line(300, "2026-10-01", endDate="2027-03-01T00:00:00Z"),
            _line(400, "2020-01-01"), _line(500, "2027-06-01"),
            _line(600, "2026-10-05", startDate="2026-10-05T13:37:11Z",
                  endDate="2026-10-05T13:37:12Z"),
        ),
        _pending(*NOVEMBER),
    ],
    "every_status": [
        *(_month(f"2026-{n:02d}", *_each(f"2026-{n:02d}-01", 28, 100 + n), statusName=status)
          for n, status in enumerate(STATUSES, 1)),
        _pending(*NOVEMBER),
    ],
    "two_invoices_a_month": [
        _month("2026-10", *_each("2026-10-01", 31, 100)),
        _month("2026-10", *_each("2026-10-01", 31, 200, clusterName="two")),
        _pending(*NOVEMBER),
    ],
    "totals_that_do_not_match": [
        _month("2026-10", *_each("2026-10-01", 31, 100), subtotalCents=99_999,
               amountBilledCents=12_345),
        _pending(*NOVEMBER),
    ],
    "names_of_any_kind": [
        _month("2026-10", *(_named(name, n, day) for n, name in enumerate(NAMES)
                            for day in _days("2026-10-01", 10))),
        _pending(*(_named(name, n, day) for n, name in enumerate(NAMES)
                   for day in _days("2026-11-01", 10))),
    ],
    "skus_of_any_kind": [
        _pending(*(_line(100 + n, day, sku=sku) for n, sku in enumerate(SKUS)
                   for day in _days("2026-11-01", 5))),
    ],
    "a_first_day": [_pending(_line(12_345, "2026-11-30"))],
    "a_month_to_come": [_pending(_line(12_345, "2026-12-15"), month="2026-12")],
    "sixty_tags": [
        _pending(*(_line(100, day, tags={f"k{n}": [f"v{n}{day[-1]}"] for n in range(60)})
                   for day in _days("2026-11-01", 28))),
    ],
    "one_line_fifty_times": [_pending(*[_line(100, "2026-11-03")] * 50)],
    "tax_and_a_balance": [
        _month("2026-09", *_each("2026-09-01", 30, 100), salesTaxCents=570, amountPaidCents=0,
               startingBalanceCents=1000, amountBilledCents=4570, statusName="FAILED"),
        _month("2026-10", *_each("2026-10-01", 31, 100), salesTaxCents=570,
               startingBalanceCents=4570, amountBilledCents=8240),
        _pending(*NOVEMBER),
    ],
}  # fmt: skip


@contextmanager
def served(documents: list[Document]) -> Iterator[str]:
    """An Atlas with one organization, one empty project and these invoices, and nothing else."""
    listed = [{k: v for k, v in each.items() if k != "lineItems"} for each in documents]
    answers: dict[str, Any] = {
        f"/orgs/{ORG}": {"id": ORG, "name": "Odd & Söhne", "isDeleted": False},
        f"/orgs/{ORG}/invoices": _page(listed),
        f"/orgs/{ORG}/invoices/pending": _page(
            [each for each in documents if each["statusName"] == "PENDING"]
        ),
        f"/orgs/{ORG}/groups": _page([SHOP]),
        "/groups": _page([SHOP]),
        f"/groups/{PROJECT}/clusters": _page([]),
    }
    answers |= {f"/orgs/{ORG}/invoices/{each['id']}": each for each in documents}

    async def answer(request: Request) -> Response:
        found = answers.get(request.path_params["path"])
        if found is not None:
            return JSONResponse(found)
        refused = {"error": 403, "errorCode": "USER_UNAUTHORIZED", "detail": "Not yours."}
        return JSONResponse(refused, 403)

    async def token(_: Request) -> Response:
        return JSONResponse({"access_token": "odd", "expires_in": 3600, "token_type": "Bearer"})

    routes = [
        Route("/api/oauth/token", token, methods=["POST"]),
        Route("/api/atlas/v2{path:path}", answer),
    ]
    with asgi(Starlette(routes=routes)) as url:
        yield url


def _page(results: list[Document]) -> Document:
    return {"results": results, "totalCount": len(results), "links": []}
