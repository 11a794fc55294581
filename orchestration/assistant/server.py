"""The MCP server: tools listed and called; everything slow happens in a thread of its own."""

import logging
from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from os import environ
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ListedTool

from orchestration.assistant.action_tools import ActionTools
from orchestration.assistant.cost_tools import cost_tools
from orchestration.assistant.marking import as_text, marked
from orchestration.assistant.texts import INSTRUCTIONS
from orchestration.assistant.tool import Answer, Document, Effect, Tool
from orchestration.explain import explanation
from orchestration.settings import load_settings

log = logging.getLogger("atlas_costs")
NAME = "atlas-costs"


def serve(workspace: str = "") -> None:
    """Serve standard input and output until the client closes them.

    Args:
        workspace: Whose costs are told, without actions; empty tells all.

    Raises:
        SettingsError: there is no such workspace.
    """
    anyio.run(_serve, server_of(tools_of(workspace)))


def tools_of(workspace: str = "") -> list[Tool]:
    """What is offered: all costs and actions, or only the costs of a workspace.

    Raises:
        SettingsError: there is no such workspace.
    """
    name = workspace or load_settings().workspace
    if not name:
        return [*cost_tools(load_settings), *ActionTools(load_settings).tools()]
    return cost_tools(lambda: load_settings().model_copy(update={"workspace": name}))


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (requests, answers):
        await server.run(requests, answers, server.create_initialization_options())


def server_of(tools: Iterable[Tool]) -> Server[Any]:
    """A server of some tools."""
    known = {tool.name: tool for tool in tools}

    async def listed(_: Any, _params: PaginatedRequestParams | None) -> ListToolsResult:  # noqa: ANN401
        return ListToolsResult(tools=[listed_tool(tool) for tool in known.values()])

    async def called(_: Any, params: CallToolRequestParams) -> CallToolResult:  # noqa: ANN401
        if (tool := known.get(params.name)) is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name}.")
        call = partial(answer_of, tool, params.arguments or {})
        # abandoned with its client: what it began in Atlas is on record and goes on there
        return result_of(await anyio.to_thread.run_sync(call, abandon_on_cancel=True))

    return Server(
        NAME,
        version=version(NAME),
        title="MongoDB Atlas costs",
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


def answer_of(tool: Tool, arguments: Document) -> Answer:
    """What a tool says; a mistake or a failure is a sentence, never a traceback."""
    try:
        return tool.run(arguments)
    except Exception as error:  # the last place that can still be kind
        if sentence := explanation(error):
            return Answer({"outcome": "refused", "says": sentence}, is_error=True)
        # its text and its frames may hold what nobody should read in a log
        debug = bool(environ.get("ATLAS_COSTS_DEBUG"))
        log.error("%s: unexpected %s", tool.name, type(error).__name__, exc_info=debug)  # noqa: TRY400
        sentence = (
            f"{tool.name} failed unexpectedly ({type(error).__name__}): start the server with "
            "ATLAS_COSTS_DEBUG=1 and report what it writes to standard error."
        )
        return Answer({"outcome": "failed", "says": sentence}, is_error=True)


def listed_tool(tool: Tool) -> ListedTool:
    """A tool as a client is told of it."""
    reads = tool.effect is Effect.READS
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.schema,
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=reads,
            destructive_hint=tool.effect is Effect.OVERWRITES,
        ),
    )


def result_of(answer: Answer) -> CallToolResult:
    """An answer as it goes out, what others wrote marked as data."""
    # the text is for clients that do not read structured content
    document = marked(answer.document)
    return CallToolResult(
        content=[TextContent(text=as_text(document))],
        structured_content=document,
        is_error=answer.is_error,
    )
