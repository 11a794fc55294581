"""Which certificate authorities are trusted: the public ones, and those of a company's own."""

import os
import ssl
import threading
from functools import lru_cache
from pathlib import Path

import httpx

_LOCK = threading.Lock()


def trusting(file: Path | None = None, folder: Path | None = None) -> ssl.SSLContext:
    """What every client of the process checks servers with; reading the public roots takes 20 ms.

    The public authorities stay trusted: FOCUS reports come from a storage service of the cloud,
    whatever stands before Atlas.

    Args:
        file: More authorities, in PEM, one after the other (SSL_CERT_FILE).
        folder: More of them, named by hash as OpenSSL does (SSL_CERT_DIR), which takes several
            folders with colons between them.

    Raises:
        ValueError: a file or folder is missing, or has no certificate in it.
    """
    # sixteen connections begin at once: a cache alone lets each of them read the roots
    with _LOCK:
        return _trusting(file, folder)


@lru_cache(maxsize=8)
def _trusting(file: Path | None, folder: Path | None) -> ssl.SSLContext:
    found = httpx.create_ssl_context(trust_env=False)
    if file is not None:
        try:
            found.load_verify_locations(cafile=file)
        except ssl.SSLError:
            raise ValueError(f"SSL_CERT_FILE: {file} holds no certificates in PEM.") from None
        except OSError as error:
            raise ValueError(f"SSL_CERT_FILE: {file}: {error.strerror}.") from None
    if folder is not None:
        if not any(map(os.path.isdir, str(folder).split(os.pathsep))):
            raise ValueError(f"SSL_CERT_DIR: there is no folder {folder}.")
        found.load_verify_locations(capath=folder)
    return found
