"""What the config of every action has in common, and mistakes in it as one sentence."""

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from orchestration.actions.model import Refusal

OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
# Atlas allows no other cluster names; a name cannot be changed later.
CLUSTER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
# Small letters would let many a password through for a name.
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
LONGEST_LIFE = timedelta(weeks=1)
HOUR_S = 3600
A_DAY_S = 24 * HOUR_S
# Only these say how, not what: two runs that differ in nothing else ask for the same.
HOW = frozenset({"dry_run", "confirm", "again", "wait", "wait_timeout_s"})
# A client or a server folds them: what was to be one thing would be its collection, or all of it.
FOLDED = frozenset({".", ".."})
LATEST = "latest"

C = TypeVar("C", bound=BaseModel)


class ActionConfig(BaseModel):
    """An action's config."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    connection: str | None = Field(
        default=None, description="Which organization, where several are connected."
    )

    @property
    def what(self) -> dict[str, Any]:
        """What is asked for, without how."""
        return self.model_dump(mode="json", exclude=set(HOW))


class ChangingConfig(ActionConfig):
    """The config of an action that changes Atlas."""

    dry_run: bool = Field(default=True, description="Only plan; false carries the plan out.")


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    if value in FOLDED:
        raise ValueError("must be a name; Atlas can be asked for none of dots alone")
    return value


def _id(value: str) -> str:
    if not is_id(value):
        raise ValueError("must be an id of 24 hex digits")
    return value.lower()


def _id_or_latest(value: str) -> str:
    if value != LATEST and not is_id(value):
        raise ValueError(f"must be an id of 24 hex digits, or `{LATEST}`")
    return value.lower()


def _cluster_name(value: str) -> str:
    if not CLUSTER_NAME.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits and hyphens, and not begin with a hyphen")
    return value


def _variable(value: str) -> str:
    if not VARIABLE.fullmatch(value):
        raise ValueError(
            "must be the NAME of an environment variable that holds the password, in capitals "
            "such as APP_USER_PASSWORD, never the password itself"
        )
    return value


def _instant(value: str) -> str:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a time such as 2026-12-31T00:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError("must name its time zone, such as 2026-12-31T00:00:00Z")
    return value


def ends_badly(end: str | None, now: datetime) -> tuple[str, ...]:
    """A warning of an end that Atlas will not take, by this machine's clock: so no refusal."""
    if end is None or now < datetime.fromisoformat(end) <= now + LONGEST_LIFE:
        return ()
    return (f"delete_after {end} is not within a week from now: Atlas will refuse it.",)


def is_same_instant(one: str | None, other: str | None) -> bool:
    """Whether two times are one, however each is written."""
    if one is None or other is None:
        return one is other
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


Text = Annotated[str, AfterValidator(_not_empty)]
ClusterName = Annotated[str, AfterValidator(_cluster_name)]
Id = Annotated[str, AfterValidator(_id)]
IdOrLatest = Annotated[str, AfterValidator(_id_or_latest)]
Variable = Annotated[str, AfterValidator(_variable)]
Instant = Annotated[str, AfterValidator(_instant)]
Project = Annotated[Text, Field(description="Project, by name or id.")]
Confirm = Annotated[
    str | None, Field(description="The target's name, typed again, before it is carried out.")
]
Again = Annotated[
    bool,
    Field(description="Once more, although the same came to its end within the last ten minutes."),
]
Wait = Annotated[bool, Field(description="Wait until Atlas is done.")]
WaitTimeout = Annotated[
    int,
    Field(
        ge=0,
        le=A_DAY_S,
        description="Longest wait in seconds, a day at most; 0 does not wait at all.",
    ),
]


def is_id(value: str) -> bool:
    """Whether a text is an Atlas id rather than a name."""
    return OBJECT_ID.fullmatch(value) is not None


def checked(kind: type[C], values: dict[str, Any], action: str) -> C:
    """A config from plain values.

    Raises:
        Refusal: the message names each field and how to mend it, and never repeats a value.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = [_problem(dict(each), kind) for each in error.errors(include_url=False)]
        raise Refusal(f"{action}: {'; '.join(problems)}.") from None


def _problem(error: dict[str, Any], kind: type[BaseModel]) -> str:
    steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in error["loc"])
    name = "".join(steps).lstrip(".")
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        meant = get_close_matches(name, kind.model_fields, 1)
        hint = f", did you mean {meant[0]}?" if meant else ""
        fields = ", ".join(sorted(kind.model_fields))
        return f"{name} is not a field of it{hint} (it has {fields})"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{name} {message}" if name else message
