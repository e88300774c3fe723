"""Servers of the Model Context Protocol: what asks them, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.commands import next_lines
from dockergen.model import BuildPlan, Service
from tests.python_trees import decision, plan_of, started

OFFICIAL = "from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP({given})\n\n@mcp.tool()\ndef add(a: int, b: int) -> int:\n    return a + b\n"
OTHER = OFFICIAL.replace("mcp.server.fastmcp", "fastmcp")
MAIN = "\nif __name__ == '__main__':\n    {run}\n"
LOW = (
    "from mcp.server import Server\nfrom mcp.server.stdio import stdio_server\n\nserver = Server('a')\n\n@server.list_tools()\nasync def tools():\n    return []\n\n"
    "async def main():\n    async with stdio_server() as (read, write):\n        await server.run(read, write, server.create_initialization_options())\n\n"
    "if __name__ == '__main__':\n    import asyncio\n    asyncio.run(main())\n"
)


def _plan(root: Path, text: str, wanted: str) -> BuildPlan:
    return plan_of(root, {"requirements": wanted, "server.py": text})


def _run_line(plan: BuildPlan) -> str:
    return next_lines(Service("notes", "", plan))[1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (OFFICIAL.format(given="'a'") + MAIN.format(run="mcp.run()"), "mcp"),
        (OFFICIAL.format(given="'a'") + MAIN.format(run="mcp.run(transport='stdio')"), "mcp"),
        (OTHER.format(given="'a'") + MAIN.format(run="mcp.run()"), "fastmcp"),
        (LOW, "mcp"),
        (
            "from fastmcp import FastMCP\n\nclass Notes:\n    def __init__(self):\n        self.mcp = FastMCP('a')\n\n    def run(self):\n        self.mcp.run()\n\nif __name__ == '__main__':\n    Notes().run()\n",
            "fastmcp",
        ),
    ],
    ids=["usual", "told", "the other SDK", "low level", "in a class"],
)
def test_a_server_on_standard_input_is_given_one(tmp_path: Path, text: str, wanted: str) -> None:
    plan = _plan(tmp_path, text, wanted)
    assert plan.interactive
    assert plan.port is None
    assert _run_line(plan) == "docker run --rm -i notes"
    assert decision(plan, "framework").text == wanted


HTTP = [
    ("official, localhost", OFFICIAL, "'a', port=8050", "mcp.run(transport='streamable-http')", "mcp", "uvicorn --factory server:mcp.streamable_http_app --host 0.0.0.0 --port 8050", 8050),
    ("official, by its old transport", OFFICIAL, "'a'", "mcp.run('sse')", "mcp", "uvicorn --factory server:mcp.sse_app --host 0.0.0.0 --port 8000", 8000),
    ("official, open", OFFICIAL, "'a', host='0.0.0.0', port=8050", "mcp.run(transport='sse')", "mcp", "python server.py", 8050),
    ("the other, by its variable", OTHER, "'a'", "mcp.run(transport='http')", "fastmcp", "python server.py", 8000),
    ("the other, localhost", OTHER, "'a'", "mcp.run(transport='http', host='127.0.0.1', port=9000)", "fastmcp", "fastmcp run server.py:mcp --transport http --host 0.0.0.0 --port 9000", 9000),
    ("the other, open", OTHER, "'a'", "mcp.run(transport='http', host='0.0.0.0', port=9000)", "fastmcp", "python server.py", 9000),
    ("a port that a variable moves", OTHER, "'a'", "mcp.run(transport='http', host='0.0.0.0', port=int(os.environ.get('PORT', 9001)))", "fastmcp", "python server.py", 9001),
]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "given", "run", "wanted", "start", "port"), [c[1:] for c in HTTP], ids=[c[0] for c in HTTP]
)
def test_a_server_over_http_is_reached(
    tmp_path: Path, head: str, given: str, run: str, wanted: str, start: str, port: int
) -> None:
    plan = _plan(tmp_path, "import os\n" + head.format(given=given) + MAIN.format(run=run), wanted)
    assert started(plan) == start
    assert plan.port == port
    assert not plan.interactive
    assert not any("127.0.0.1" in note for note in plan.notes)
    told = dict(plan.env).get("FASTMCP_HOST")
    assert (told == "0.0.0.0") == (wanted == "fastmcp" and "host=" not in run)


def test_a_program_that_prepares_its_server_runs_as_it_is_and_is_told(tmp_path: Path) -> None:
    text = (
        OFFICIAL.format(given="'a'")
        + "\ndef main():\n    prepare()\n    mcp.run(transport='sse')\n"
        + MAIN.format(run="main()")
    )
    plan = _plan(tmp_path, text, "mcp")
    assert started(plan) == "python server.py"
    assert any(note.startswith("server.py:11 listens on 127.0.0.1") for note in plan.notes)


@pytest.mark.parametrize("text", [OFFICIAL.format(given="'a'") + MAIN.format(run="mcp.run()"), LOW])
def test_the_first_sdk_is_held_below_the_second(tmp_path: Path, text: str) -> None:
    assert any("so the image holds mcp<2.0" in note for note in _plan(tmp_path, text, "mcp").notes)


@pytest.mark.parametrize(
    ("text", "wanted", "start"),
    [
        (OFFICIAL, "mcp", "python -c from server import mcp; mcp.run()"),
        (OTHER, "fastmcp", "fastmcp run server.py:mcp"),
    ],
    ids=["official", "the other"],
)
def test_a_server_that_its_sdk_runs_is_run(tmp_path: Path, text: str, wanted: str, start: str) -> None:
    plan = _plan(tmp_path, text.format(given="'a'"), wanted)
    assert plan.interactive
    assert started(plan) == start


def test_a_server_that_options_move_is_left_on_its_usual_standard_input(tmp_path: Path) -> None:
    run = (
        "import argparse\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--transport', default='stdio')\n"
        "    parser.add_argument('--port', type=int, default=7071)\n    args = parser.parse_args()\n"
        "    if args.transport == 'stdio':\n        mcp.run()\n    else:\n        import uvicorn\n"
        "        uvicorn.run(mcp.sse_app(), host='0.0.0.0', port=args.port)"
    )
    plan = _plan(tmp_path, OFFICIAL.format(given="'a'") + MAIN.format(run=run), "mcp")
    assert plan.interactive
    assert started(plan) == "python server.py"


def test_a_client_works_with_the_newest_sdk(tmp_path: Path) -> None:
    text = "import asyncio\nfrom mcp import ClientSession\n\nasync def main():\n    session = ClientSession()\n    await session.list_tools()\n\nasyncio.run(main())\n"
    plan = _plan(tmp_path, text, "mcp")
    assert not any("mcp<" in note for note in plan.notes)
    assert not plan.interactive


def test_an_app_that_mounts_a_server_is_served_as_an_app(tmp_path: Path) -> None:
    files = {
        "requirements": "fastapi\nuvicorn\nmcp",
        "main.py": "from fastapi import FastAPI\nfrom tools import mcp\n\napp = FastAPI()\napp.mount('/mcp', mcp.streamable_http_app())\n",
        "tools.py": OFFICIAL.format(given="'a'") + MAIN.format(run="mcp.run(transport='stdio')"),
    }
    plan = plan_of(tmp_path, files)
    assert started(plan) == "uvicorn main:app --host 0.0.0.0 --port 8000"
    assert plan.port is not None
    assert not plan.interactive
    assert decision(plan, "framework").text == "fastapi"
