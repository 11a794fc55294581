"""Jinja's compiled templates, kept beside the models as Python keeps its own: 2 of 15 CPU seconds.

Only where what is parsed is kept there, too: they are code, which no data folder has.
"""

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import CodeType

import jinja2

from orchestration import files
from orchestration.refreshing.building import PARSED
from orchestration.settings import IS_INSTALLED

FILE = f"templates.jinja-{version('jinja2')}.{sys.implementation.cache_tag}"
# A build of everything has 2,000; while models are edited, old ones pile up.
MOST = 10_000
_compile = jinja2.Environment.compile


class Templates:
    """Compiled templates by what they are of, so that one that was edited is another one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at = 0
        self._known: dict[bytes, CodeType] = {}
        self._new: dict[bytes, CodeType] = {}

    def read(self) -> None:
        """What earlier builds compiled; nothing where there is none, or it cannot be read."""
        with suppress(OSError, EOFError, ValueError, TypeError):
            written_at = self._file.stat().st_mtime_ns
            if written_at != self._read_at:
                self._known = dict(marshal.loads(self._file.read_bytes()))  # noqa: S302  beside our code
                self._read_at = written_at

    def compiled(self, environment: jinja2.Environment, source: str, *named: object) -> CodeType:
        """A template's code; compiled unless an earlier build did."""
        words = "\0".join([type(environment).__qualname__, *map(str, named), source])
        key = hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()
        found = self._known.get(key) or self._new.get(key)
        if found is None:
            found = self._new[key] = _compile(environment, source, *named)  # type: ignore[call-overload]
        return found

    def write(self) -> None:
        """Keep what this build compiled, where code may be written."""
        if not self._new or IS_INSTALLED or not os.access(self._file.parent, os.W_OK):
            return
        # another process may have written since
        self.read()
        kept = self._known if len(self._known) + len(self._new) <= MOST else {}
        with suppress(OSError):
            files.write(self._file, marshal.dumps(kept | self._new))


templates = Templates(PARSED / FILE)


def reuse() -> None:
    """Compile nothing again in this process that an earlier build compiled."""
    templates.read()

    def compile_once(
        self: jinja2.Environment, source: object, *named: object, **how: bool
    ) -> CodeType:
        if how or not isinstance(source, str):
            return _compile(self, source, *named, **how)  # type: ignore[call-overload, no-any-return]
        return templates.compiled(self, source, *named)

    jinja2.Environment.compile = compile_once  # type: ignore[method-assign, assignment]
