"""What can go wrong between us and Atlas: one class for each remedy a user has.

AtlasError
├── Unauthorized     the key is wrong, expired, or signs with a wrong clock
├── Forbidden        the key is right but of another organization, lacks a role, or this address
│                    is not on its access list
├── NotFound         the id or name does not exist for this key
├── Refused          Atlas rejects the request itself (400, 402, 406, 409, …)
├── RateLimited      too many requests, still after waiting
├── Unavailable      Atlas or the way to it is down, still after retrying
├── Stopped          the run no longer waits for this connection
├── Expired          a pre-signed address no longer works: ask for a new one
├── ReportFailed     Atlas could not make a report
└── MalformedAnswer  the answer arrived but is not what Atlas documents
    └── CutShort     … because it ends early: worth another try
"""

RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class AtlasError(Exception):
    """An answer, or the lack of one, that the caller cannot use.

    Attributes:
        status: HTTP status, or None where no answer came.
        error_code: Atlas's `errorCode`, or None.
        retry_after: Seconds Atlas asked to wait, or None.
    """

    remedy = ""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        error_code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.error_code = error_code
        self.retry_after = retry_after
        super().__init__(f"{message} {self.remedy}".strip())

    @property
    def cause(self) -> str:
        """The error in a word or two, as `atlas-costs check` and meta.permissions name it."""
        return CAUSES.get(self.error_code or "") or self._cause

    _cause = "refused"


class Unauthorized(AtlasError):
    """401 without an errorCode: Atlas did not accept the credentials."""

    _cause = "bad key"

    remedy = (
        "Check the key pair or the service account's id and secret (wrong, revoked or expired), "
        "and this machine's clock."
    )


class Forbidden(AtlasError):
    """403, or 401 with an errorCode: Atlas knows the key and does not let it read this."""

    _cause = "missing role"

    remedy = (
        "Check MONGODB_ATLAS_ORG_ID, give the key the roles Organization Billing Viewer and "
        "Organization Read Only, and add this machine's address to its API access list."
    )


class NotFound(AtlasError):
    """404."""

    _cause = "not found"

    remedy = "Check MONGODB_ATLAS_ORG_ID, and that the key belongs to that organization."


class Refused(AtlasError):
    """Any other 4xx: asking again would be answered alike."""


class RateLimited(AtlasError):
    """429 that outlasted the waiting Atlas asked for."""

    _cause = "rate limited"

    remedy = "Try again in a few minutes; other tools may share this organization's budget."


class Unavailable(AtlasError):
    """5xx, or no connection."""

    _cause = "unreachable"

    remedy = "Check MONGODB_ATLAS_BASE_URL and the network, then try again."


class ClockSkew(Unauthorized):
    """401 whose Date tells that this machine's clock is off: signatures and tokens fail by it."""

    _cause = "clock skew"
    remedy = "Set this machine's clock (for example with NTP), then try again."


class Stopped(AtlasError):
    """The run went on without this connection."""

    _cause = "slow"


class Expired(AtlasError):
    """A pre-signed address no longer works."""


class ReportFailed(AtlasError):
    """Atlas tried to make a report and could not."""

    _cause = "report failed"


class MalformedAnswer(AtlasError):
    """The bytes are cut short, are not JSON, or lack what every answer has."""

    _cause = "malformed"

    remedy = "Nothing was kept of it; try again, and report it to MongoDB if it stays."


class CutShort(MalformedAnswer):
    """The body ends before it is complete."""


# Codes that say more than their status; Atlas's, as its specification and public logs have them.
CAUSES = {
    "IP_ADDRESS_NOT_ON_ACCESS_LIST": "IP not allowed",
    "ORG_NOT_FOUND": "wrong org",
    "INVALID_ORG_ID": "wrong org",
    "USER_NOT_IN_ORG": "wrong org",
    "NOT_IN_ORG": "wrong org",
}

BY_STATUS: dict[int, type[AtlasError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    429: RateLimited,
}


def error_for(status: int, error_code: str | None = None) -> type[AtlasError]:
    """The class whose remedy fits an HTTP status and Atlas's errorCode."""
    if status == 401 and error_code:
        return Forbidden
    return BY_STATUS.get(status, Unavailable if status >= 500 else Refused)
