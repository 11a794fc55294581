"""A bucket of a cloud, through fsspec and the cloud's own library.

Keys come from where that library looks for them: variables, profiles, the machine's own role.
"""

import importlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from orchestration.published.lake.errors import LakeError

# The schemes, and the library that fsspec needs for each.
LIBRARIES = MappingProxyType({"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"})
# Files under way at once: each is held in memory, up to 100 MB in s3fs, before it goes in parts.
AT_ONCE = 4


class Bucket:
    """A folder in a bucket; see places.Place for what each method does.

    Args:
        scheme: One of LIBRARIES.
        root: `bucket/folder`.

    Raises:
        LakeError: the library is not installed.
    """

    def __init__(self, scheme: str, root: str) -> None:
        self._root = root
        self._url = f"{scheme}://{root}"
        with self._explained():
            self._fs = _filesystem(scheme)

    def names(self, below: str = "") -> set[str]:
        """See Place."""
        with self._explained():
            found = self._fs.find(self._path(below).rstrip("/"))
            return {path.removeprefix(f"{self._root}/") for path in found}

    def read(self, name: str) -> bytes | None:
        """See Place."""
        with self._explained():
            try:
                return bytes(self._fs.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def create(self, name: str, content: bytes) -> bool:
        """See Place: a conditional PUT."""
        with self._explained():
            try:
                self._fs.pipe_file(self._path(name), content, mode="create")
            except FileExistsError:
                return False
            return True

    def replace(self, name: str, content: bytes) -> None:
        """See Place: a PUT is atomic."""
        with self._explained():
            self._fs.pipe_file(self._path(name), content)

    def upload(self, pairs: Sequence[tuple[Path, str]]) -> None:
        """See Place."""
        sources = [str(source) for source, _ in pairs]
        targets = [self._path(name) for _, name in pairs]
        with self._explained():
            self._fs.put(sources, targets, batch_size=AT_ONCE)

    def remove(self, names: Sequence[str]) -> None:
        """See Place."""
        with self._explained():
            if names:
                self._fs.rm([self._path(name) for name in names])

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except LakeError:
            raise
        except FileNotFoundError:
            raise LakeError(f"{self._url}: there is no such bucket.") from None
        except PermissionError as error:
            raise LakeError(f"{self._url}: no permission ({_said(error)}).") from None
        except Exception as error:  # noqa: BLE001  each cloud's library has errors of its own
            raise LakeError(f"{self._url} cannot be reached: {_said(error)}.") from None


def _filesystem(scheme: str) -> Any:  # noqa: ANN401  fsspec has no types
    library = LIBRARIES[scheme]
    try:
        importlib.import_module(library)
        fsspec = importlib.import_module("fsspec")
    except ImportError:
        raise LakeError(
            f"{scheme}:// needs {library}: install it with `pip install 'atlas-costs[lake]'`."
        ) from None
    # what fails is said once, in our sentence, not before by the library with a traceback
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    # what another process wrote a moment ago has to be seen
    return fsspec.filesystem(scheme, use_listings_cache=False)


def _said(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
