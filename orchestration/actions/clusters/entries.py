"""allow_ips of a cluster: entries that its PROJECT's access list shall hold besides."""

from dataclasses import dataclass

from orchestration.actions.access_list import actions as access_list
from orchestration.actions.access_list.addresses import new_entry_of, open_warnings, width_refusals
from orchestration.actions.clusters.configs import CreateCluster, UpdateCluster
from orchestration.actions.clusters.state import Located
from orchestration.actions.context import Context
from orchestration.actions.model import Change
from orchestration.actions.projects import ProjectRef


@dataclass(frozen=True)
class Entries:
    """Entries of allow_ips that are not on the project's list yet, and what is wrong with them."""

    missing: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def entries_of(
    context: Context, project: ProjectRef, config: CreateCluster | UpdateCluster
) -> Entries:
    """Those that are still to be added, and why some cannot be."""
    if not config.allow_ips:
        return Entries()
    wanted, refusals = [], []
    for each in config.allow_ips:
        try:
            wanted.append(new_entry_of(each))
        except ValueError as error:
            refusals.append(f"allow_ips: {each} {error}")
    known = access_list.listed_entries(context, project)
    if not config.allow_anywhere:
        refusals += width_refusals(wanted, known)
    missing = [Change(field="allow_ips", after=each) for each in wanted if each not in known]
    return Entries(tuple(missing), tuple(refusals), tuple(open_warnings(wanted, known)))


def allow(at: Located, config: CreateCluster | UpdateCluster, entries: Entries) -> None:
    """Add them."""
    for each in entries.missing:
        comment = f"for cluster {config.name}"
        access_list.add_entry(at.context, at.project.id, str(each.after), comment=comment)
