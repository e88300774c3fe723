"""SIGTERM: as process 1 Node.js gets no default action from the kernel, so a program without a handler never stops."""

from __future__ import annotations

from dockergen.languages.node.build import sources
from dockergen.lazy import regex
from dockergen.repository import Repository

# Programs and libraries that end the process themselves.
_HANDLED = regex(
    r"SIGTERM|enableShutdownHooks|close-with-grace|fastify-graceful-shutdown|http-terminator|@godaddy/terminus|lightship"
    r"|stoppable|graceful-shutdown|gracefulShutdown"
)
_OLDEST = 20  # the first line in which every release knows --import with a data: address
# Steps back when the program has a handler of its own: `once` is off the list by the time it runs.
HANDLER = "data:text/javascript,process.once('SIGTERM',()=>process.listenerCount('SIGTERM')||process.exit(143))"
WHY = "Process 1 gets no default signals: without a handler of its own the program would not stop on SIGTERM."


def stoppable(repo: Repository, argv: tuple[str, ...], version: str) -> tuple[str, ...]:
    """The command with a handler preloaded, where Node.js runs a program that has none; else the command itself."""
    major = version.split(".", maxsplit=1)[0]
    if argv[0] != "node" or len(argv) < 2 or not major.isdigit() or int(major) < _OLDEST:
        return argv
    if any(_HANDLED.search(text) for _, text in sources(repo)):
        return argv
    return ("node", "--import", HANDLER, *argv[1:])
