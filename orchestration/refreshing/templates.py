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

# Whose parser and tags are in the code, too.
_MADE_BY = "-".join(version(each) for each in ("jinja2", "dbt-common", "dbt-core"))
FILE = f"templates-{_MADE_BY}.{sys.implementation.cache_tag}"
# A build of everything has 2,000; while models are edited, old ones pile up.
MOST = 10_000
_compile = jinja2.Environment.compile


class Templates:
    """Compiled templates, each known by its source: one that was edited is another one."""

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
        words = "\0".join([_settings(environment), *map(str, named), source])
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
        self._known, self._new = kept | self._new, {}
        with suppress(OSError):
            files.write(self._file, marshal.dumps(self._known))
            self._read_at = self._file.stat().st_mtime_ns


def _settings(environment: jinja2.Environment) -> str:
    """What else a template's code depends on."""
    kind = type(environment)
    options = {
        name: value
        for name, value in vars(environment).items()
        if isinstance(value, str | bool | None)
    }
    return f"{kind.__module__} {kind.__qualname__} {options} {[*environment.extensions]}"


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
