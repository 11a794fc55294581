"""What an export to a lake refuses, each in a sentence."""

import sys

import pytest

from orchestration.published.lake.errors import LakeError
from orchestration.published.lake.export import export_lake
from tests.orchestration.lakes import publish, s3_server


def test_a_lake_holds_the_costs_of_one_workspace(tmp_path):
    warehouse, to = publish(tmp_path, "000001"), str(tmp_path / "lake")
    export_lake(warehouse, to, keep=3)
    with pytest.raises(LakeError, match="holds all costs, not the costs of workspace shop"):
        export_lake(warehouse, to, keep=3, workspace="shop")


def test_a_manifest_of_a_newer_release_is_refused(tmp_path):
    warehouse, to = publish(tmp_path, "000001"), tmp_path / "lake"
    export_lake(warehouse, str(to), keep=3)
    (to / "_manifests/00000002.json").write_text('{"format": 2}')
    with pytest.raises(LakeError, match="A newer release of atlas-costs wrote _manifests/00000002"):
        export_lake(warehouse, str(to), keep=3)
    (to / "_manifests/00000002.json").write_text("{")
    with pytest.raises(LakeError, match=r"_manifests/00000002.json is damaged"):
        export_lake(warehouse, str(to), keep=3)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://host/costs", r"--to ftp://host/costs: write a folder, s3://"),
        ("s3:///costs", "names no bucket: write s3://bucket/folder"),
        ("s3://me:hush@bucket/costs", "--to takes no user, password or token in the address"),
        ("s3://me:hu/hush+h@bucket/costs", "--to takes no user, password or token in the address"),
        ("s3://hu/hush@bucket/costs", "--to takes no user, password or token in the address"),
        ("wasbs://box:hush/costs", "--to takes no user, password or token in the address"),
        ("s3://[costs", "s3://.costs cannot be reached"),
        ("az://box/costs?sig=hush", "--to takes no user, password or token in the address"),
        ("s3:/bucket/hush", "--to names no folder: write a folder, s3://"),
        ("", "--to is empty: write a folder, s3://"),
    ],
)
@pytest.mark.usefixtures("keys")
def test_an_address_that_cannot_be_is_refused_in_a_sentence(tmp_path, monkeypatch, url, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LakeError, match=sentence) as refused:
        export_lake(publish(tmp_path, "000001"), url, keep=3)
    assert "hush" not in str(refused.value)


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(LakeError, match=r"gs:// needs gcsfs: install it with `pip install"):
        export_lake(publish(tmp_path, "000001"), "gs://bucket/costs", keep=3)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LakeError, match=r"Cannot write to .*/file/lake: Not a directory\."):
        export_lake(publish(tmp_path, "000001"), str(tmp_path / "file/lake"), keep=3)


@pytest.mark.usefixtures("keys")
def test_a_bucket_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LakeError, match="s3://nowhere/costs: there is no such bucket"):
        export_lake(publish(tmp_path, "000001"), "s3://nowhere/costs", keep=3)


def test_a_key_without_permission_is_named_without_its_secret(tmp_path, other_endpoint):
    with s3_server(INITIAL_NO_AUTH_ACTION_COUNT="0") as address:
        other_endpoint(address)
        with pytest.raises(LakeError, match="s3://bucket/costs: no permission") as refused:
            export_lake(publish(tmp_path, "000001"), "s3://bucket/costs", keep=3)
    assert "hush" not in str(refused.value)


def test_an_endpoint_that_does_not_answer_is_named(tmp_path, other_endpoint):
    other_endpoint("http://127.0.0.1:9")
    with pytest.raises(LakeError, match="s3://bucket/costs cannot be reached: Could not connect"):
        export_lake(publish(tmp_path, "000001"), "s3://bucket/costs", keep=3)
