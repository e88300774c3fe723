"""Sites that MkDocs, Sphinx or Pelican builds: the pages are made in one stage and handed out by nginx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.brought import framework_modules
from dockergen.languages.python.install import Install, install
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start, start, startable
from dockergen.languages.python.syntax import parsed
from dockergen.languages.python.system import system
from dockergen.lazy import regex
from dockergen.model import BuildPlan, Companion, Decision, IgnoreGroup, Image, Origin, Sourced
from dockergen.repository import Repository, normal
from dockergen.settings import Settings, settled

_PORT = 8080
_HISTORY = regex(r"^\s*-\s*(git-(?:authors|revision-date(?:-localized)?|committers(?:-2)?))\b", re.MULTILINE)
_START = ("sh", "-c", 'echo "listen ${PORT};" > /tmp/listen.conf && exec nginx -g "daemon off;"')
_PELICAN = regex(r"""^PATH\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_SPHINX = ("docs/source", "docs", "doc", "source", "")


@frozen
class Documentation:
    """What builds the pages, from which file, into which folder."""

    tool: str
    origin: Origin
    argv: tuple[str, ...]
    output: str
    page: str  # a source of the pages, whose edit builds them again


@frozen
class SiteFacts:
    """What the template of a site prints."""

    install: Install
    command: tuple[str, ...]
    output: str
    layout: str = "site"
    stops: bool = False
    fallback: bool = False  # for nginx: unknown paths are not the start page


def documentation(repo: Repository, project: Project, settings: Settings) -> Documentation | None:
    """The site of a repository that is nothing else: its manifest asks for the tool, and nothing can be started."""
    asked = {requirement.name for requirement, _ in project.direct}
    builders = {"mkdocs": _mkdocs, "sphinx": _sphinx, "pelican": _pelican}
    tools = [tool for tool in builders if any(n == tool or n.startswith(f"{tool}-") for n in asked)]
    if not tools or settings.start is not None:
        return None
    found = next((site for tool in tools if (site := builders[tool](repo))), None)
    if found is None or not startable(repo, project, settings):
        return found
    return found if _is_of_another_project(repo, project, settings) else None


def _is_of_another_project(repo: Repository, project: Project, settings: Settings) -> bool:
    """True when what could be started imports a web framework that nothing here installs: an example of the pages."""
    try:
        entry = start(repo, project, settings).entry
    except ProjectError:
        return False
    modules = dict(framework_modules())
    imported = {name.split(".")[0] for name in parsed(repo.source(entry)).imports.values()} if entry else set()
    wanted = {modules[name] for name in imported if name in modules}
    # What the source alone tells of is installed by nothing.
    stated = (name in project.installed and not project.origin_of(name).path.endswith(".py") for name in wanted)
    return bool(wanted) and not any(stated) and not any(repo.has(name) for name in imported)


def documentation_plan(
    repo: Repository, project: Project, release: Sourced[str], site: Documentation, settings: Settings
) -> BuildPlan:
    """The build on Python and the pages on nginx; raises what the install step raises."""
    catalog = load("python")
    row = catalog.images["static"]
    image, why = row.at(), Origin("default", note="static files need no Python")
    if settings.base is not None:
        image, why = _image(settings.base.value), settings.base.origin
    build = catalog.images["build"].at(release.value)
    begun = Start(Sourced(site.argv, site.origin))
    setup = install(repo, project, begun, release)
    needs = system(repo, project, begun, release.value, build, build)
    port = settled("port", settings.port, Sourced(_PORT, Origin("default", note="nginx")))
    framework = next(n for n in project.installed if n == site.tool or n.startswith(f"{site.tool}-"))
    return BuildPlan(
        language="python",
        title="Python",
        build_image=build,
        runtime_image=image,
        decisions=(
            Decision("version", release, "--version"),
            Decision("manager", project.manager, "--manager"),
            Decision("framework", Sourced(site.tool, project.origin_of(framework))),
            Decision("build", Sourced(site.argv, site.origin)),
            Decision("output", Sourced(site.output, site.origin)),
            Decision("build_image", Sourced(str(build), release.origin)),
            Decision("runtime_image", Sourced(str(image), why), "--base"),
            *setup.legacy.decisions,
            *setup.builds.decisions,
            Decision("port", port, "--port"),
            Decision("start", Sourced(_START, Origin("default", note="nginx"))),
        ),
        start=_START,
        port=port.value,
        health=("sh", "-c", 'wget -q -O /dev/null "http://127.0.0.1:${PORT}/"'),
        user=row.user,
        env=(("PORT", str(port.value)),),
        build_packages=tuple(sorted({*setup.build_packages, *needs.build, *needs.run})),
        context_files=(*setup.manifests, *setup.folders, *setup.reads, *filter(None, (setup.builds.file,))),
        ignore=(IgnoreGroup("Made on this machine", ("**/__pycache__", ".venv", "venv", site.output)),),
        secrets=setup.secrets,
        companions=(Companion("nginx.conf", "nginx.conf.j2"),),
        notes=(*project.notes, *setup.notes, *_reading_history(repo, site)),
        touch=site.page,
        facts=SiteFacts(replace(setup, project=False, added=()), site.argv, site.output),
    )


