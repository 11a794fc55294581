"""Which clusters are free or shared is known in one place."""

import re

from orchestration.atlas.tenants import is_tenant
from tests.conftest import ROOT

HERE = ROOT / "orchestration"


def test_a_free_or_shared_cluster_names_a_provider_that_is_no_cloud():
    free = {"providerName": "TENANT", "backingProviderName": "AWS"}
    assert is_tenant({"replicationSpecs": [{"regionConfigs": [free]}]})
    assert not is_tenant({"replicationSpecs": [{"regionConfigs": [{"providerName": "AWS"}]}]})
    assert not is_tenant({"replicationSpecs": None})


def test_no_other_module_compares_what_atlas_says_of_one():
    spelled = re.compile(r"""[=!]= *["'](TENANT|M0|M2|M5|FLEX)["']|\{[^}]*["']M0["'][^}]*\}""")
    found = [each for each in HERE.rglob("*.py") if spelled.search(each.read_text())]
    assert found == []
