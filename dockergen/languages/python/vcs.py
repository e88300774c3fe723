"""Dependencies that are fetched from version control: the programs, keys and host names that the install step needs."""

from __future__ import annotations

import re

from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.model import Origin, Secret
from dockergen.repository import LOCK_LIMIT, Repository

# Scheme in front of the + -> Debian package that pip calls for it.
_PROGRAMS = {"git": "git", "hg": "mercurial", "svn": "subversion", "bzr": "brz"}
_GIT_LOCKED = regex(
    r'(?:\bgit = "|^type = "git"\nurl = "|^ *"git": "|\bgit\+)(?P<url>[^"\s]+)',
    re.MULTILINE,
)
_REMOTE = regex(r"(git|hg|svn|bzr)\+")
_SSH = regex(
    r"^(?:(?:git|hg|svn|bzr)\+)?ssh://(?:[^@/]+@)?(?P<host>[^/:]+)(?::(?P<port>\d+))?|^(?:git\+)?[\w.-]+@(?P<scp>[\w.-]+):"
)
_AGENT = Secret("ssh", why="keys of the agent that runs on your machine")
_HOSTS = Secret(
    "known_hosts",
    "/root/.ssh/known_hosts",
    source="~/.ssh/known_hosts",
    why="public keys of the hosts that are reached",
)


@frozen
class Remote:
    """What dependencies from version control need in the build stage."""

    packages: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    notes: tuple[str, ...] = ()


def vcs(repo: Repository, project: Project) -> Remote:
    """The programs, and for ssh the agent's socket and the person's own known_hosts: no host is trusted unseen."""
    urls = list(_urls(repo, project))
    if not urls:
        return Remote()
    packages = {_program(url) for url, _ in urls}
    ssh = [(found, origin) for url, origin in urls if (found := _SSH.match(url))]
    if not ssh:
        return Remote(tuple(sorted(packages)))
    found, origin = ssh[0]
    host = found["host"] or found["scp"]
    scan = f"ssh-keyscan -p {found['port']} {host}" if found["port"] else f"ssh-keyscan {host}"
    note = (
        f"{origin} is fetched over ssh: the build asks the agent on your machine (ssh-add -l shows its keys) and "
        f"trusts the hosts of ~/.ssh/known_hosts, in which {host} has to be ({scan} prints its line)."
    )
    return Remote(tuple(sorted({*packages, "openssh-client"})), (_HOSTS, _AGENT), (note,))


def _urls(repo: Repository, project: Project) -> list[tuple[str, Origin]]:
    found = [(r.url, origin) for r, origin in project.direct if _REMOTE.match(r.url) or _SSH.match(r.url)]
    if project.lock:
        text = repo.read(project.lock, LOCK_LIMIT)
        # Most lock files name no checkout, which a plain search tells ten times as fast.
        named = any(mark in text for mark in ('git = "', '"git"', "git+"))
        for match in _GIT_LOCKED.finditer(text) if named else ():
            found.append((match["url"], Origin("file", project.lock, text.count("\n", 0, match.start()) + 1)))
    return found


def _program(url: str) -> str:
    return _PROGRAMS.get(url.partition("+")[0], "git") if "+" in url.partition(":")[0] else "git"
