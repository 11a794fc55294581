"""Places to export to: a folder, and a bucket on an S3 server in a process of its own."""

import functools
import os
from uuid import uuid4

import pytest

from tests.orchestration.lakes import Lake, s3_server


@pytest.fixture(scope="session")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture
def keys(server, monkeypatch):
    """What AWS's own tools read, and nothing from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def other_endpoint(keys, monkeypatch):
    """Send what follows to another server: fsspec keeps the one that it has connected to."""
    import s3fs  # noqa: PLC0415  a second, which no other test needs

    s3fs.S3FileSystem.clear_instance_cache()
    yield functools.partial(monkeypatch.setenv, "AWS_ENDPOINT_URL")
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def folder(tmp_path):
    return Lake(str(tmp_path / "lake"))


@pytest.fixture(params=["folder", "s3"])
def lake(request):
    if request.param == "folder":
        return request.getfixturevalue("folder")
    request.getfixturevalue("keys")
    import s3fs  # noqa: PLC0415

    files, bucket = s3fs.S3FileSystem(use_listings_cache=False), uuid4().hex
    files.mkdir(bucket)
    return Lake(f"s3://{bucket}/costs", files)
