"""An assistant's side of the conversation: the SDK's own client and the console script."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import Tool

from orchestration.assistant.marking import DATA
from tests.conftest import NOBODYS

COMMAND = Path(sys.executable).with_name("atlas-costs")


@dataclass(frozen=True)
class Said:
    """One answer."""

    document: dict[str, Any]
    is_error: bool

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    @property
    def token(self) -> str:
        return self.document["confirmation_token"]

    @property
    def says(self) -> str:
        return self.document["says"]


@dataclass
class Assistant:
    """Calls tools one after the other, and keeps what it heard."""

    portal: BlockingPortal
    client: Client
    heard: list[str] = field(default_factory=list)

    @property
    def tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> Said:
        result = self.portal.call(self.client.call_tool, tool, arguments)
        [text] = [each.text for each in result.content]
        self.heard.append(text)
        assert json.loads(text) == result.structured_content
        said = dict(result.structured_content)
        return Said(said.pop(DATA) | said, bool(result.is_error))

    def agreed(self, tool: str, **arguments: Any) -> Said:
        """Both calls, as if a person had said yes."""
        planned = self.call(tool, **{k: v for k, v in arguments.items() if k != "confirm"})
        return self.call(tool, **arguments, confirmation_token=planned.token)


@contextmanager
def talking(environment: dict[str, str], errors: Path, mode: str = "auto") -> Iterator[Assistant]:
    """A server of its own, for as long as somebody talks to it."""
    server = StdioServerParameters(command=str(COMMAND), args=["mcp"], env=environment)
    with errors.open("a") as log, start_blocking_portal() as portal:
        client = Client(stdio_client(server, errlog=log), mode=mode)
        with portal.wrap_async_context_manager(client):
            yield Assistant(portal, client)


def environment_of(sandbox: Any, data: Path, **more: str) -> dict[str, str]:
    """All that a server is told, and nothing of whoever runs the tests."""
    return {
        **NOBODYS,
        "ATLAS_COSTS_DATA_DIR": str(data),
        "ATLAS_COSTS_FOCUS_REPORTS": "false",
        **sandbox.environment(),
        **sandbox.environment_for_actions(),
        **more,
    }
