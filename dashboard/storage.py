"""What the data folder takes on disk."""

from datetime import timedelta
from pathlib import Path

import streamlit as st

from orchestration import files
from orchestration.settings import load_settings
from reporting import formats

PARTS = {"landing": "Landed from Atlas", "build": "Being built", "versions": "Published versions"}


@st.cache_data(ttl=timedelta(minutes=10), max_entries=4, show_spinner=False)
def _sizes(folder: str) -> dict[str, int]:
    return {title: files.size(Path(folder, name)) for name, title in PARTS.items()}


def sizes() -> dict[str, int]:
    """Bytes of each part of the data folder; counted anew every ten minutes.

    Raises:
        SettingsError: a setting cannot be used.
    """
    return _sizes(str(load_settings().data_dir))


def text(size: float) -> str:
    """`12.3 MB`: decimal units, as a disk is sold."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            places = 0 if unit == "bytes" else 1
            return f"{formats.number(size, places)} {unit}"
        size /= 1000
    return f"{formats.number(size, 1)} TB"
