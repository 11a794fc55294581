"""What was made and removed of late: so a list or a single read can be behind, and not the other.

Atlas promises no order between its reads. Each is in time here unless the fault `lag` says that
those of a path are some seconds behind: then they lack what is newer, and still have what is gone.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.requests import Request

from sandbox.clock import Clock

T = TypeVar("T")


class Recent:
    """When each thing came and went, by its kind and what it is known by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[tuple[str, ...], float] = {}
        self._removed: dict[tuple[str, ...], tuple[float, Any]] = {}

    def made(self, *key: str) -> None:
        """Something is there from now on."""
        self._made[key] = self._clock.seconds()
        self._removed.pop(key, None)

    def removed(self, thing: object, *key: str) -> None:
        """Something is gone from now on, if it was not before."""
        self._removed.setdefault(key, (self._clock.seconds(), thing))

    def shown(self, request: Request, found: Mapping[Any, T], *place: str) -> dict[Any, T]:
        """What this read shows of the things of one place.

        Args:
            request: The read.
            found: What is there, by what it is known by.
            place: The kind of thing, and whose it is.
        """
        fault = request.state.condition("lag", spend=False)
        if fault is None:
            return dict(found)
        then = self._clock.seconds() - fault.seconds
        seen = {key: one for key, one in found.items() if self._was_made(place, key) <= then}
        return seen | self._still_seen(place, then)

    def _was_made(self, place: tuple[str, ...], key: object) -> float:
        return self._made.get((*place, *_parts(key)), float("-inf"))

    def _still_seen(self, place: tuple[str, ...], then: float) -> dict[Any, Any]:
        """What is gone by now and was there at a moment."""
        gone = self._removed.items()
        mine = {key[len(place) :]: each for key, each in gone if key[: len(place)] == place}
        return {
            key if len(key) > 1 else key[0]: thing
            for key, (at, thing) in mine.items()
            if at > then >= self._was_made(place, key)
        }


def _parts(key: object) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (str(key),)
