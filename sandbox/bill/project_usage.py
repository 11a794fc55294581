"""What a project uses on one day outside its clusters."""

from collections.abc import Callable
from decimal import Decimal

from sandbox.bill import catalog
from sandbox.bill.ledger import Line, Meter
from sandbox.estate.resources import Project
from sandbox.estate.services import SERVICE_REGION

FREE = Decimal(0)


def meter_project(project: Project, meter: Meter) -> list[Line]:
    """The lines of a project's day."""
    for feature in project.features:
        FEATURES[feature](meter)
    return meter.lines


def _private_endpoints(meter: Meter) -> None:
    """Two endpoints of the same price: two lines that are equal in every field, both real."""
    late = meter.lateness()
    for _ in range(2):
        meter.add(catalog.PRIVATE_ENDPOINT, "AWS", 24, Decimal("0.0504"), late=late)


def _data_federation(meter: Meter) -> None:
    terabytes = meter.amount(0, 2, places=6)
    region = SERVICE_REGION
    meter.add(catalog.DATA_SCANNED, "AWS", terabytes, Decimal("5.00"), region=region)
    if meter.random.random() < 0.5:
        returned = meter.amount(0, 30)
        meter.add(catalog.DATA_RETURNED, "AWS", returned, Decimal("0.01"), region=region)


def _stream_processing(meter: Meter) -> None:
    region = SERVICE_REGION
    hours = meter.amount(6, 24)
    meter.add(catalog.STREAM_WORKER, "AWS", hours, Decimal("0.19"), region=region)
    if meter.random.random() < 0.5:
        sent = meter.amount(0, 5)
        meter.add(catalog.STREAM_TRANSFER, "AWS", sent, Decimal("0.09"), region=region)


def _charts(meter: Meter) -> None:
    if meter.random.random() < 0.3:
        meter.add(catalog.CHARTS_FREE, "AWS", meter.amount(0, 1, places=6), FREE)
        meter.add(catalog.CHARTS, "AWS", meter.amount(0, 2), Decimal("1.00"))


def _app_services(meter: Meter) -> None:
    app = "storefront-api"
    meter.add(catalog.APP_COMPUTE, "AWS", meter.amount(1, 20), Decimal("0.01"), app=app)
    if meter.random.random() < 0.4:
        meter.add(catalog.APP_REQUESTS_FREE, "AWS", meter.amount(1000, 9000, 0), FREE, app=app)
        meter.add(catalog.APP_TRANSFER, "AWS", meter.amount(0, 3, 6), Decimal("0.12"), app=app)


def _ai_models(meter: Meter) -> None:
    """Models run on no cloud of the customer's choice: their provider is Atlas itself."""
    meter.add(catalog.EMBEDDING, "ATLAS", meter.amount(0, 120), Decimal("0.02"))
    if meter.random.random() < 0.25:
        meter.add(catalog.AUTO_EMBEDDING, "ATLAS", meter.amount(0, 30), Decimal("0.06"))
        meter.add(catalog.RERANKING, "ATLAS", meter.amount(0, 30), Decimal("0.05"))


FEATURES: dict[str, Callable[[Meter], None]] = {
    "private_endpoints": _private_endpoints,
    "data_federation": _data_federation,
    "stream_processing": _stream_processing,
    "charts": _charts,
    "app_services": _app_services,
    "ai_models": _ai_models,
}
