"""Actions as commands to copy: every name is one word to the shell, whatever it is made of."""

import re
import shlex
from collections.abc import Mapping

_DEFAULT = "default"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# From small to large, as Atlas sells them for general use.
TIERS = ("M10", "M20", "M30", "M40", "M50", "M60", "M80", "M140", "M200", "M300")


def command(action: str, options: Mapping[str, str], connection: str | None = None) -> str:
    """The command that plans an action; `--apply` behind it carries it out.

    Args:
        action: Its name, as in `atlas-costs do <action>`.
        options: Its configuration; values come from Atlas and may be anything.
        connection: Left out where it is the only one.

    Raises:
        ValueError: a value has a control character, which a terminal acts upon when it is pasted.
    """
    every = dict(options)
    if connection and connection != _DEFAULT:
        every["connection"] = connection
    if any(_CONTROL.search(value) for value in every.values()):
        raise ValueError(f"a value of {action} has a control character")
    words = [f"{name}={shlex.quote(value)}" for name, value in every.items()]
    return " ".join(["atlas-costs do", action, *words])


def for_cluster(
    project: str,
    name: str,
    *,
    connection: str | None,
    resource_type: str,
    instance_size: str | None,
    is_paused: bool,
) -> dict[str, str]:
    """What can be done about a cluster that Atlas lists, each with its command."""
    target = {"project": project, "name": name}
    backups = {"project": project, "cluster": name}
    found: dict[str, tuple[str, dict[str, str]]] = {}
    if resource_type == "cluster" and instance_size != "M0":
        if is_paused:
            found["Resume"] = ("resume_cluster", target)
        else:
            found["Pause"] = ("pause_cluster", target)
        if smaller := one_smaller(instance_size):
            size = {"instance_size": smaller}
            found[f"Scale down to {smaller}"] = ("update_cluster", target | size)
        found["Take a snapshot"] = ("create_snapshot", backups)
    if instance_size != "M0":
        found["List snapshots"] = ("list_snapshots", backups)
    found["Delete"] = ("delete_cluster", target | {"confirm": name})
    return {title: command(action, options, connection) for title, (action, options)
            in found.items()}  # fmt: skip


def one_smaller(instance_size: str | None) -> str | None:
    """The next tier below; None at the smallest, and of a size that is not one of TIERS."""
    if instance_size not in TIERS or instance_size == TIERS[0]:
        return None
    return TIERS[TIERS.index(instance_size) - 1]
