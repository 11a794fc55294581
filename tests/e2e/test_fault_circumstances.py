"""Faults that are no single bad answer: time, keys, restating, a disk; and first refreshes."""

import shutil

import pytest

from tests.e2e.conftest import in_haste
from tests.e2e.faults import break_it, heal, mounted, truth_of
from tests.e2e.test_faults import (
    ANOTHER_ATLAS,
    FINE,
    NAMED,
    REFUSED,
    answer,
    atlas,
    broken,
    empty,
    filled,
    installed,
    require,
    shared_atlas,
)

__all__ = ["atlas", "empty", "filled", "installed", "shared_atlas"]
DOCUMENTS = r"/invoices/([0-9a-f]{24}|pending)$"
TOKEN = r"/api/oauth/token$"
LITTLE = 32 << 10


@pytest.fixture
def account(atlas, empty, monkeypatch):
    """A service account instead of an API key."""
    for name in ("PUBLIC_KEY", "PRIVATE_KEY"):
        monkeypatch.delenv(f"MONGODB_ATLAS_{name}")
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_ID", atlas.sandbox.client_id)
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_SECRET", atlas.sandbox.client_secret)


@ANOTHER_ATLAS
@pytest.mark.parametrize("month", ["a-first", "a-later"])
def test_invoices_restated_between_list_and_get_are_as_they_were_got(atlas, request, month):
    installation = request.getfixturevalue("empty" if month == "a-first" else "installed")
    break_it(atlas.sandbox, broken("restate_between", times=3))
    for _ in range(2):
        assert installation.refresh().code == FINE
        assert installation.sums() == truth_of(atlas.sandbox) != atlas.now


def test_a_clock_that_differs_but_is_not_refused_does_no_harm(atlas, installed):
    break_it(atlas.sandbox, broken("clock_skew"))
    require(installed.refresh(), FINE, installed.sums(), atlas, [])


def test_a_clock_that_is_refused_publishes_nothing_and_is_named(atlas, installed):
    break_it(atlas.sandbox, broken("clock_skew", refuse=True))
    outcome = installed.refresh()
    require(outcome, REFUSED, installed.sums(), atlas, [])
    assert "clock" in outcome.sentence
    assert installed.sums() == atlas.before


def test_nonces_that_are_good_for_one_request_succeed(atlas, empty):
    break_it(atlas.sandbox, broken("single_use_nonce"))
    require(empty.refresh_all(), FINE, empty.sums(), atlas, [])


@pytest.mark.parametrize("requests", [1, 3])
@pytest.mark.usefixtures("account")
def test_a_token_that_expires_in_the_middle_is_renewed(atlas, empty, requests, monkeypatch):
    """For whoever used it at that moment: several requests share a token."""
    monkeypatch.setattr("orchestration.atlas.auth.YOUNG_S", 0)  # as if each were a minute old
    break_it(atlas.sandbox, broken("expire_token", requests=requests, times=1))
    require(empty.refresh_all(), FINE, empty.sums(), atlas, [])


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        pytest.param(answer(503, times=2), FINE, id="503_twice-retried_and_succeeded"),
        pytest.param(answer(503), REFUSED, id="503_for_good-nothing_published_exit_1"),
        pytest.param(broken("html"), REFUSED, id="html-nothing_published_exit_1"),
        pytest.param(
            answer(401, error_code=None), REFUSED, id="secret_refused-nothing_published_exit_1"
        ),
    ],
)
@pytest.mark.usefixtures("account")
def test_where_tokens_come_from(atlas, installed, faults, code):
    break_it(atlas.sandbox, {**faults, "path": TOKEN})
    require(installed.refresh(), code, installed.sums(), atlas, [])


def test_a_connection_refused_publishes_nothing(atlas, installed, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9")
    outcome = installed.refresh()
    require(outcome, REFUSED, installed.sums(), atlas, [])
    assert "127.0.0.1" in outcome.sentence
    assert installed.sums() == atlas.before


def test_a_body_that_only_drips_is_given_up_and_named(atlas, installed, monkeypatch):
    in_haste(monkeypatch, attempts=2, slowest_bytes_s=1_000_000, patience_s=0.2)
    fault = broken("slow_body", seconds=6, path=f"/invoices/{atlas.newest}$")
    break_it(atlas.sandbox, fault)
    outcome = installed.refresh()
    require(outcome, NAMED, installed.sums(), atlas, atlas.document)
    assert atlas.newest in outcome.named


def test_first_with_one_invoice_broken_publishes_the_others_and_names_it(atlas, empty):
    break_it(atlas.sandbox, broken("truncate", path=f"/invoices/{atlas.newest}$"))
    outcome = empty.refresh()
    require(outcome, NAMED, empty.sums(), atlas, atlas.document)
    assert atlas.newest in outcome.named
    assert atlas.newest not in empty.sums()
    heal(atlas.sandbox)
    require(empty.refresh(), FINE, empty.sums(), atlas, [])


@pytest.mark.parametrize(
    "fault", [answer(503), broken("html"), answer(403)], ids=["503", "html", "403"]
)
@pytest.mark.parametrize("kind", ["empty", "installed"])
def test_every_document_broken_publishes_nothing(atlas, request, kind, fault):
    installation = request.getfixturevalue(kind)
    held = installation.sums()
    break_it(atlas.sandbox, {**fault, "path": DOCUMENTS})
    assert installation.refresh().code == REFUSED
    assert installation.sums() == held
    heal(atlas.sandbox)
    require(installation.refresh(), FINE, installation.sums(), atlas, [])


def test_only_the_pending_invoice_readable_publishes_nothing_the_first_time(atlas, empty):
    break_it(atlas.sandbox, broken("truncate", path=r"/invoices/[0-9a-f]{24}$"))
    assert empty.refresh().code == REFUSED


def test_landing_on_a_full_disk_publishes_nothing(atlas, installed):
    kept = (installed.data / "landing").rename(installed.data / "kept")
    with mounted(installed.data / "landing", "size=8m") as folder:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        (folder / "ballast").write_bytes(b"x" * (shutil.disk_usage(folder).free - LITTLE))
        outcome = installed.refresh_all()
        require(outcome, REFUSED, installed.sums(), atlas, [])
        assert "No room left" in outcome.sentence
        assert [*folder.rglob("*.part")] == []
        (folder / "ballast").unlink()
        require(installed.refresh_all(), FINE, installed.sums(), atlas, [])


def test_the_build_folder_on_a_full_disk_publishes_nothing(atlas, empty):
    with mounted(empty.data / "build", "size=600k"):
        outcome = empty.refresh()
        require(outcome, REFUSED, {}, atlas, [])
        assert "No room left" in outcome.sentence


def test_a_landing_that_cannot_be_written_publishes_nothing(atlas, installed):
    with mounted(installed.data / "landing", "ro,size=1m"):
        outcome = installed.refresh()
        require(outcome, REFUSED, installed.sums(), atlas, [])
        assert "landing" in outcome.sentence
    assert installed.sums() == atlas.before


def test_a_file_where_the_landing_folder_should_be_publishes_nothing(atlas, empty):
    empty.data.mkdir()
    (empty.data / "landing").write_text("in the way")
    outcome = empty.refresh()
    require(outcome, REFUSED, empty.sums(), atlas, [])
    assert "landing" in outcome.sentence
