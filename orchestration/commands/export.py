"""`atlas-costs export`: costs as files for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.settings import load_settings

app = typer.Typer(help="Write costs to a file.", no_args_is_help=True)


@app.callback()
def formats() -> None:
    """Write costs to a file."""


@app.command()
def focus(
    output: Annotated[Path, typer.Option("-o", help="A name that ends in .csv or .parquet.")],
    month: Annotated[
        list[str] | None,
        typer.Option(help="Billing period 2026-05, or 2026-01..2026-05; repeatable; default: all."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="Only this project, by name or id; repeatable.")
    ] = None,
    spec: Annotated[str, typer.Option(help="FOCUS version: 1.2 or 1.3.")] = "1.3",
    workspace: Annotated[str, typer.Option(help="Only what this workspace sees.")] = "",
) -> None:
    """Write FOCUS rows of the published warehouse; the file is written completely or not at all."""
    from orchestration.published.focus_export import export_focus  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    warehouse = warehouse_of(load_settings(), workspace)
    rows = export_focus(warehouse, month or [], spec, output, project or [])
    typer.echo(f"{rows:,} rows of FOCUS {spec} in {output}.")


@app.command()
def lake(
    to: Annotated[
        str, typer.Option(help="A folder, s3://bucket/…, gs://bucket/… or az://container/….")
    ],
    keep: Annotated[
        int, typer.Option(min=2, help="Exports whose files stay for those still reading them.")
    ] = 3,
    workspace: Annotated[str, typer.Option(help="Only what this workspace sees.")] = "",
) -> None:
    """Write all marts as Parquet files, those that changed, and then the manifest that lists them.

    Whoever reads through the manifest sees this export or the one before; see docs/lake.md.
    """
    from orchestration import files  # noqa: PLC0415
    from orchestration.published.lake.export import export_lake  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    settings = load_settings()
    warehouse = warehouse_of(settings, workspace)
    seen = workspace or settings.workspace
    done = export_lake(warehouse, to, keep=keep, workspace=seen, memory=settings.dbt_memory)
    held = done.manifest
    typer.echo(
        f"{to} holds {held.source.warehouse_version} (export {held.number}): "
        f"{len(held.marts)} marts in {len(held.paths()):,} files, {done.written:,} of them new "
        f"({files.in_words(done.bytes)}); {done.removed:,} old files removed."
    )
