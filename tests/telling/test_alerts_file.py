"""config/alerts.yaml: what it may say, and the sentence for each mistake."""

from datetime import time

import pytest

from orchestration.rules.alerts import KINDS, read_alerts
from orchestration.settings import SettingsError
from tests.conftest import ROOT

SLACK = "- name: a\n  channel: slack\n  url_env: A_URL\n"
VARIABLE = (
    "must be the name of an environment variable, such as SLACK_URL; what it holds goes into .env"
)
OF_EVERYBODY = "which are about all costs: give them to a route without workspace"
ROUTE = f"routes:\n{SLACK}  alerts: all\n"


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "alerts.yaml"
        file.write_text(text)
        return read_alerts(file)

    return from_text


def test_the_example_is_valid():
    alerts = read_alerts(ROOT / "config/alerts.yaml.example")
    assert [(each.name, each.channel) for each in alerts.routes] == [
        ("finops", "slack"),
        ("platform", "teams"),
        ("finance", "email"),
        ("tickets", "webhook"),
    ]
    assert alerts.routes[0].alerts == list(KINDS)
    assert alerts.routes[0].at_least == 5000
    assert alerts.routes[2].digests == ["weekly", "monthly"]
    quiet = alerts.routes[1].quiet
    assert quiet
    assert (quiet.start, quiet.end, quiet.time_zone.key) == (time(20), time(8), "Europe/Berlin")


def test_nobody_is_told_without_the_file(tmp_path):
    assert read_alerts(tmp_path / "alerts.yaml").routes == []


def test_all_is_of_a_workspace_what_is_about_its_costs(read):
    alerts = read(ROUTE + "  workspace: data\n")
    told = alerts.routes[0].alerts
    assert set(KINDS) - set(told) == {"refresh", "key", "reconciliation"}


@pytest.mark.parametrize(("text", "line", "sentence"), [
    (ROUTE.replace("A_URL", "https://hooks.slack.com/services/T/B/x"), 4,
     f"routes[0].url_env {VARIABLE}"),
    (ROUTE.replace("all", "[anomaly, party]"), 5,
     f"routes[0].alerts[1] must be one of {', '.join(KINDS)}"),
    (ROUTE.replace("  url_env: A_URL\n", ""), 2,
     "routes[0].url_env is missing: slack needs it"),
    (ROUTE.replace("  alerts: all\n", ""), 2, "routes[0] has neither alerts nor digests"),
    (f"{ROUTE}{SLACK}  alerts: all\n", 6, "routes[1].name stands here twice"),
    (ROUTE + "  to: a@example.com\n", 6, "routes[0].to is nothing that slack uses"),
    (ROUTE + "  attach: pdf\n", 6, "routes[0].attach is nothing that slack uses"),
    (ROUTE.replace("all", "[refresh, key]") + "  workspace: data\n", 5,
     f"routes[0].alerts has refresh, key, {OF_EVERYBODY}"),
    (ROUTE + "  at_least: lots\n", 6, "routes[0].at_least must be an amount such as 50 or 12.50"),
    (ROUTE + "  quiet: {from: '20:00', to: '8', time_zone: UTC}\n", 6,
     "routes[0].quiet.to must be a time of day such as 20:00"),
    (ROUTE + "  quiet: {from: '20:00', to: '08:00', time_zone: Mars}\n", 6,
     "routes[0].quiet.time_zone must be a time zone such as Europe/Berlin or UTC"),
    (ROUTE + "  quiet: {from: '20:00', to: '20:00', time_zone: UTC}\n", 6,
     "routes[0].quiet ends when it begins"),
    ("routes:\n- {name: m, channel: email, to: [a b@c], alerts: all}\n", 2,
     "routes[0].to[0] must be an address such as finance@example.com"),
    ("routes:\n- {name: m, channel: email, to: [a@b.de], alerts: all}\n", 2,
     "routes[0].channel is email, and the file does not say which smtp server to use"),
    ("smtp: {host: mail.example.com, from: a@b.de, security: none, user: a, password_env: P}\n", 1,
     "smtp.security is none, which would send the password in the clear"),
    ("dashboard: costs.example.com\n", 1,
     "dashboard must be an address such as https://costs.example.com"),
    ("when: {budget_percent: [0]}\n", 1,
     "when.budget_percent[0] must be a whole number from 1 to 1000"),
    (ROUTE + "  sound: loud\n", 6, "routes[0].sound is not a key that is known here"),
])  # fmt: skip
def test_a_mistake_names_file_line_and_key(text, line, sentence, read, tmp_path):
    with pytest.raises(SettingsError) as error:
        read(text)
    assert str(error.value) == f"{tmp_path / 'alerts.yaml'}, line {line}: {sentence}."
    assert "hooks.slack.com" not in str(error.value)
