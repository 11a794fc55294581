"""Access tokens of service accounts, kept between commands in files that only their owner reads.

Atlas gives a service account ten tokens a minute and lets a hundred live: a command that asks for
one each time meets the first limit at the eleventh `do`, the second at the hundredth of an hour.
"""

import fcntl
import hashlib
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from orchestration import files
from orchestration.atlas.auth import Token
from orchestration.config.connections import ServiceAccount

log = logging.getLogger("atlas_costs")
# Longer than any token lives.
OLD_S = 24 * 3600.0


@dataclass(frozen=True)
class KeptToken:
    """One account's token at one address, in a file of mode 600.

    Attributes:
        file: Where.
        not_before: A token made before counts as none: `check` tries the secret itself.
    """

    file: Path
    not_before: float = 0.0

    @classmethod
    def of(
        cls, folder: Path, base_url: str, account: ServiceAccount, not_before: float = 0.0
    ) -> "KeptToken":
        """Named by a hash of address, id and secret: with another secret it is another token."""
        secret = account.client_secret.get_secret_value()
        named = f"{base_url}\n{account.client_id}\n{secret}"
        name = hashlib.sha256(named.encode()).hexdigest()[:32]
        return cls(folder / f"{name}.json", not_before)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one thread or process asks for this account's token at a time.

        A folder that cannot be written keeps nothing and stops nobody.
        """
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self.file.with_suffix(".lock").open("w")
        except OSError as error:
            log.debug("access tokens are not kept: %s", error)
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read(self) -> Token | None:
        """The token kept; None where there is none, others could have read it, or it is damaged."""
        try:
            if self.file.stat().st_mode & 0o077:
                return None
            kept = json.loads(self.file.read_bytes())
            value, made, ends = kept["access_token"], kept["made_at"], kept["ends_at"]
            found = Token(SecretStr(str(value)), float(made), float(ends))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return found if found.made_at >= self.not_before else None

    def keep(self, token: Token | None) -> None:
        """Write it, or remove what is kept."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)
            if token is None:
                _sweep(self.file.parent)
                return
            kept = {
                "access_token": token.value.get_secret_value(),
                "made_at": token.made_at,
                "ends_at": token.ends_at,
            }
            files.write(self.file, json.dumps(kept).encode(), mode=0o600)


def _sweep(folder: Path) -> None:
    """Remove tokens of accounts that are no longer used."""
    for file in folder.iterdir():
        if time.time() - file.stat().st_mtime > OLD_S:
            file.unlink(missing_ok=True)
