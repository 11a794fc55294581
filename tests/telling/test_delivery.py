"""From a published file to receivers on this machine: everything once, whatever happens between."""

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
import trustme

from orchestration import files
from orchestration.settings import Settings, SettingsError
from orchestration.telling import teller as telling
from orchestration.telling.channels import sending
from orchestration.telling.events import Event, message
from orchestration.telling.outbox import back_off
from orchestration.telling.readers import reader
from orchestration.telling.teller import Teller
from orchestration.telling.trouble import refresh_failed
from tests.conftest import ROOT
from tests.dashboard.conftest import publish_warehouse
from tests.servers import Endless, Scripted, never_ending, serving
from tests.telling import receivers
from tests.telling.conftest import NOW
from tests.telling.made import ROWS, publish

ALL = "routes:\n- {name: hook, channel: webhook, url_env: HOOK_URL, alerts: all}\n"
MARTS = tuple(ROWS)


def told(documents) -> list[str]:
    return sorted(event["kind"] for each in documents for event in each["events"])


def ends_of_wait(times: int):
    """A moment after each of so many waits."""
    moment = datetime.now(UTC)
    for tries in range(1, times + 1):
        moment += back_off(tries) + timedelta(seconds=30)
        yield moment


@pytest.mark.parametrize("kind", MARTS)
def test_each_kind_is_received_once_by_a_receiver_that_was_down_twice(kind, teller, folder, hook):
    publish(folder / "data", kind)
    hook.refusals = 2
    alerts = teller(ALL)
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    for moment in ends_of_wait(4):
        alerts.collect(NOW)
        alerts.deliver(moment)
    assert hook.refused == 2
    assert told(hook.documents) == [kind]
    assert alerts.outbox.state("hook").waiting == 0


def test_a_failed_refresh_is_told_once_a_day_until_something_is_published(teller, folder, hook):
    publish(folder / "data")
    alerts = teller(ALL)
    for _ in range(2):
        telling.after_failure(alerts.settings, "Atlas answers 401 (Unauthorized).")
    [document] = hook.documents
    [event] = document["events"]
    assert event["kind"] == "refresh"
    assert event["text"] == "Atlas answers 401 (Unauthorized)."
    tomorrow = refresh_failed("again", "atlas_costs", datetime.now(UTC) + timedelta(1))
    alerts.note_for_all([tomorrow], NOW)
    alerts.deliver(datetime.now(UTC))
    assert len(hook.documents) == 2


def test_a_refresh_that_does_not_come_is_told_once(teller, folder, hook):
    publish(folder / "data")
    alerts = teller(ALL)
    alerts.look_at_clock(datetime(2026, 5, 21, 7, 59, tzinfo=UTC))
    assert alerts.outbox.state("hook").waiting == 0
    for hour in (9, 10):
        now = datetime(2026, 5, 21, hour, tzinfo=UTC)
        alerts.look_at_clock(now)
        alerts.deliver(datetime.now(UTC))
    [event] = [event for each in hook.documents for event in each["events"]]
    assert event["title"] == "No refresh for 27 hours"


@pytest.mark.parametrize(("days", "titles"), [
    (60, []), (10, ["expires"]),
])  # fmt: skip
def test_a_secret_that_ends_is_told(days, titles, teller, folder, hook, sandbox, monkeypatch):
    publish(folder / "data")
    sandbox.control("keys", {"secret_expires_in_days": days})
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", sandbox.org_id)
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_ID", sandbox.client_id)
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_SECRET", sandbox.client_secret)
    alerts = teller(ALL)
    for _ in range(2):
        alerts.look_at_keys(datetime(2026, 5, 20, 12, tzinfo=UTC))
        alerts.deliver(datetime.now(UTC))
    said = [event["title"] for each in hook.documents for event in each["events"]]
    assert [each.split()[5] for each in said] == titles


