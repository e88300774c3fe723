"""Repositories without any manifest: the imports of their files say what is to be installed."""

from __future__ import annotations

from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.inline import Carrier
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.languages.python.unlisted import as_lines, distribution, unlisted
from dockergen.languages.python.unnamed import asked_by_django
from dockergen.manifests.requirements import Requirement
from dockergen.repository import Repository
from dockergen.shortened import shortened

_MOST_SHOWN = 6


def of_program(repo: Repository, project: Project, begun: Start) -> Project:
    """The project with what this one program imports, and a note that says how to write a manifest.

    Raises ProjectError where it imports what is not known here.
    """
    modules = unlisted(repo, begun.entry, asked_by_django(repo, begun.django))
    wanted = {distribution(module): origin for module, origin in modules.items()}
    row = load("python").frameworks.get(begun.command.value[0])
    # The server may be what only another file imports: run.py, which starts it for developers.
    wanted |= {r.name: origin for r, origin in project.direct if row and r.name in row.dependencies}
    others = {requirement.name for requirement, _ in project.direct} - set(wanted)
    shown = shortened([f"{name} ({origin})" for name, origin in wanted.items()], _MOST_SHOWN)
    note = (
        f"No manifest names what is to be installed, so the image has the newest of what the program imports: "
        f"{shown}. Write one, best with the versions that `pip freeze` tells where it runs: {as_lines(modules)}"
    )
    return replace(
        project,
        direct=tuple((Requirement(name), origin) for name, origin in wanted.items()),
        installed={name: origin for name, origin in {**project.installed, **wanted}.items() if name not in others},
        script=Carrier(),
        unwritten=True,
        notes=(*project.notes, note) if wanted else project.notes,
    )
