"""Counts words for whoever asks on standard input."""

import sys

from mcp.server import MCPServer

server = MCPServer("Words")


@server.tool()
def count(text: str) -> int:
    """The number of words."""
    return len(text.split())


if __name__ == "__main__":
    print("listening on standard input", file=sys.stderr)
    server.run()
