"""Several organizations: what connections.yaml may say, and how it and .env are rewritten."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from orchestration.config.connection_files import (
    credentials_from,
    prefix_of,
    remove_entry,
    text_with,
    write_connections,
    write_variables,
)
from orchestration.config.connections import (
    ApiKey,
    Entry,
    ServiceAccount,
    SettingsError,
    parse_entries,
    read_entries,
)
from orchestration.settings import load_settings
from tests.conftest import ROOT

FIRST, SECOND = "5f0000000000000000000001", "5f0000000000000000000002"
SHOP = f"""\
# ours
connections:
  # the shop
  - name: shop
    org_id: {FIRST}
    public_key_env: SHOP_PUBLIC_KEY
    private_key_env: SHOP_PRIVATE_KEY
"""
OFFICE = f"""\
  # the office
  - name: office
    org_id: {SECOND}
    base_url: https://cloud.mongodbgov.com
    client_id_env: OFFICE_CLIENT_ID
    client_secret_env: OFFICE_CLIENT_SECRET
"""
KEYS = {
    "SHOP_PUBLIC_KEY": "pub",
    "SHOP_PRIVATE_KEY": "canary",
    "OFFICE_CLIENT_ID": "mdb_sa_id_x",
    "OFFICE_CLIENT_SECRET": "canary",
}
NEW = Entry(
    name="lab",
    org_id="5f0000000000000000000003",
    public_key_env="LAB_PUBLIC_KEY",
    private_key_env="LAB_PRIVATE_KEY",
)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "connections.yaml"


@pytest.fixture
def connections(clean_environment, monkeypatch, tmp_path, file):
    def with_file(text: str, **variables: str):
        file.write_text(text)
        monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_settings().connections()

    return with_file


def test_each_entry_is_a_connection_with_its_own_kind_of_key(connections):
    shop, office = connections(SHOP + OFFICE, **KEYS)
    assert (shop.name, shop.org_id, shop.base_url) == ("shop", FIRST, "https://cloud.mongodb.com")
    assert isinstance(shop.credentials, ApiKey)
    assert isinstance(office.credentials, ServiceAccount)
    assert office.base_url == "https://cloud.mongodbgov.com"


def test_the_example_is_valid():
    assert len(read_entries(ROOT / "config/connections.yaml.example")) == 2


def test_variables_are_found_in_the_env_file_and_the_environment_wins(
    connections, tmp_path, monkeypatch
):
    env = tmp_path / ".env"
    env.write_text("SHOP_PUBLIC_KEY=from-file\nSHOP_PRIVATE_KEY=canary\n")
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(env))
    [shop] = connections(SHOP)
    assert shop.usable_credentials().public_key == "from-file"
    [shop] = connections(SHOP, SHOP_PUBLIC_KEY="from-environment")
    assert shop.usable_credentials().public_key == "from-environment"


def test_a_connection_without_its_variables_does_not_stop_the_others(connections):
    shop, office = connections(
        SHOP + OFFICE, OFFICE_CLIENT_ID="mdb_sa_id_x", OFFICE_CLIENT_SECRET="canary"
    )
    assert shop.credentials is None
    assert "SHOP_PUBLIC_KEY and SHOP_PRIVATE_KEY are not set" in shop.problem
    assert office.problem is None
    with pytest.raises(SettingsError, match="SHOP_PUBLIC_KEY"):
        shop.usable_credentials()


def test_the_organization_of_the_environment_is_one_more_connection(connections):
    key = {"MONGODB_ATLAS_PUBLIC_KEY": "pub", "MONGODB_ATLAS_PRIVATE_KEY": "canary"}
    found = connections(SHOP, **KEYS, **key, MONGODB_ATLAS_ORG_ID=SECOND)
    assert [(each.name, each.org_id) for each in found] == [("shop", FIRST), ("default", SECOND)]
    found = connections(SHOP, MONGODB_ATLAS_ORG_ID=FIRST)
    assert [each.name for each in found] == ["shop"]


def test_a_default_connection_without_a_key_does_not_stop_the_others(connections):
    _, default = connections(SHOP, **KEYS, MONGODB_ATLAS_ORG_ID=SECOND)
    assert default.credentials is None
    assert "No Atlas credentials" in default.problem


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "connections:\n", "connections: []\n"])
def test_an_empty_file_is_no_connection(connections, text):
    with pytest.raises(SettingsError, match="No Atlas credentials"):
        connections(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (SHOP + OFFICE.replace("office", "shop"), r"line 9: connections\[1\].name shop .* twice"),
        (SHOP + OFFICE.replace("office", "Shop"), r"line 9: connections\[1\].name Shop .* twice"),
        (SHOP + OFFICE.replace(SECOND, FIRST), r"line 10: connections\[1\].org_id .* twice"),
        (SHOP.replace(FIRST, "5f"), r"line 5: connections\[0\].org_id must be 24 hex digits"),
        (SHOP.replace("shop\n", "../shop\n"), r"line 4: connections\[0\].name must be letters"),
        (
            SHOP.replace("SHOP_PRIVATE_KEY", "11111111-canary-1111"),
            r"line 7: connections\[0\].private_key_env must be the name of an environment",
        ),
        (SHOP.replace("private_key_env", "private_key"), r"line 7: .*private_key is not a key"),
        (
            SHOP.replace("    private_key_env: SHOP_PRIVATE_KEY\n", ""),
            r"line 4: connections\[0\] needs either public_key_env and private_key_env",
        ),
        (
            SHOP + "    client_id_env: A\n    client_secret_env: B\n",
            r"line 4: connections\[0\] needs either",
        ),
        (SHOP + f"    org_id: {SECOND}\n", "line 8: org_id stands twice"),
        (SHOP.replace(f"    org_id: {FIRST}\n", ""), r"line 4: connections\[0\].org_id is missing"),
        (
            SHOP + "    base_url: cloud.mongodb.com\n",
            r"line 8: connections\[0\].base_url must start with https",
        ),
        ("connections: shop\n", "line 1: connections must be a list"),
        ("connections:\n  - shop\n", r"line 2: connections\[0\] must be a list of keys"),
        ("- shop\n", "line 1: the file must be"),
        ("connections: [\n", "line 2: not YAML"),
        ("organizations: []\n", "line 1: organizations is not a key"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key_and_without_its_value(
    connections, file, text, named
):
    with pytest.raises(SettingsError, match=named) as raised:
        connections(text)
    assert str(file) in str(raised.value)
    assert "canary" not in str(raised.value)


def test_no_connection_may_take_the_default_ones_name(connections):
    with pytest.raises(SettingsError, match="another name"):
        connections(SHOP.replace("shop\n", "default\n"), MONGODB_ATLAS_ORG_ID=SECOND)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "connections:\n",
        "# only a comment",
        SHOP,
        SHOP + OFFICE,
        SHOP.replace("\n  ", "\n"),
        SHOP + OFFICE.rstrip("\n"),
        (ROOT / "config/connections.yaml.example").read_text(),
    ],
)
def test_an_entry_is_added_and_removed_again_and_nothing_else_changes(file, text):
    file.write_text(text)
    before = parse_entries(text, file)
    write_connections(file, text_with(file, NEW))
    assert read_entries(file) == [*before, NEW]
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in file.read_text().splitlines() if line.lstrip()[:1] == "#"] == comments
    assert remove_entry(file, "lab") == NEW
    assert read_entries(file) == before


def test_an_entry_takes_the_place_of_one_with_its_name(file):
    file.write_text(SHOP + OFFICE)
    changed = NEW.model_copy(update={"name": "shop"})
    write_connections(file, text_with(file, changed))
    assert [each.name for each in read_entries(file)] == ["office", "shop"]
    assert read_entries(file)[1] == changed


def test_a_file_in_another_style_is_left_to_its_owner(file):
    text = f"connections: [{{name: shop, org_id: {FIRST}, public_key_env: A, private_key_env: B}}]"
    file.write_text(text)
    with pytest.raises(SettingsError, match="by hand"):
        text_with(file, NEW)
    with pytest.raises(SettingsError, match="by hand"):
        remove_entry(file, "shop")
    assert file.read_text() == text


def test_an_organization_is_connected_once(file):
    file.write_text(SHOP)
    with pytest.raises(SettingsError, match="connected already, as shop"):
        text_with(file, NEW.model_copy(update={"org_id": FIRST}))


def test_removing_what_is_not_there_names_what_is(file):
    file.write_text(SHOP)
    with pytest.raises(SettingsError, match="no connection lab; it has: shop"):
        remove_entry(file, "lab")


def test_variables_are_written_for_their_owner_alone_and_other_lines_stay(tmp_path):
    env = tmp_path / ".env"
    env.write_text("# mine\nOTHER=1\nexport SHOP_PUBLIC_KEY=old\nSHOP_PUBLIC_KEY=older\nGONE=1\n")
    env.chmod(0o644)
    write_variables(env, {"SHOP_PUBLIC_KEY": "new", "SHOP_PRIVATE_KEY": "secret", "GONE": None})
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert env.read_text() == "# mine\nOTHER=1\nSHOP_PUBLIC_KEY=new\nSHOP_PRIVATE_KEY=secret\n"
    assert dotenv_values(env)["SHOP_PRIVATE_KEY"] == "secret"
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_link_to_the_env_file_stays_a_link(tmp_path):
    target, link = tmp_path / "secrets", tmp_path / ".env"
    target.write_text("A=1\n")
    link.symlink_to(target)
    write_variables(link, {"B": "2"})
    assert link.is_symlink()
    assert target.read_text() == "A=1\nB=2\n"


def test_an_env_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"\.env cannot be") as raised:
        write_variables(tmp_path / "file" / ".env", {"A": "canary"})
    assert "canary" not in str(raised.value)


def test_the_kind_of_key_shows_in_its_name():
    assert isinstance(credentials_from("mdb_sa_id_1", "mdb_sa_sk_1"), ServiceAccount)
    assert isinstance(credentials_from("abcdefgh", "1-2-3"), ApiKey)
    with pytest.raises(SettingsError, match="copy it again") as raised:
        credentials_from("abcdefgh", "canary with blanks")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(("name", "prefix"), [("shop-eu", "SHOP_EU"), ("2shop", "_2SHOP")])
def test_a_connection_names_its_variables(name, prefix):
    assert prefix_of(name) == prefix
