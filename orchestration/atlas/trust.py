"""Which certificate authorities are trusted: the public ones, and those of a company's own."""

import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Trust:
    """Authorities besides the public ones.

    Attributes:
        file: Certificates in PEM, one after the other (SSL_CERT_FILE).
        folder: A folder of them, named by hash as OpenSSL does (SSL_CERT_DIR).
    """

    file: Path | None = None
    folder: Path | None = None


@lru_cache(maxsize=8)
def context(trust: Trust) -> ssl.SSLContext:
    """What every client of the process checks servers with; reading the public roots takes 20 ms.

    The public authorities stay trusted: FOCUS reports come from a storage service of the cloud,
    whatever stands before Atlas.

    Raises:
        ValueError: a file or folder is missing, or has no certificate in it.
    """
    found = httpx.create_ssl_context(trust_env=False)
    if trust.file is not None:
        try:
            found.load_verify_locations(cafile=trust.file)
        except OSError as error:  # ssl.SSLError is one
            reason = error.strerror if error.errno and error.errno > 0 else None
            raise ValueError(
                f"{trust.file}: no certificates can be read from it "
                f"({reason or 'it must hold them in PEM'})"
            ) from None
    if trust.folder is not None:
        if not trust.folder.is_dir():
            raise ValueError(f"{trust.folder}: there is no such folder")
        found.load_verify_locations(capath=trust.folder)
    return found
