"""The fields of Atlas's answers that extraction itself relies on; unknown fields are ignored.

Everything else stays as Atlas sent it until the warehouse reads it.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from orchestration.atlas import responses
from orchestration.atlas.client import Answer
from orchestration.atlas.errors import MalformedAnswer

PENDING = "PENDING"


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Timestamp = Annotated[datetime, AfterValidator(_utc)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class InvoiceMetadata(_Record):
    """Atlas schema BillingInvoiceMetadata, as listOrgInvoices returns it: without lines."""

    id: str
    org_id: str | None = Field(default=None, alias="orgId")
    status: str | None = Field(default=None, alias="statusName")
    start: Timestamp | None = Field(default=None, alias="startDate")
    end: Timestamp | None = Field(default=None, alias="endDate")
    updated: str | None = None

    @property
    def month(self) -> str | None:
        """The invoice month, such as 2026-05 (UTC)."""
        return self.start.strftime("%Y-%m") if self.start else None

    @property
    def is_pending(self) -> bool:
        """Whether Atlas still adds to it."""
        return self.status == PENDING


_invoices = TypeAdapter(list[InvoiceMetadata])


def _read(adapter: TypeAdapter[list], answers: list[Answer], what: str) -> list:  # type: ignore[type-arg]
    documents = [each for answer in answers for each in responses.results(answer.document)]
    try:
        return adapter.validate_python(documents)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedAnswer(f"{what}: {where}: {first['msg']}.") from None


def invoices(answers: list[Answer]) -> list[InvoiceMetadata]:
    """The invoices of listOrgInvoices, each once even where a page came twice."""
    found: list[InvoiceMetadata] = _read(_invoices, answers, "invoices")
    return list({each.id: each for each in found}.values())
