"""A refresh in the terminal that fails before Dagster is begun is in Dagster's history too."""

import dagster as dg
import pytest

from orchestration.atlas.errors import AtlasError
from orchestration.commands import refresh as command
from orchestration.commands.dagster_home import dagster_instance
from orchestration.settings import Settings


@pytest.fixture
def settings(sandbox, tmp_path, clean_environment, monkeypatch):
    """A key that Atlas does not know."""
    monkeypatch.setenv("DAGSTER_HOME", "restored at the end")
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", sandbox.org_id)
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_KEY", "abcdefgh")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_KEY", "00000000-0000-0000-0000-000000000000")
    return Settings(data_dir=tmp_path, config_dir=tmp_path, _env_file=None)


def runs(settings: Settings) -> list[tuple[str, dg.DagsterRunStatus, str]]:
    """Job, status and last word of each."""
    with dagster_instance(settings) as instance:
        return [
            (each.job_name, each.status, instance.all_logs(each.run_id)[-1].message)
            for each in instance.get_runs()
        ]


def test_it_failed_there_with_the_sentence_of_the_terminal(settings):
    with pytest.raises(AtlasError, match="401") as failure:
        command.refresh(settings)
    [(job, status, said)] = runs(settings)
    assert (job, status) == ("refresh_costs", dg.DagsterRunStatus.FAILURE)
    assert said == str(failure.value)
    assert "00000000" not in said


def test_a_history_that_cannot_be_written_hides_no_failure(settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "_add_failed_run", full)
    with pytest.raises(AtlasError, match="401"):
        command.refresh(settings)
