"""What a start is."""

from __future__ import annotations

from collections.abc import Mapping

from dockergen.frozen import frozen
from dockergen.languages.python.django import Django
from dockergen.model import Origin, Sourced


@frozen
class Start:
    """The start command and all that follows from it."""

    command: Sourced[tuple[str, ...]]
    framework: Sourced[str] | None = None
    port: Sourced[int] | None = None
    health: str = "/"  # path that is asked; "" when the server speaks no HTTP and only has to accept a connection
    probe: str = ""  # path that shows more than that it lives, where asking it every half minute would cost too much
    env: Mapping[str, str] | None = None
    added: tuple[str, ...] = ()  # a server that is installed besides what the project asks for
    import_root: str = ""  # folder that has to be on the import path; "." for the root of the repository
    script: bool = False  # an installed console script: the project itself must be installed
    entry: str = ""  # the file that holds the program
    launch: Origin | None = None  # where a command that prepares the program starts a server fit for production
    django: Django | None = None
    writable: tuple[str, ...] = ()  # folders relative to the root of the repository
    links: tuple[
        tuple[str, str], ...
    ] = ()  # files beside the source that the program writes, and where they go instead
    commands: tuple[tuple[str, str], ...] = ()
    made: tuple[Sourced[str], ...] = ()  # commands whose result belongs into the image
    interactive: bool = False  # it is asked on its standard input
    terminal: bool = False  # by a person, who types
    why: str = ""  # what stands as a comment above CMD
    notes: tuple[str, ...] = ()
