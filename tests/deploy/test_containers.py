"""What containers run with: compose and Kubernetes say the same, and neither says a secret.

No engine is needed. The commands and variables themselves are run in tests/e2e/test_backfill.py.
"""

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from orchestration.cli import app
from orchestration.commands.processes import metrics_command
from orchestration.config.connections import ServiceAccount
from orchestration.config.secret_files import secret_variables
from orchestration.config.sign_in import Proxy
from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT
from tests.test_docs import variables

DEPLOY = ROOT / "deploy"
COMPOSE = (
    "compose.yaml", "compose.actions.yaml", "compose.service-account.yaml", "compose.metrics.yaml",
)  # fmt: skip
PARTS = {"code", "daemon", "dagster", "dashboard"}
OURS = re.compile(r"(ATLAS_COSTS|MONGODB_ATLAS)_\w+")
SECRET = re.compile(r"PASSWORD|SECRET|PRIVATE_KEY|TOKEN")
PROBES = ("livenessProbe", "readinessProbe")


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


def environments() -> list[tuple[str, dict[str, Any]]]:
    """Every service's variables, of both files."""
    return [
        (service, each.get("environment", {}))
        for name in COMPOSE
        for service, each in compose(name)["services"].items()
    ]


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """What kubectl would apply; without kubectl, the files it is made of."""
    folder = DEPLOY / "kubernetes"
    if program := shutil.which("kubectl"):
        command = [program, "kustomize", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return list(yaml.safe_load_all(done.stdout))
    names = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [each for name in names for each in yaml.safe_load_all((folder / name).read_text())]


def sets(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in manifests if each["kind"] == "StatefulSet"]


def containers(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        container
        for each in sets(manifests)
        for container in each["spec"]["template"]["spec"]["containers"]
    ]


def container_variables(container: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each.get("value") for each in container.get("env", [])}


def known_variables() -> set[str]:
    """Every variable that settings read, and those of secrets' files."""
    of_files = {f"{name}_FILE" for each in secret_variables(Settings).values() for name in each}
    return {*variables(), *of_files}


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_files_are_as_the_specification_has_them(name):
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose(name), json.loads(vendored.read_text()))


