"""`atlas-costs report`: a saved report as a file, and which reports there are."""

from pathlib import Path

import typer

from orchestration.saved_reports import Shelf, shelf
from orchestration.settings import SettingsError, load_settings


def run(
    name: str | None,
    output: Path | None,
    *,
    list_all: bool,
    locale: str | None = None,
    workspace: str = "",
) -> None:
    """List the reports, or write one.

    Raises:
        NotPublished: there is no warehouse.
        SettingsError: neither is asked, no report has the name, or no file can be written.
    """
    settings = load_settings()
    found = shelf(settings)
    if list_all:
        for line in _lines(found):
            typer.echo(line)
        return
    if name is None or output is None:
        raise SettingsError(
            "Say which report and where to: `atlas-costs report by-team --to report.pdf`, or "
            "`atlas-costs report --list`."
        )
    from orchestration.published.report_file import write_report  # noqa: PLC0415

    document = write_report(settings, found.find(name), output, locale, workspace)
    typer.echo(f"{document.title}, {document.span}: {output}")


def _lines(found: Shelf) -> list[str]:
    """Folder by folder, each name with its title; where it is from, if it is not built in."""
    order = sorted(found.reports.values(), key=lambda each: (each[0].folder, each[0].name))
    width = max(len(each.name) for each, _ in order)
    return [
        f"{each.name:<{width}}  {' / '.join(filter(None, (each.folder, each.title)))}"
        + ("" if source == "built in" else f"  [{source}]")
        + ("  *" if each.name in found.starred else "")
        for each, source in order
    ]
