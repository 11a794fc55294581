"""How our HTML is filled in: every value is escaped, and a name that is not given is an error."""

from pathlib import Path

import jinja2


def environment(folder: Path) -> jinja2.Environment:
    """For the templates of a folder."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
