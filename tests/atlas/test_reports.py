"""Atlas's FOCUS reports: asked for, waited for with patience, fetched with a fresh address."""

import csv
import gzip
import io
import json
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.billing import Billing
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import Expired, MalformedAnswer, NotFound, ReportFailed, Stopped
from orchestration.atlas.records import invoices
from orchestration.atlas.reports import FocusReports, PollPolicy, Report
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=2, initial_wait_s=0.01, jitter_s=0)
OFTEN = PollPolicy(first_s=0.05, growth=1.5, longest_s=0.2, patience_s=20)


def report(state: str, **more: str) -> Scripted:
    body = {"invoiceId": "i", "reportId": "r", "state": state, "reportType": "FOCUS", **more}
    return Scripted(201 if state == "PENDING" else 200, json.dumps(body).encode())


@contextmanager
def asking(*answers: Scripted, polls: PollPolicy = OFTEN, stop: threading.Event | None = None):
    with serving(*answers) as server:
        with AtlasClient(server.url, httpx.Auth(), retries=QUICK, stop=stop) as atlas:
            yield server, FocusReports(atlas, "o", polls)


class Csv:
    """The last body that was kept, unpacked."""

    text = ""

    @contextmanager
    def open(self, encoding: str):
        yield (received := io.BytesIO())
        body = received.getvalue()
        self.text = (gzip.decompress(body) if encoding == "gzip" else body).decode()


def test_a_report_is_asked_for_as_focus_1_3_in_csv():
    with asking(report("PENDING")) as (server, reports):
        assert reports.request("i").state == "PENDING"
    assert [path for path, _ in server.requests] == ["/api/atlas/v2/orgs/o/invoices/i/reports"]
    assert server.requests[0][1]["Accept"] == "application/vnd.atlas.2025-03-12+json"
    assert json.loads(server.bodies[0]) == {
        "reportType": "FOCUS",
        "reportFormat": "CSV",
        "formatSpecVersion": "1.3",
    }


def test_a_report_is_polled_ever_more_slowly_until_it_is_made():
    answers = [report("PENDING"), *[report("RUNNING")] * 3, report("SUCCEEDED", downloadUrl="u")]
    with asking(*answers) as (server, reports):
        began = time.monotonic()
        made = reports.wait(reports.request("i"))
    assert time.monotonic() - began >= 0.05 + 0.075 + 0.1125 + 0.16
    assert made.download_url == SecretStr("u")
    assert len(server.requests) == 5


def test_a_report_asked_for_long_ago_is_polled_at_once():
    patient = PollPolicy(first_s=30)
    with asking(report("SUCCEEDED", downloadUrl="u"), polls=patient) as (_, reports):
        old = Report(invoiceId="i", reportId="r", state="PENDING", asked_at=time.monotonic() - 31)
        began = time.monotonic()
        reports.wait(old)
        assert time.monotonic() - began < 5


def test_a_report_that_failed_says_why():
    failed = report("FAILED", failureReason="Too many line items.")
    with asking(report("PENDING"), failed) as (_, reports):
        with pytest.raises(ReportFailed, match=r"invoice i: .* make it: Too many line items\.$"):
            reports.wait(reports.request("i"))


def test_a_report_that_is_never_made_is_given_up_on():
    hasty = PollPolicy(first_s=0.05, longest_s=0.05, patience_s=0.3)
    with asking(report("RUNNING"), polls=hasty) as (server, reports):
        with pytest.raises(ReportFailed, match="has not made it"):
            reports.wait(reports.request("i"))
        assert 2 < len(server.requests) < 9


NOT_FOUND = Scripted(404, b'{"error": 404, "errorCode": "NOT_FOUND", "detail": "none"}')


def test_a_report_that_one_read_does_not_know_is_waited_for():
    with asking(report("PENDING"), NOT_FOUND, report("SUCCEEDED")) as (_, reports):
        assert reports.wait(reports.request("i")).state == "SUCCEEDED"


def test_a_report_that_no_read_knows_for_some_time_is_gone():
    soon = PollPolicy(first_s=0.05, longest_s=0.05, patience_s=20, gone_after_s=0.2)
    with asking(report("PENDING"), NOT_FOUND, polls=soon) as (server, reports):
        pending = reports.request("i")
        with pytest.raises(NotFound):
            reports.wait(pending)
        assert len(server.requests) >= 3


def test_one_that_was_asked_for_long_ago_is_gone_at_the_first_look():
    """Of many reports that are gone, all but the first were asked for long before their turn."""
    with asking(report("PENDING"), NOT_FOUND) as (server, reports):
        pending = reports.request("i")
        before = pending.model_copy(update={"asked_at": pending.asked_at - 30.0})
        with pytest.raises(NotFound):
            reports.wait(before)
        assert len(server.requests) == 2


def test_waiting_for_a_report_ends_when_nobody_waits():
    stop = threading.Event()
    with asking(report("RUNNING"), polls=PollPolicy(), stop=stop) as (_, reports):
        pending = reports.request("i")
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(Stopped):
            reports.wait(pending)


def test_an_answer_that_is_no_report_is_malformed():
    with asking(Scripted(body=b'{"id": "i"}')) as (_, reports), pytest.raises(MalformedAnswer):
        reports.request("i")
    with asking(report("SUCCEEDED")) as (_, reports):
        with pytest.raises(MalformedAnswer, match="no address"):
            reports.download(reports.read("i", "r"), Csv().open)


@pytest.mark.parametrize("expired", [0, 1, 2])
def test_an_expired_address_is_asked_for_anew(expired):
    kept = Csv()
    files = [Scripted(403)] * expired + [Scripted(body=b"a,b\n")]
    with serving(*files) as storage:
        made = report("SUCCEEDED", downloadUrl=f"{storage.url}/canary")
        with asking(made) as (server, reports):
            reports.download(reports.read("i", "r"), kept.open)
            assert len(server.requests) == 1 + expired
    assert kept.text == "a,b\n"


def test_an_address_that_never_works_is_asked_for_anew_twice_at_most():
    with serving(Scripted(403)) as storage:
        made = report("SUCCEEDED", downloadUrl=f"{storage.url}/canary")
        with asking(made) as (_, reports), pytest.raises(Expired) as raised:
            reports.download(reports.read("i", "r"), Csv().open)
        assert len(storage.requests) == 3
    assert "canary" not in str(raised.value)


def test_a_report_never_shows_its_address():
    made = Report(invoiceId="i", reportId="r", state="SUCCEEDED", downloadUrl="http://x/canary")
    assert "canary" not in repr(made) + str(made) + made.model_dump_json()


@pytest.mark.parametrize("kind", ["report_plain", "report_slow", "report_expired"])
def test_a_report_of_the_sandbox_arrives(sandbox, kind):
    sandbox.control("faults", {"path": "/reports$", "kind": kind})
    auth = digest(sandbox.public_key, SecretStr(sandbox.private_key))
    if kind == "report_slow":
        auth = ServiceAccountAuth(
            sandbox.base_url, sandbox.client_id, SecretStr(sandbox.client_secret)
        )
    kept = Csv()
    with AtlasClient(sandbox.base_url, auth) as atlas:
        listed = invoices(Billing(atlas, sandbox.org_id).list_invoices())
        closed = next(each for each in listed if not each.is_pending)
        reports = FocusReports(atlas, sandbox.org_id, OFTEN)
        reports.download(reports.wait(reports.request(closed.id)), kept.open)
    rows = list(csv.DictReader(io.StringIO(kept.text)))
    assert {"BilledCost", "RegionId", "x_AtlasSku"} <= set(rows[0])
