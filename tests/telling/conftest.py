"""An installation that tells people, and receivers that it tells."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.telling.teller import Teller
from tests.telling import receivers
from tests.telling.receivers import Receiver

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
Tell = Callable[..., Teller]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receivers.webhook() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[Receiver]:
    with receivers.mailbox() as found:
        yield found


@pytest.fixture
def folder(tmp_path, clean_environment, monkeypatch) -> Path:
    """Of the installation: data/ and config/."""
    (tmp_path / "config").mkdir()
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def teller(folder, hook, monkeypatch) -> Tell:
    """A teller of a file's text; HOOK_URL is the receiver's address."""
    monkeypatch.setenv("HOOK_URL", hook.address)

    def of(text: str) -> Teller:
        (folder / "config/alerts.yaml").write_text(text)
        settings = Settings(data_dir=folder / "data", config_dir=folder / "config", _env_file=None)
        found = Teller.of(settings)
        assert found is not None
        return found

    return of


@pytest.fixture
def smtp(mailbox) -> str:
    """The part of a file that names the mail server."""
    server = f"host: 127.0.0.1, port: {mailbox.port}, security: none"
    return f"smtp: {{{server}, from: costs@example.com}}\n"