def test_what_a_refresh_finds_is_one_message_for_a_channel(teller, folder, hook):
    publish(folder / "data", *MARTS)
    alerts = teller(ALL + "- {name: second, channel: slack, url_env: HOOK_URL, alerts: anomaly}\n")
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    assert len(hook.posts) == 2
    [one] = [each for each in hook.documents if "events" in each]
    assert told([one]) == sorted(MARTS)
    [other] = [each for each in hook.documents if "blocks" in each]
    assert "shop / orders" in other["text"]
    assert "attic" not in other["text"]


def test_only_what_is_new_is_told_by_the_next_refresh(teller, folder, hook):
    publish(folder / "data", "anomaly")
    alerts = teller(ALL)
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    publish(folder / "data", "anomaly", "saving")
    alerts.collect(NOW + timedelta(1))
    alerts.deliver(datetime.now(UTC))
    assert [told([each]) for each in hook.documents] == [["anomaly"], ["saving"]]


def test_a_connection_that_breaks_again_is_told_again(teller, folder, hook):
    alerts = teller(ALL)
    for last in ("2026-05-04 06:00:00", "2026-05-04 06:00:00", "2026-05-19 06:00:00"):
        broken = (
            "update meta.freshness set status = 'error', missing_parts = ['connection: 401'], "
            f"last_success_at = timestamp '{last}'"
        )
        publish(folder / "data", sql=broken)
        alerts.collect(NOW)
        alerts.deliver(datetime.now(UTC))
    assert [told([each]) for each in hook.documents] == [["refresh"], ["refresh"]]


def test_a_message_that_is_always_refused_keeps_no_other_back(teller, folder, hook, monkeypatch):
    publish(folder / "data", "anomaly")
    alerts = teller(ALL)
    alerts.collect(NOW)
    hook.refusals = 1
    alerts.deliver(NOW, at_once=True)
    publish(folder / "data", "saving")
    alerts.collect(NOW)
    monkeypatch.setattr(hook, "takes", lambda: b"anomaly" not in hook.posted)
    for _ in range(2):
        alerts.deliver(NOW, at_once=True)
    assert [told([each]) for each in hook.documents] == [["saving"]]
    state = alerts.outbox.state("hook")
    assert (state.waiting, state.tries) == (1, 3)
    assert state.answer.startswith("HTTP 503")


def send_waiting(folder) -> subprocess.Popen[str]:
    """`atlas-costs alert send` as a process of its own."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "alert", "send"]
    return subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def killed_while_sending(folder, receiver) -> None:
    process = send_waiting(folder)
    receiver.victim = process.pid
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert receiver.victim is None


def sent(folder) -> None:
    process = send_waiting(folder)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said


def test_a_kill_between_sending_and_noting_repeats_the_same_id(teller, folder, hook):
    """Once by its id, with the same words: what comes between is the next message's."""
    publish(folder / "data", *MARTS)
    alerts = teller(ALL)
    alerts.collect(NOW)
    alerts.look_at_clock(datetime.now(UTC))
    killed_while_sending(folder, hook)
    alerts.note_for_all([refresh_failed("new since", "v1", NOW)], NOW)
    sent(folder)
    sent(folder)
    first, again, new = hook.ids
    assert first == again != new
    assert hook.documents[0] == hook.documents[1]
    assert hook.documents[2]["events"][0]["text"] == "new since"
    events = {event["id"]: event["kind"] for each in hook.documents for event in each["events"]}
    # besides what marts hold: the refresh that is late since 2026, and the one that failed
    assert sorted(events.values()) == sorted([*MARTS, "refresh", "refresh"])


def test_a_kill_between_sending_and_noting_repeats_the_same_mail(teller, folder, mailbox, smtp):
    publish(folder / "data", *MARTS)
    alerts = teller(
        f"{smtp}routes:\n- {{name: mail, channel: email, to: finance@example.com, alerts: all}}\n"
    )
    alerts.collect(NOW)
    mailbox.refusals = 2
    for _ in range(2):
        alerts.deliver(datetime.now(UTC), at_once=True)
    assert mailbox.refused == 2
    killed_while_sending(folder, mailbox)
    sent(folder)
    first, again, *late = mailbox.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_body(("plain",)).get_content() == again.get_body(("plain",)).get_content()
    assert all(each["Message-ID"] != first["Message-ID"] for each in late)


