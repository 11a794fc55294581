"""What can go wrong between us and Atlas: one class for each remedy a user has.

AtlasError
├── Unauthorized     the key is wrong, revoked or expired
│   ├── BadSecret    … or the service account's secret is
│   └── ClockSkew    … or this machine's clock is off
├── Forbidden        the key is right but of another organization, lacks a role, or this address
│                    is not on its access list
├── NotFound         the id or name does not exist for this key
├── Refused          Atlas rejects the request itself (400, 402, 409, …)
│   └── Retired      … because it no longer offers it, or not at this version (405, 406, 410)
├── RateLimited      too many requests, still after waiting
├── Unavailable      Atlas or the way to it is down, still after retrying
│   ├── TooSlow      … or takes longer than a request may
│   └── Untrusted    … or shows a certificate that this machine does not trust
├── Stopped          nobody waits for the answer any more
├── Expired          a pre-signed address no longer works: ask for a new one
├── ReportFailed     Atlas could not make a report
└── MalformedAnswer  the answer arrived but is not what Atlas documents
    ├── CutShort     … because it ends early: worth another try
    └── NotAtlas     … because something on the way answered, such as a login page
"""

from typing import ClassVar, Literal

Cause = Literal[
    "missing role",
    "bad key",
    "wrong org",
    "IP not allowed",
    "rate limited",
    "unreachable",
    "clock skew",
    "not found",
    "refused",
    "malformed",
    "stopped",
    "not trusted",
    "retired",
]

RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

# Atlas's codes that say more than their status does.
CAUSES: dict[str, Cause] = {
    "IP_ADDRESS_NOT_ON_ACCESS_LIST": "IP not allowed",
    "ORG_REQUIRES_ACCESS_LIST": "IP not allowed",
    "RESOURCE_REQUIRES_ACCESS_LIST": "IP not allowed",
    "ORG_NOT_FOUND": "wrong org",
    "INVALID_ORG_ID": "wrong org",
    "NOT_IN_ORG": "wrong org",
    "USER_NOT_IN_ORG": "wrong org",
    "RATE_LIMITED": "rate limited",
    "RATE_LIMITED_TOKEN_BUCKET": "rate limited",
}
REMEDIES: dict[Cause, str] = {
    "IP not allowed": "Add this machine's address to the API access list of the key.",
    "wrong org": "Check MONGODB_ATLAS_ORG_ID, and that the key belongs to that organization.",
}
"""Where a code names the cause, its remedy replaces the class's."""


class AtlasError(Exception):
    """An answer, or the lack of one, that the caller cannot use.

    Attributes:
        status: HTTP status, or None where no answer came.
        error_code: Atlas's `errorCode`, or None.
        retry_after: Seconds Atlas asked to wait, or None.
        was_sent: Whether Atlas may have received the request.
        remedy: The sentence that ends the message: what to do about it.
        most_tries: How often a question may meet this before it counts, where the policy allows
            more; None leaves it to the policy.
    """

    remedy = ""
    most_tries: ClassVar[int | None] = None
    _cause: ClassVar[Cause] = "refused"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        error_code: str | None = None,
        retry_after: float | None = None,
        was_sent: bool = True,
    ) -> None:
        self.status = status
        self.error_code = error_code
        self.retry_after = retry_after
        self.was_sent = was_sent
        self.remedy = REMEDIES.get(self.cause, type(self).remedy)
        super().__init__(f"{message} {self.remedy}".strip())

    @property
    def said(self) -> str:
        """What happened, without the remedy."""
        return str(self).removesuffix(self.remedy).strip()

    @property
    def cause(self) -> Cause:
        """The error in a word or two, as `atlas-costs check` and meta.permissions name it."""
        return CAUSES.get(self.error_code or "", self._cause)


class Unauthorized(AtlasError):
    """401 without an errorCode: Atlas did not accept the credentials."""

    remedy = (
        "Check the key pair or the service account's id and secret (wrong, revoked or expired), "
        "and this machine's clock."
    )
    _cause: ClassVar[Cause] = "bad key"


