"""What Atlas, the network or the disk does wrong is mended, named or refused; never a wrong number.

Each case says its outcome. Retried and succeeded: all is the truth (exit 0). Named missing: the
rest is the truth, what is named is what it was before or absent (exit 3). Nothing published (exit
1): what was loaded before is still some version that Atlas once showed.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets import billing
from sandbox.wire import rate_limits
from tests.e2e.conftest import in_haste
from tests.e2e.faults import (
    Installation,
    Outcome,
    Sums,
    break_it,
    four_months,
    heal,
    invoices_of,
    restate_all,
    truth_of,
)

FINE, NAMED, REFUSED = 0, 3, 1
ENDINGS = {
    FINE: "retried_and_succeeded",
    NAMED: "named_missing_exit_3",
    REFUSED: "nothing_published_exit_1",
}
CLUSTERS = "select id, name, groupId from clusters order by id"


def cases(code: int, **faults: dict[str, Any]) -> list[Any]:
    """Parameters that end alike, each named by its fault and how it ends."""
    return [
        pytest.param(fault, code, id=f"{name.lstrip('_')}-{ENDINGS[code]}")
        for name, fault in faults.items()
    ]


def answer(code: int, **more: Any) -> dict[str, Any]:
    return {"kind": "status", "status": code, **more}


def broken(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, **more}


def _some(faults: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: faults[name] for name in names}


TWICE = {
    "_408_twice": answer(408, times=2),
    "_429_with_retry_after": answer(429, retry_after=0, times=1),
    "_429_without_retry_after": answer(429, times=2),
    "_500_twice": answer(500, times=2),
    "_502_twice": answer(502, times=2),
    "_503_twice": answer(503, times=2),
    "_503_four_times": answer(503, times=4),
    "hang_up_twice": broken("reset", times=2),
    "cut_mid_body": broken("truncate", cut_transfer=True, times=2),
    "truncated_gzip": broken("truncated_gzip", times=2),
    "length_too_long": broken("wrong_length", extra=100, times=2),
    "length_too_short": broken("wrong_length", extra=-100, times=2),
    "slow_body": broken("slow_body", seconds=0.3),
    "late_answer": broken("delay", seconds=0.3, times=1),
}
HALF_A_BODY = {
    "half_a_body": broken("truncate", times=2),
    "empty_body": broken("empty_body", times=2),
}
FOR_GOOD = {
    "_403": answer(403),
    "_404": answer(404),
    "_406": answer(406),
    "_409": answer(409),
    "_500_for_good": answer(500),
    "_503_for_good": answer(503),
    "hang_up_for_good": broken("reset"),
    "truncated_gzip_for_good": broken("truncated_gzip"),
    "half_a_body_for_good": broken("truncate"),
    "html": broken("html"),
    "invalid_json": broken("invalid_json"),
    "empty_body_for_good": broken("empty_body"),
}
LOCKED_OUT = {
    "_401": answer(401, error_code=None),
    "_429_for_an_hour": answer(429, retry_after=3600),
    "_429_for_good": answer(429),
}


@dataclass(frozen=True)
class Atlas:
    """A sandbox in which every invoice has changed since the installation read it.

    Attributes:
        before: What the installation holds.
        now: What it should.
        document: The newest closed invoice and the one nested in it.
    """

    sandbox: Any
    before: Sums
    now: Sums
    document: list[str]

    @property
    def newest(self) -> str:
        return self.document[0]


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> tuple[Path, Sums]:
    """A data folder after a good refresh, to be copied, and what is in it."""
    data = tmp_path_factory.mktemp("filled") / "data"
    with pytest.MonkeyPatch.context() as patch, four_months() as running:
        settings = {**running.environment(), "ATLAS_COSTS_DATA_DIR": str(data)}
        for name, value in {**settings, "ATLAS_COSTS_ENV_FILE": ""}.items():
            patch.setenv(name, value)
        in_haste(patch)
        outcome = Installation(data).refresh_all()
        assert outcome.code == 0
        return data, truth_of(running)


@contextmanager
def changed_since(before: Sums) -> Iterator[Atlas]:
    """Has another amount on every invoice than what was read."""
    with four_months() as running:
        document = list(invoices_of(running, "2026-04").values())
        restate_all(running)
        yield Atlas(running, before, truth_of(running), document)


@pytest.fixture(scope="module")
def shared_atlas(filled) -> Iterator[Atlas]:
    """Made once: faults are taken back, and a bill is a quarter of a second to draw up."""
    with pytest.MonkeyPatch.context() as patch, changed_since(filled[1]) as atlas:
        # a minute's requests renewed in a second: a hundred tests share what one has
        patch.setattr(rate_limits, "WINDOW_SECONDS", 1)
        yield atlas


@pytest.fixture
def atlas(request, filled) -> Iterator[Atlas]:
    """The shared one, healed afterwards; another one for a test that changes what it bills."""
    if hasattr(request, "param"):
        with changed_since(filled[1]) as another:
            yield another
    else:
        shared = request.getfixturevalue("shared_atlas")
        yield shared
        heal(shared.sandbox)
        assert truth_of(shared.sandbox) == shared.now


ANOTHER_ATLAS = pytest.mark.parametrize("atlas", ["another"], indirect=True)


@pytest.fixture
def empty(tmp_path, atlas, clean_environment, monkeypatch) -> Installation:
    """Connected, and nothing read yet; FOCUS reports are for the tests that want them."""
    settings = {**atlas.sandbox.environment(), "ATLAS_COSTS_DATA_DIR": str(tmp_path / "data")}
    for name, value in {**settings, "ATLAS_COSTS_FOCUS_REPORTS": "false"}.items():
        monkeypatch.setenv(name, value)
    in_haste(monkeypatch)
    return Installation(tmp_path / "data")


@pytest.fixture
def installed(empty, filled) -> Installation:
    """Connected, and all was read before Atlas changed it."""
    shutil.copytree(filled[0], empty.data)
    assert empty.sums() == filled[1]
    return empty


def require(outcome: Outcome, code: int, found: Sums, atlas: Atlas, late: list[str]) -> None:
    """The outcome, and no number in it that Atlas never showed."""
    assert outcome.code == code, f"{outcome.sentence}{outcome.named}"
    if code == REFUSED:
        assert outcome.sentence
        for invoice_id, sums in found.items():
            assert sums in (atlas.before.get(invoice_id), atlas.now[invoice_id])
    elif code == FINE:
        assert found == atlas.now
    else:
        held = {each: atlas.before[each] for each in late if each in found}
        assert found == {k: v for k, v in atlas.now.items() if k not in late} | held


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *cases(FINE, **TWICE, **HALF_A_BODY),
        *cases(NAMED, **FOR_GOOD, _401_with_a_code=answer(401, error_code="NOT_ALLOWED")),
        *cases(REFUSED, **LOCKED_OUT),
    ],
)
def test_one_invoice(atlas, installed, fault, code):
    break_it(atlas.sandbox, {**fault, "path": f"/invoices/{atlas.newest}$"})
    outcome = installed.refresh()
    require(outcome, code, installed.sums(), atlas, atlas.document)
    if code == NAMED:
        assert atlas.newest in outcome.named
        assert {each: installed.sums()[each] for each in atlas.document} == {
            each: atlas.before[each] for each in atlas.document
        }


@pytest.mark.parametrize(
    "fault",
    [answer(503), answer(401, error_code=None), broken("html")],
    ids=["503", "401", "html"],
)
def test_the_next_refresh_brings_what_was_missing(atlas, installed, fault):
    break_it(atlas.sandbox, {**fault, "path": f"/invoices/{atlas.newest}$"})
    assert installed.refresh().code != FINE
    heal(atlas.sandbox)
    require(installed.refresh(), FINE, installed.sums(), atlas, [])


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *cases(FINE, **_some(TWICE, "_429_with_retry_after", "_429_without_retry_after")),
        *cases(FINE, **_some(TWICE, "_503_twice", "cut_mid_body", "truncated_gzip", "slow_body")),
        *cases(REFUSED, **_some(FOR_GOOD, "_403", "_404", "_406", "_500_for_good", "html")),
        *cases(REFUSED, **_some(FOR_GOOD, "invalid_json", "empty_body_for_good"), **LOCKED_OUT),
    ],
)
def test_the_invoice_list(atlas, installed, fault, code):
    break_it(atlas.sandbox, {"path": r"/invoices$", **fault})
    outcome = installed.refresh()
    require(outcome, code, installed.sums(), atlas, [])
    if code == REFUSED:
        assert installed.sums() == atlas.before


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param([broken("page_size"), broken(kind, **more)], id=f"{kind}-{ENDINGS[FINE]}")
        for kind, more in {"repeat_page": {}, "shrink": {"times": 1}}.items()
    ],
)
@pytest.mark.parametrize("path", [r"/invoices$", r"/orgs/[0-9a-f]{24}/groups$"])
def test_a_list_that_changes_while_it_is_paged(atlas, empty, filled, fault, path):
    break_it(atlas.sandbox, *({**each, "path": path} for each in fault))
    require(empty.refresh_all(), FINE, empty.sums(), atlas, [])
    assert empty.query(CLUSTERS) == Installation(filled[0]).query(CLUSTERS)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *cases(
            FINE,
            _429_with_retry_after=answer(429, retry_after=0, times=1),
            _503_twice=answer(503, times=2),
            hang_up_twice=broken("reset", times=2),
            truncated_gzip=broken("truncated_gzip", times=2),
        ),
        *cases(NAMED, **_some(FOR_GOOD, "_403", "_404", "_409", "_503_for_good", "html")),
        *cases(NAMED, invalid_json=broken("invalid_json"), _429_for_good=answer(429)),
        *cases(NAMED, _401=answer(401, error_code=None)),
    ],
)
def test_a_list_of_clusters(atlas, installed, fault, code):
    """The bill is whole whatever the inventory lacks, and what was known of it stays."""
    clusters = installed.query(CLUSTERS)
    project = clusters[0][2]
    break_it(atlas.sandbox, {**fault, "path": f"/groups/{project}/clusters$"})
    outcome = installed.refresh_all()
    require(outcome, code, installed.sums(), atlas, [])
    assert installed.query(CLUSTERS) == clusters
    if code == NAMED:
        assert "clusters: clusters" in outcome.named


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *cases(
            FINE,
            asked_429=answer(429, path="/reports$", times=2),
            polled_503=answer(503, path="/reports/", times=2),
            made_slowly=broken("report_slow", polls=2),
            address_expired_once=broken("report_expired", times=1),
            uncompressed=broken("report_plain"),
            download_503=answer(503, path="/presigned/", times=2),
            download_hangs_up=broken("reset", path="/presigned/", times=2),
            download_truncated=broken("truncated_gzip", path="/presigned/", times=2),
        ),
        *cases(
            NAMED,
            asked_403=answer(403, path="/reports$"),
            asked_406=answer(406, path="/reports$"),
            asked_500=answer(500, path="/reports$"),
            asked_html=broken("html", path="/reports$"),
            polled_404=answer(404, path="/reports/"),
            polled_invalid_json=broken("invalid_json", path="/reports/"),
            failed=broken("report_failed"),
            address_always_expired=answer(403, path="/presigned/"),
            download_html=broken("html", path="/presigned/"),
            download_503_for_good=answer(503, path="/presigned/"),
            download_cut_for_good=broken("truncated_gzip", path="/presigned/"),
        ),
    ],
)
def test_the_focus_report(atlas, installed, monkeypatch, fault, code):
    """Costs come from the invoices: a report that is missing costs regions, never a cent."""
    monkeypatch.setenv("ATLAS_COSTS_FOCUS_REPORTS", "true")
    break_it(atlas.sandbox, {"path": "/reports$", **fault})
    outcome = installed.refresh(billing.assets)
    require(outcome, code, installed.sums(), atlas, [])
    assert ("FOCUS report" in outcome.named) == (code == NAMED)