@pytest.mark.parametrize("service", [*services(), "metrics"])
def test_a_service_has_no_right_that_it_does_not_need(service):
    found = (services() | compose("compose.metrics.yaml")["services"])[service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    user, _, group = found["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert found["healthcheck"]["test"][0] == "CMD"
    assert "privileged" not in found


def test_every_part_is_a_service_with_its_own_healthcheck():
    for part in PARTS:
        found = services()[part]
        assert found["command"] == ["serve", part]
        assert found["healthcheck"]["test"] == ["CMD", "atlas-costs", "healthy", part]
    names = {each.name or each.callback.__name__ for each in app.registered_commands}
    assert {"serve", "healthy"} <= names


def test_the_proxy_alone_listens_outside():
    assert [name for name, each in services().items() if "ports" in each] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"] is True
    for part in ("daemon", "dagster", "history"):
        assert services()[part]["networks"] == ["inside"]
    assert services()["dashboard"]["network_mode"] == "none"


def test_no_variable_holds_a_secret():
    for service, found in environments():
        for name, value in found.items():
            if SECRET.search(name) and not name.endswith("_COOKIE_SECURE") and value:
                assert name.endswith("_FILE"), f"{service}: {name}"
                assert str(value).startswith("/run/secrets/"), f"{service}: {name}"


def test_a_part_has_no_key_that_it_does_not_use():
    holders = [
        name for name, each in services().items() if "atlas_private_key" in each.get("secrets", [])
    ]
    assert holders == ["code"]
    assert "secrets" not in services()["dashboard"]
    for name in COMPOSE:
        found = compose(name)
        used = {
            each for service in found["services"].values() for each in service.get("secrets", [])
        }
        taken_back = {key for key, each in found.get("secrets", {}).items()
                      if each["file"] == "/dev/null"}  # fmt: skip
        assert used == set(found.get("secrets", {})) - taken_back


def test_a_service_account_takes_the_place_of_the_api_key(clean_environment, monkeypatch, tmp_path):
    found = compose("compose.service-account.yaml")["services"]["code"]
    merged = services()["code"]["environment"] | found["environment"]
    atlas = {key for key, value in merged.items() if key.startswith("MONGODB_ATLAS") and value}
    names = ("BASE_URL", "ORG_ID", "CLIENT_ID", "CLIENT_SECRET_FILE")
    assert atlas == {f"MONGODB_ATLAS_{name}" for name in names}
    (tmp_path / "atlas_client_secret").write_text("mdb_sa_sk_1")
    for key in atlas | {"MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY_FILE"}:
        value = str(merged[key]).replace("/run/secrets", str(tmp_path))
        monkeypatch.setenv(key, re.sub(r"\$\{.*\}", "https://a.example.com", value))
    assert isinstance(load_settings().credentials(), ServiceAccount)


def test_kubernetes_has_the_service_account_too(tmp_path):
    if not (program := shutil.which("kubectl")):
        pytest.skip("no kubectl is installed")
    folder = Path(shutil.copytree(DEPLOY / "kubernetes", tmp_path / "kubernetes"))
    with (folder / "kustomization.yaml").open("a") as file:
        file.write("components: [service-account]\n")
    command = [program, "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    made = list(yaml.safe_load_all(done.stdout))
    [code] = [each for each in containers(made) if each["name"] == "code"]
    files = {key for key in container_variables(code) if key.endswith("_FILE")}
    assert files == {"ATLAS_COSTS_DAGSTER_POSTGRES_PASSWORD_FILE",
                     "MONGODB_ATLAS_CLIENT_SECRET_FILE"}  # fmt: skip
    [volume] = [volume for each in sets(made) for volume in each["spec"]["template"]["spec"].get(
        "volumes", []) if volume["name"] == "atlas"]  # fmt: skip
    assert [each["path"] for each in volume["secret"]["items"]] == ["atlas_client_secret"]


def test_metrics_are_served_as_up_does_and_only_to_this_machine():
    [found] = compose("compose.metrics.yaml")["services"].values()
    assert found["entrypoint"][1:] == metrics_command("0.0.0.0", 9464)[1:]  # noqa: S104
    assert all(each.startswith("127.0.0.1:") for each in found["ports"])
    assert "secrets" not in found


def test_the_proxys_headers_are_what_the_dashboard_believes(manifests):
    [pages] = [each for each in containers(manifests) if each["name"] == "dashboard"]
    asked = services()["dashboard"]["environment"]
    believed = {key: value for key, value in asked.items() if "_TRUSTED_" in key}
    settings = {
        name.removeprefix("ATLAS_COSTS_").lower(): value for name, value in believed.items()
    }
    how = Settings(_env_file=None, **settings).identity()
    assert isinstance(how, Proxy)
    assert how.has_socket
    assert not how.networks
    text = (DEPLOY / "Caddyfile").read_text().lower()
    [copied] = re.findall(r"copy_headers (.*)", text)
    assert set(how.headers) <= set(copied.split())
    [stripped] = re.findall(r"request_header -(.*)\*", text)
    assert all(name.startswith(stripped) for name in copied.split())
    assert believed.items() <= container_variables(pages).items()


def test_every_variable_of_ours_is_a_setting():
    named = {name for _, found in environments() for name in found if OURS.fullmatch(name)}
    dockerfile = set(OURS.findall("")) | {
        each[0] for each in re.findall(r"\b((ATLAS_COSTS|MONGODB_ATLAS)_\w+)=", dockerfile_text())
    }
    kubernetes = {
        line.partition("=")[0]
        for line in (DEPLOY / "kubernetes/settings.env").read_text().splitlines()
        if OURS.match(line)
    }
    assert len(named) > 8
    assert {*named, *dockerfile, *kubernetes} - {"ATLAS_COSTS_ENV_FILE"} <= known_variables()


def dockerfile_text() -> str:
    return (DEPLOY / "Dockerfile").read_text()


def test_what_compose_asks_for_is_in_its_example():
    asked = {each for name in COMPOSE
             for each in re.findall(r"\$\{(\w+)", (DEPLOY / name).read_text())}  # fmt: skip
    given = set(re.findall(r"^#?(\w+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE))
    assert asked == given
    assert not [name for name in given if SECRET.search(name) and name != "SECRETS_DIR"]


def test_what_must_be_backed_up_is_called_so():
    named = [name for name in compose()["volumes"] if name.startswith("backup-")]
    assert named == ["backup-data", "backup-history"]
    mounted = {
        volume.partition(":")[0]
        for each in services().values()
        for volume in each.get("volumes", [])
    }
    assert set(compose()["volumes"]) <= mounted
    assert "backup-data:/data" in services()["code"]["volumes"]


def test_the_image_runs_as_the_user_of_compose_and_owns_what_it_writes():
    text = dockerfile_text()
    user = services()["code"]["user"]
    assert text.count(f"USER {user}") == 2
    assert f"install -d -o {user.partition(':')[0]}" in text
    for volume in services()["code"]["volumes"]:
        target = volume.removesuffix(":ro").rpartition(":")[2]
        assert re.search(rf"install -d .*{target}\b", text), target
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE))
    ignored = (ROOT / ".dockerignore").read_text()
    for name in {word for each in copied for word in each.split()}:
        assert (ROOT / name).exists(), name
        assert f"!{name.partition('/')[0]}" in ignored, name


def test_kubernetes_drops_the_same_rights(manifests):
    for each in sets(manifests):
        pod = each["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for each in containers(manifests):
        rights = each["securityContext"]
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert all(each[probe]["exec"]["command"] for probe in PROBES)


def test_kubernetes_runs_the_same_parts_with_the_same_secrets(manifests):
    found = {each["name"]: each for each in containers(manifests)}
    assert set(found) == set(services())
    for part in PARTS:
        assert found[part]["args"] == services()[part]["command"]
        probe = found[part]["livenessProbe"]["exec"]["command"]
        assert ["CMD", *probe] == services()[part]["healthcheck"]["test"]
    for name, each in found.items():
        own = {key for key in container_variables(each) if key.endswith("_FILE")}
        theirs = {key for key in services()[name].get("environment", {}) if key.endswith("_FILE")}
        assert own == theirs, name
        secret = {key for key in container_variables(each) if SECRET.search(key)}
        assert secret == own


def test_kubernetes_keeps_what_compose_keeps(manifests):
    claims = {
        claim["metadata"]["name"]
        for each in sets(manifests)
        for claim in each["spec"]["volumeClaimTemplates"]
    }
    assert claims == {name for name in compose()["volumes"] if name.startswith("backup-")}
    assert not [each for each in manifests if each["kind"] == "Secret"]


def test_the_proxy_asks_about_every_request_before_it_hands_it_on():
    text = (DEPLOY / "Caddyfile").read_text()
    [site] = re.findall(r"\(behind_sign_in\) \{\n(.*?)\n\}\n", text, re.DOTALL)
    route = site[site.index("route {") :]
    order = ("request_header -X-Auth-Request-", "forward_auth", "reverse_proxy unix/")
    places = [route.index(each) for each in order]
    assert places == sorted(places)
    assert text.count("unix/") == 1
    for name in ("dashboard", "dagster"):
        assert f"import behind_sign_in {name}" in text