class BadSecret(Unauthorized):
    """The token endpoint does not know the service account's id and secret."""

    remedy = (
        "The secret may have expired or been deleted: generate a new one in Atlas (Organization "
        "Settings, Applications, Service Accounts), then run `atlas-costs connect`."
    )


class ClockSkew(Unauthorized):
    """401 whose Date says that this machine's clock is off: signatures and tokens fail by it."""

    remedy = "Set this machine's clock (for example with NTP); if it stays, check the key."
    _cause = "clock skew"


class Forbidden(AtlasError):
    """403, or 401 with an errorCode: Atlas knows the key and does not let it read this."""

    remedy = (
        "Check MONGODB_ATLAS_ORG_ID, give the key the roles Organization Billing Viewer and "
        "Organization Read Only, and add this machine's address to its API access list."
    )
    _cause = "missing role"


class NotFound(AtlasError):
    """404."""

    remedy = "Check MONGODB_ATLAS_ORG_ID, and that the key belongs to that organization."
    _cause = "not found"


class Refused(AtlasError):
    """Any other 4xx: asking again would be answered alike."""

    _cause: ClassVar[Cause] = "refused"


class Retired(Refused):
    """405, 406 or 410: the operation, or its version, is gone."""

    remedy = "Atlas no longer answers the way this release asks: update atlas-costs."
    _cause: ClassVar[Cause] = "retired"


class RateLimited(AtlasError):
    """429 that outlasted the waiting Atlas asked for."""

    remedy = "Try again in a few minutes; other tools may share this organization's budget."
    _cause = "rate limited"


class Unavailable(AtlasError):
    """5xx, or no connection, or one too slow to be of use."""

    remedy = "Check MONGODB_ATLAS_BASE_URL and the network, then try again."
    _cause: ClassVar[Cause] = "unreachable"


class TooSlow(Unavailable):
    """Bytes kept coming, but not the end of the answer."""

    remedy = "Check the network and any proxy on the way to that host, then try again."
    # Five tries of a server that drips would hold a refresh for a quarter of an hour.
    most_tries = 2


class Untrusted(Unavailable):
    """Whoever answers is vouched for by no certificate authority that this machine trusts."""

    remedy = (
        "If a proxy or a private Atlas address uses a certificate authority of your own, set "
        "SSL_CERT_FILE to its certificate in PEM (docs/connect.md#not-trusted)."
    )
    most_tries = 1
    _cause: ClassVar[Cause] = "not trusted"


class Stopped(AtlasError):
    """Nobody waits for the answer any more, so nothing more is asked."""

    _cause = "stopped"


class Expired(AtlasError):
    """A pre-signed address no longer works."""

    remedy = "Ask Atlas for a new address."


class ReportFailed(AtlasError):
    """Atlas could not make a report, or not in time."""


class MalformedAnswer(AtlasError):
    """The bytes are cut short, are not JSON, or lack what every answer has."""

    remedy = "Nothing was kept of it; try again, and report it to MongoDB if it stays."
    _cause = "malformed"


class CutShort(MalformedAnswer):
    """The body ends before it is complete."""


class NotAtlas(MalformedAnswer):
    """A page for people, or a way to one, where data was asked for."""

    remedy = (
        "Nothing was kept of it. Sign in to the proxy, or let this machine pass it, then try again."
    )
    # A proxy that has just been signed in to shows its page once more.
    most_tries = 2


BY_STATUS: dict[int, type[AtlasError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: Retired,
    406: Retired,
    410: Retired,
    408: Unavailable,
    429: RateLimited,
}


def error_for(status: int, error_code: str | None = None) -> type[AtlasError]:
    """The class whose remedy fits an HTTP status and Atlas's errorCode."""
    if status == 401 and error_code:
        return Forbidden
    return BY_STATUS.get(status, Unavailable if status >= 500 else Refused)
