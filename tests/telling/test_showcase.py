"""A published sandbox told as it is: every event and digest against SQL over the same file."""

import io
import struct
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from pypdf import PdfReader

from reporting.money import text as money

FILE = """
dashboard: https://costs.example.com
{smtp}
routes:
- {{name: hook, channel: webhook, url_env: HOOK_URL, alerts: all}}
- {{name: mail, channel: email, to: a@example.com, digests: [daily, weekly, monthly], attach: pdf}}
"""


@pytest.fixture
def asked(showcase, folder):
    """SQL on the published file, which the installation of the test has too."""
    (folder / "data").mkdir()
    (folder / "data/atlas_costs.duckdb").symlink_to((showcase / "atlas_costs.duckdb").resolve())
    with duckdb.connect(str(folder / "data/atlas_costs.duckdb"), read_only=True) as db:
        yield lambda sql: db.execute(sql).fetchall()


EXPECTED = {
    "anomaly": "select count(*) from marts.anomalies where status = 'open' and verdict is null "
    "and detected_on >= (select max(detected_on) - 14 from marts.anomalies where status = 'open' "
    "and verdict is null)",
    "saving": "select count(*) from marts.savings where state = 'open' and is_in_total "
    "and monthly_saving_cents > 0",
    "forecast": "select count(*) from marts.budgets where is_running and status = 'at risk'",
    "budget": "select count(*) filter (is_running and used_share >= 0.8) "
    "+ count(*) filter (used_share > 1 and month = date_trunc('month', through) - interval 1 month)"
    " from marts.budgets, (select max(data_through) as through from marts.data_through)",
    "change": "select count(*) from marts.cost_change_alerts where usage_month >= (select "
    "date_trunc('month', max(data_through)) - interval 1 month from marts.data_through)",
}


def test_what_the_sandbox_injected_is_told_once(teller, asked, folder, hook, mailbox, smtp):
    alerts = teller(FILE.format(smtp=smtp))
    [(found,)] = asked(
        "select max(detected_on) from marts.anomalies where status = 'open' and verdict is null"
    )
    now = datetime(found.year, found.month, found.day, tzinfo=UTC)
    for _ in range(2):
        alerts.collect(now)
        alerts.deliver(datetime.now(UTC) + timedelta(hours=1))

    [document] = hook.documents
    events = document["events"]
    for kind, sql in EXPECTED.items():
        [(count,)] = asked(sql)
        assert count == sum(each["kind"] == kind for each in events), kind
    [(anomaly_id, over, currency)] = asked(
        "select anomaly_id, over_cents, pricing_currency from marts.anomalies "
        "where status = 'open' and verdict is null "
        "order by detected_on desc, over_cents desc limit 1"
    )
    [told] = [each for each in events if (each["url"] or "").endswith(f"anomalies?id={anomaly_id}")]
    assert told["amount_cents"] == over
    assert money(over, currency) in told["title"]

    said = {each["Subject"].split()[0]: each for each in mailbox.mails}
    assert sorted(said) == ["Daily", "Monthly", "Weekly"]
    assert len(mailbox.mails) == 3
    [(start, monthly)] = asked(
        "select month, sum(cost_cents)::bigint from marts.agg_costs_daily, "
        "(select date_trunc('month', max(data_through) + 1) - interval 1 month as month "
        "from marts.data_through) where is_in_total and usage_date >= month "
        "and usage_date < month + interval 1 month and pricing_currency = 'USD' group by month"
    )
    assert said["Monthly"]["Subject"].startswith(f"Monthly digest, {start:%b %Y}: ")
    assert money(monthly, "USD") in said["Monthly"]["Subject"]
    for each in said.values():
        _is_whole(each)


def _is_whole(mail) -> None:
    """Words, tables, a picture of a chart, and the report as PDF."""
    text = mail.get_body(("plain",)).get_content()
    for heading in ("Costs", "Forecast", "Open savings per month"):
        assert heading in text.splitlines()
    html = mail.get_body(("html",)).get_content()
    assert "cid:chart@atlas-costs" in html
    parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
    picture = parts["image/png"].get_content()
    assert parts["image/png"]["Content-ID"] == "<chart@atlas-costs>"
    width, height = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert width > 1200
    assert height > 500
    pages = PdfReader(io.BytesIO(parts["application/pdf"].get_content())).pages
    assert "digest" in pages[0].extract_text()
