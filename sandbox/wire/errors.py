"""Atlas's errors: `{detail, error, errorCode, parameters, reason}` as plain application/json."""

from http import HTTPStatus
from typing import Any


class AtlasError(Exception):
    """An answer other than success; ApiError in the specification."""

    def __init__(
        self,
        status: int,
        code: str | None,
        detail: str,
        parameters: tuple[object, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.parameters = [str(parameter) for parameter in parameters]
        self.headers = headers or {}

    def document(self) -> dict[str, Any]:
        """The body; a failed sign-in is the one error that Atlas gives no errorCode."""
        reason = HTTPStatus(self.status).phrase
        if self.code is None:
            return {"detail": self.detail, "error": self.status, "reason": reason}
        return {
            "detail": self.detail,
            "error": self.status,
            "errorCode": self.code,
            "parameters": self.parameters,
            "reason": reason,
        }


def not_found(what: str) -> AtlasError:
    """What Atlas answers for anything that has no error code of its own."""
    return AtlasError(404, "RESOURCE_NOT_FOUND", f"Cannot find resource {what}.", (what,))


def not_authorized() -> AtlasError:
    """A valid key asks for what it may not see, whether or not that exists."""
    return AtlasError(401, "UNEXPECTED_ERROR", "You are not authorized for this resource.")