def test_what_is_found_in_quiet_hours_is_held_until_they_end(teller, folder, hook):
    quiet = "quiet: {from: '20:00', to: '08:00', time_zone: Europe/Berlin}"
    alerts = teller(ALL.replace("alerts: all", f"alerts: all, {quiet}"))
    for day, kinds in enumerate((["anomaly"], ["anomaly", "saving"])):
        publish(folder / "data", *kinds)
        alerts.collect(NOW)
        # in Berlin 20:30 and 07:59 of a summer night
        alerts.deliver(datetime(2026, 7, day + 1, *((18, 30), (5, 59))[day], tzinfo=UTC))
    assert hook.posts == []
    assert alerts.outbox.state("hook").waiting == 2
    alerts.deliver(datetime(2026, 7, 2, 6, 0, tzinfo=UTC))
    assert [told([each]) for each in hook.documents] == [["anomaly", "saving"]]


def test_a_receiver_that_says_when_is_left_alone_until_then(teller, folder, monkeypatch):
    publish(folder / "data", "saving")
    with serving(Scripted(429, headers={"Retry-After": "7200"}), Scripted()) as server:
        alerts = teller(ALL)
        monkeypatch.setenv("HOOK_URL", server.url)
        alerts.collect(NOW)
        start = datetime.now(UTC)
        for minutes in (0, 30, 119, 121):
            alerts.deliver(start + timedelta(minutes=minutes))
        assert len(server.requests) == 2
    assert alerts.outbox.state("hook").waiting == 0


def test_a_receiver_that_hangs_holds_nobody_up(teller, folder, hook, monkeypatch):
    publish(folder / "data", "saving")
    monkeypatch.setattr(telling, "PATIENCE_S", 0.5)
    with serving(Scripted(body=b"x" * 5000, drip_s=0.1)) as slow:
        monkeypatch.setenv("SLOW_URL", slow.url)
        alerts = teller(
            ALL + "- {name: slow, channel: webhook, url_env: SLOW_URL, alerts: saving}\n"
        )
        began = time.monotonic()
        telling.after_publish(alerts.settings)
        assert time.monotonic() - began < 5
        assert told(hook.documents) == ["saving"]


def test_no_secret_is_in_a_log_an_answer_or_the_outbox(teller, folder, hook, caplog):
    publish(folder / "data", "anomaly")
    hook.refusals = 1
    alerts = teller(ALL)
    with caplog.at_level(logging.DEBUG):
        alerts.collect(NOW)
        alerts.deliver(datetime.now(UTC))
        answer = alerts.outbox.waiting("hook")[0].answer
        alerts.deliver(datetime.now(UTC) + timedelta(minutes=5))
    assert "503" in answer
    assert "down for repairs" in answer
    assert len(hook.posts) == 1
    kept = b"".join(each.read_bytes() for each in (folder / "data/alerts").iterdir())
    ours = "\n".join(each.getMessage() for each in caplog.records if each.name != "asyncio")
    for text in (answer, ours, kept.decode(errors="replace")):
        assert "s3cretpart" not in text


def test_a_variable_that_is_not_set_loses_nothing(teller, folder, hook, monkeypatch):
    publish(folder / "data", "anomaly")
    alerts = teller(ALL)
    monkeypatch.delenv("HOOK_URL")
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    state = alerts.outbox.state("hook")
    assert (state.waiting, state.answer) == (
        1,
        "HOOK_URL is not set: put it into .env (url_env names it)",
    )


def test_what_is_about_less_than_a_route_wants_is_left_out(teller, folder, hook):
    """A change of $250 and a saving of $105.98; a refresh has no amount and is always told."""
    publish(folder / "data", "change", "saving", "refresh")
    alerts = teller(ALL.replace("alerts: all", "alerts: all, at_least: 200"))
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    assert told(hook.documents) == ["change", "refresh"]


