"""The examples that come with the product, written where one works."""

from pathlib import Path

from orchestration import files
from orchestration.settings import SHIPPED

EXAMPLES = (".env.example", "config/*.example")


def write_examples(home: Path) -> list[Path]:
    """Write every example that is not there yet.

    Args:
        home: The folder that holds `.env`, `config/` and `data/`.

    Returns:
        The files it wrote.
    """
    wanted = [file for pattern in EXAMPLES for file in sorted(SHIPPED.glob(pattern))]
    return [written for each in wanted if (written := _write(each, home)) is not None]


def _write(example: Path, home: Path) -> Path | None:
    target = home / example.relative_to(SHIPPED)
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    files.write(target, example.read_bytes())
    return target