def _reading_history(repo: Repository, site: Documentation) -> Iterator[str]:
    """Plug-ins that ask git, of whose history the build has nothing."""
    for found in _HISTORY.finditer(repo.source(site.origin.path)):
        line = repo.source(site.origin.path).count("\n", 0, found.start(1)) + 1
        yield (
            f"{site.origin.path}:{line} uses {found[1]}, which reads the history of the repository, and .git stays out "
            "of the build: let a variable switch it on (enabled: !ENV [WITH_HISTORY, false])."
        )


def _mkdocs(repo: Repository) -> Documentation | None:
    path = next((p for p in ("mkdocs.yml", "mkdocs.yaml") if repo.is_file(p)), "")
    if not path:
        return None
    # Not parsed: tags such as !!python/name make it YAML of MkDocs' own kind.
    text = repo.source(path)
    named = {
        key: found[1].strip("\"' ") if (found := re.search(rf"^{key}\s*:\s*([^#\n]+)", text, re.MULTILINE)) else default
        for key, default in (("docs_dir", "docs"), ("site_dir", "site"))
    }
    if normal(named["site_dir"]) is None or normal(named["docs_dir"]) is None:
        raise ProjectError(f"{path}: docs_dir or site_dir leads out of this folder.", "Keep both inside.")
    page = next((p for p in repo.walk(named["docs_dir"], depth=3) if p.endswith(".md")), path)
    argv = ("mkdocs", "build") if path == "mkdocs.yml" else ("mkdocs", "build", "--config-file", path)
    return Documentation("mkdocs", Origin("file", path, 1), argv, normal(named["site_dir"]) or "site", page)


def _sphinx(repo: Repository) -> Documentation | None:
    folder = next((f for f in _SPHINX if repo.is_file(f"{f}/conf.py".lstrip("/"))), None)
    if folder is None:
        return None
    path = f"{folder}/conf.py".lstrip("/")
    page = next((p for p in repo.walk(folder, depth=3) if p.endswith((".rst", ".md"))), path)
    argv = ("sphinx-build", "-b", "html", folder or ".", "_site")
    return Documentation("sphinx", Origin("file", path, 1), argv, "_site", page)


def _pelican(repo: Repository) -> Documentation | None:
    """The settings for publishing, which build on those for writing."""
    path = next((p for p in ("publishconf.py", "pelicanconf.py") if repo.is_file(p)), "")
    if not path:
        return None
    stated = _PELICAN.search(repo.source("pelicanconf.py")) or _PELICAN.search(repo.source(path))
    folder = normal(stated[1] if stated else "content")
    if folder is None or not repo.is_folder(folder):
        return None
    page = next((p for p in repo.walk(folder, depth=3) if p.endswith((".md", ".rst"))), path)
    argv = ("pelican", folder or ".", "-o", "output", "-s", path)
    return Documentation("pelican", Origin("file", path, 1), argv, "output", page)


def _image(text: str) -> Image:
    name, _, digest = text.partition("@")
    repository, colon, tag = name.rpartition(":")
    return Image(repository, tag, digest) if colon and "/" not in tag else Image(name, "latest", digest)