def test_a_route_of_a_workspace_is_told_what_its_reader_sees_alone(teller, folder, hook, tmp_path):
    publish(folder / "data", "anomaly", "saving")
    publish(tmp_path / "scoped", "saving")
    asked = []

    @contextmanager
    def read(workspace):
        asked.append(workspace)
        file = (tmp_path / "scoped" if workspace else folder / "data") / "atlas_costs.duckdb"
        with duckdb.connect(str(file), read_only=True) as db:
            yield db

    everything = "anomaly, saving, budget"
    made = teller(
        f"routes:\n- {{name: all, channel: webhook, url_env: HOOK_URL, alerts: [{everything}]}}\n"
        f"- {{name: attic, channel: webhook, url_env: HOOK_URL, alerts: [{everything}], "
        "workspace: attic}\n"
    )
    alerts = Teller(made.settings, made.alerts, made.outbox, read)
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    assert asked == [None, "attic"]
    found = {each["route"]: told([each]) for each in hook.documents}
    assert found == {"all": ["anomaly", "saving"], "attic": ["saving"]}


def test_a_route_without_a_workspace_is_told_what_the_settings_workspace_sees(tmp_path):
    publish_warehouse(tmp_path)
    (tmp_path / "workspaces.yaml").write_text(
        "workspaces: [{name: shop, people: [a@b.de], sees: [{project: shop}]}]"
    )
    asked = "select distinct project_name from marts.fct_line_items order by all nulls last"
    for workspace, seen in (("", ["analytics", "mobile", "shop", None]), ("shop", ["shop"])):
        settings = Settings(
            data_dir=tmp_path, config_dir=tmp_path, workspace=workspace, _env_file=None
        )
        with reader(settings)(None) as db:
            assert [name for (name,) in db.execute(asked).fetchall()] == seen


def test_a_workspace_that_nobody_can_keep_apart_is_told_nothing(teller, folder, hook, caplog):
    publish(folder / "data", "anomaly")
    alerts = teller(ALL.replace("alerts: all", "alerts: anomaly, workspace: attic"))
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    assert hook.posts == []
    assert "No workspace is called attic" in caplog.text


def test_higher_budget_shares_cover_lower_ones(teller, folder, hook):
    """Who hears of 100 % need not hear of 80 % too, even once costs are taken back."""
    spent = (
        "insert into marts.budgets values ('shop', null, '2026-05-01', 'USD', true, 1000, {}, 0, "
        "null, 'exceeded')"
    )
    alerts = teller(ALL)
    for cents in (1010, 900, 1100):
        publish(folder / "data", sql=spent.format(cents))
        alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    [event] = [event for each in hook.documents for event in each["events"]]
    assert event["title"] == "Budget shop: 101% spent in May 2026"


def test_a_test_message_says_what_the_receiver_answered(teller, hook):
    alerts = teller(ALL)
    assert alerts.test("hook").text == "HTTP 200 ok"
    hook.refusals = 1
    answer = alerts.test("hook")
    assert not answer.was_received
    assert answer.text == "HTTP 503 down for repairs at /services/T0/***"
    with pytest.raises(SettingsError, match="No route is named other: alerts.yaml has hook"):
        alerts.test("other")


def test_nothing_about_alerts_stops_a_refresh(folder, monkeypatch, caplog, teller):
    alerts = teller(ALL)
    (folder / "data/atlas_costs.duckdb").parent.mkdir(exist_ok=True)
    (folder / "data/atlas_costs.duckdb").write_text("no database")
    telling.after_publish(alerts.settings)
    assert "Alerts:" in caplog.text


def test_events_keep_their_order_and_their_words(teller, folder):
    alerts = teller(ALL)
    hostile = Event(key="k", kind="anomaly", title="a\r\nBcc: x@y.z\u202e", text="b\x00\nc")
    alerts.outbox.add("hook", [hostile], NOW)
    alerts.outbox.seal("hook", NOW)
    [waiting] = alerts.outbox.waiting("hook")
    [event] = waiting.message.events
    assert (event.title, event.text) == ("a Bcc: x@y.z", "b c")


