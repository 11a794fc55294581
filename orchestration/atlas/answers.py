"""What a successful request brings."""

from dataclasses import dataclass
from typing import Any

from orchestration.atlas import responses


@dataclass(frozen=True)
class Answer:
    """One successful answer: the body as sent (decoded from its transfer encoding)."""

    body: bytes
    what: str

    @property
    def document(self) -> Any:  # noqa: ANN401  JSON is any shape
        """The parsed body."""
        return responses.parse(self.body, self.what)
