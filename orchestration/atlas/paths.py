"""Where Atlas keeps what the endpoints name; every part of a path is quoted here."""

from urllib.parse import quote

from orchestration.atlas.errors import Refused

# Quoting leaves dots alone, and whoever folds a path would take its parent for it.
NO_PART = frozenset({"", ".", ".."})


def segment(value: str) -> str:
    """One part of a path; a CIDR's slash is part of it.

    Raises:
        Refused: as a part of a path it would be another path.
    """
    if value in NO_PART:
        raise Refused(f"Atlas cannot be asked for anything named {value!r}.", was_sent=False)
    return quote(value, safe="")


def organization(org_id: str) -> str:
    """An organization."""
    return f"/orgs/{segment(org_id)}"


def project(project_id: str) -> str:
    """A project, which Atlas's API calls a group."""
    return f"/groups/{segment(project_id)}"


def cluster(project_id: str, name: str) -> str:
    """A dedicated or M0 cluster."""
    return f"{project(project_id)}/clusters/{segment(name)}"


def flex_cluster(project_id: str, name: str) -> str:
    """A flex cluster."""
    return f"{project(project_id)}/flexClusters/{segment(name)}"