def test_an_answer_that_never_ends_is_given_up(teller, folder, monkeypatch):
    publish(folder / "data", "saving")
    monkeypatch.setattr(sending, "LONGEST_S", 0.5)
    alerts = teller(ALL)
    with never_ending(Endless(b"HTTP/1.1 200 OK\r\nX: ", b"x", every_s=0.01)) as server:
        monkeypatch.setenv("HOOK_URL", server.url)
        answer = alerts.test("hook")
    assert (answer.was_received, answer.text) == (False, "no answer within 0 s")


def test_a_route_that_somebody_else_sends_to_is_left_to_them(teller, folder, hook):
    publish(folder / "data", "saving")
    alerts = teller(ALL)
    alerts.collect(NOW)
    with files.alone(folder / "data/alerts/hook.lock"):
        alerts.deliver(datetime.now(UTC))
    assert hook.posts == []
    alerts.deliver(datetime.now(UTC))
    assert len(hook.posts) == 1


def test_a_damaged_outbox_is_one_sentence(teller, folder):
    alerts = teller(ALL)
    (folder / "data/alerts/outbox.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(SettingsError, match=r"outbox.sqlite cannot be used .* move it away"):
        alerts.outbox.state("hook")


def test_a_change_leads_to_the_report_of_its_groups_and_days(teller, folder, hook):
    publish(folder / "data", "change")
    alerts = teller("dashboard: https://costs.example.com\n" + ALL)
    alerts.collect(NOW)
    alerts.deliver(datetime.now(UTC))
    [event] = hook.documents[0]["events"]
    assert event["url"] == (
        "https://costs.example.com/cost-report?from=2026-05-01&to=2026-05-19&group=tag%3Ateam"
    )


def test_mail_goes_over_tls_with_a_name_and_password(teller, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with receivers.mailbox(authority=authority, password="hunter2") as box:
        smtp = f"smtp: {{host: localhost, port: {box.port}, from: a@b.de, user: me, "
        routes = "routes:\n- {name: mail, channel: email, to: a@example.com, alerts: all}\n"
        assert teller(f"{smtp}password_env: SMTP_PASSWORD}}\n{routes}").test("mail").was_received
        assert box.mails[0]["From"] == "Atlas costs <a@b.de>"
        monkeypatch.setenv("SMTP_PASSWORD", "wrong")
        answer = teller(f"{smtp}password_env: SMTP_PASSWORD}}\n{routes}").test("mail")
        assert not answer.was_received
        assert answer.text.startswith("SMTP 535")
        monkeypatch.delenv("SSL_CERT_FILE")
        answer = teller(f"{smtp}password_env: SMTP_PASSWORD}}\n{routes}").test("mail")
        assert "certificate verify failed" in answer.text


@pytest.mark.parametrize("security", ["none", "starttls"])
@pytest.mark.parametrize(
    "answers",
    [(), (b"220 here\r\n",), (b"220 here\r\n", b"250-here\r\n250 STARTTLS\r\n"),
     (b"220 here\r\n", b"250 here\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")],
    ids=["no greeting", "no name", "no sender", "no end of the mail"],
)  # fmt: skip
def test_a_mail_server_that_lets_its_answer_drip_is_given_up(teller, answers, security):
    if security == "starttls" and len(answers) > 3:
        pytest.skip("has no TLS")
    route = "routes:\n- {name: mail, channel: email, to: a@example.com, alerts: all}\n"
    with receivers.dripping(*answers) as port:
        where = f"host: 127.0.0.1, port: {port}, security: {security}"
        made = teller(f"smtp: {{{where}, from: a@b.de}}\n{route}")
        began = time.monotonic()
        [to] = made.alerts.routes
        what = message(to.name, [Event(key="one", kind="test", title="one")])
        answer = sending.send(what, to, made.alerts, made.settings, longest_mail_s=0.3)
        assert answer == sending.Answer(False, "the mail server took longer than 0.3 s")
        assert 0.3 <= time.monotonic() - began < 2


def test_mail_that_was_taken_is_not_sent_again_whatever_is_answered_to_quit(teller, mailbox, smtp):
    mailbox.parting = "421 too busy"
    routes = "routes:\n- {name: mail, channel: email, to: a@example.com, alerts: all}\n"
    assert teller(smtp + routes).test("mail").was_received
    assert len(mailbox.mails) == 1
