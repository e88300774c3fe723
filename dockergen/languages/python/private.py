"""Private package indexes: what the install step needs to log in, and what must never reach a layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table
from dockergen.model import Origin, Secret
from dockergen.repository import LOCK_LIMIT, Repository

_IN_CLEAR = regex(r"(?:[a-z]+\+)?https?://[^/@\s\"'<>]+@[^\s\"'<>,;]+")
_URL = regex(r"https?://[^\s\"'<>\\,;|]+")
_PARTS = regex(r"(?P<scheme>(?:[a-z]+\+)?https?)://(?:(?P<user>[^/@\s]*)@)?(?P<host>\[[^\]]*\]|[^/:@\s]+)(?P<rest>.*)")
_VARIABLE = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)|%\(?([A-Z_][A-Z0-9_]*)\)?s")
_LOCK_SOURCE = regex(
    r'(?:registry|index) = "(?P<uv>https?://[^"]+)"|^type = "legacy"\nurl = "(?P<poetry>[^"]+)"|^ *"url": "(?P<pipenv>https?://[^"]+)"',
    re.MULTILINE,
)
_CONFIGURATIONS = ("pip.conf", "pip.ini", ".pip/pip.conf", ".config/pip/pip.conf")
_PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX")
_LOGIN_FILES = (".netrc", ".pypirc")
_LOGIN = regex(r"^(?!\s*#).*?\bpassword\b\s*[:=]?\s*(?!\$|<|\*+$)[^\s<$*]+", re.MULTILINE)
_NETRC = Secret("netrc", "/root/.netrc", source="~/.netrc", why="login of a private index")
# Second labels under a country's domain that are no owner's name, as in edu.cn.
_SHARED_LABELS = frozenset(("ac", "co", "com", "edu", "gov", "net", "org"))


@frozen
class Index:
    """A place that packages come from, as a manifest writes it."""

    url: str
    origin: Origin
    name: str = ""  # what the manifest calls it

    @property
    def user(self) -> str:
        """What stands before the @, credentials in clear included."""
        found = _PARTS.match(self.url)
        return (found["user"] or "") if found else ""

    @property
    def host(self) -> str:
        found = _PARTS.match(self.url)
        return found["host"].lower() if found else ""

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that the manager puts into the URL."""
        return tuple(dict.fromkeys(a or b or c for a, b, c in _VARIABLE.findall(self.url)))

    @property
    def clear(self) -> bool:
        """True when a password or token stands in the file itself."""
        user, colon, password = self.user.partition(":")
        said = password if colon else user  # ${TOKEN}@ and name:${TOKEN}@ hold no secret themselves
        return bool(_VARIABLE.sub("", said)) and (bool(colon) or _is_token(user))

    @property
    def shown(self) -> str:
        """The URL with everything masked that may be a credential."""
        found = _PARTS.match(self.url)
        if not found:
            return "a URL"
        user = "****@" if self.user else ""
        return f"{found['scheme']}://{user}{found['host']}{found['rest'].split('?')[0].split('#')[0]}"


@frozen
class Private:
    """What private indexes mean for the image."""

    secrets: tuple[Secret, ...] = ()
    unsafe: tuple[str, ...] = ()  # files with a password in clear: the install step reads them, no layer keeps them
    configuration: str = ""  # pip's own file in the repository
    notes: tuple[str, ...] = ()


def private(repo: Repository, project: Project) -> Private:
    """The secret mounts that the indexes of this project need; a credential in a manifest is reported, masked."""
    found = list(_indexes(repo, project))
    secrets: dict[str, Secret] = {}
    for index in found:
        for secret in _needs(index, project.manager.value):
            secrets.setdefault(secret.id, secret)
    for name, origin in _mentioned(repo) if project.manager.value in ("pip", "uv") else ():
        secrets.setdefault(name.lower(), Secret(name.lower(), variable=name, source=name, why=f"{origin} sets it"))
    clear = list(_in_clear(repo, project))
    notes = [
        f"{origin} holds a password in clear ({shown}). No layer of the image gets that file, but whoever reads "
        "the repository has the password: change it, keep the new one in ~/.netrc, and run dockergen init again."
        for origin, shown in clear
    ]
    kept = tuple(secrets[name] for name in sorted(secrets))
    unsafe = tuple(dict.fromkeys(origin.path for origin, _ in clear))
    configuration = next(iter(configurations(repo)), "")
    return Private(kept, unsafe, configuration, (*notes, *_logins(repo), *_advice(found, kept)))


def has_credentials(url: str) -> bool:
    """True when a password or token stands in the URL itself."""
    return Index(url, Origin("default")).clear


def _logins(repo: Repository) -> Iterator[str]:
    """Notes about files of logins that are committed; .dockerignore keeps them from every build."""
    for path in filter(repo.is_file, _LOGIN_FILES):
        if line := repo.line_of(path, _LOGIN):
            yield (
                f"{path}:{line} holds a login. No image gets that file, but whoever reads the repository has it: "
                f"change the password, keep the new one in ~/{path}, and `git rm {path}`."
            )


def _needs(index: Index, manager: str) -> list[Secret]:
    if index.variables:
        return [Secret(v.lower(), variable=v, source=v, why=f"{index.origin} refers to it") for v in index.variables]
    if index.clear or not index.host or _public(index.host):
        return []
    if manager == "uv" and index.name:
        stem = f"UV_INDEX_{re.sub(r'[^A-Z0-9]', '_', index.name.upper())}"
        names = (f"{stem}_USERNAME", f"{stem}_PASSWORD")
        return [Secret(n.lower(), variable=n, source=n, why=f"login of {index.name} ({index.origin})") for n in names]
    return [_NETRC]


def _advice(found: list[Index], secrets: tuple[Secret, ...]) -> list[str]:
    variables = [secret.variable for secret in secrets if secret.variable]
    reasons = "; ".join(dict.fromkeys(secret.why for secret in secrets if secret.variable))
    asked = {i.host: i.origin for i in reversed(found) if not i.variables and not i.clear and not _public(i.host)}
    notes = []
    if any(secret.id == _NETRC.id for secret in secrets):
        host, origin = min(asked.items())
        others = f" (and {', '.join(sorted(asked)[1:])})" if len(asked) > 1 else ""
        notes.append(
            f"{origin}: {host}{others} is taken for a private index, whose login the build reads from ~/.netrc "
            f"(machine {host} login NAME password TOKEN). Leave --secret out of the command if it needs none."
        )
    if variables:
        notes.append(
            f"Set {', '.join(variables)} before the build: {reasons}. The values reach one step and stay in no layer."
        )
    return notes


def _public(host: str) -> bool:
    """True for indexes that everybody may read, by the name of their owner."""
    labels = host.split(".")
    if len(labels) < 2:
        return False
    owner = labels[-3] if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_LABELS else labels[-2]
    return owner in load("python").lists["public_indexes"]


def is_public_index(url: str) -> bool:
    """True for the package index that pip uses unasked, by an older name too, and for mirrors of it."""
    host = Index(url, Origin("default")).host
    return host.startswith("pypi.") and _public(host)


def _is_token(user: str) -> bool:
    """A lone user part: an account such as `oauth2accesstoken` is a name, a long random word is a token."""
    return len(user) >= 20 and any(c.isdigit() for c in user)


def _in_clear(repo: Repository, project: Project) -> Iterator[tuple[Origin, str]]:
    """Every URL with a password in a file that an installer reads, masked; the first one of each line."""
    paths = ["pyproject.toml", "uv.toml", "poetry.toml", "Pipfile", "setup.py", "setup.cfg", project.lock]
    for path in dict.fromkeys((*project.requirements.files, *configurations(repo), *paths)):
        text = repo.read(path, LOCK_LIMIT) if path and repo.is_file(path) else ""
        lines: set[int] = set()
        for found in _IN_CLEAR.finditer(text) if "@" in text else ():
            line = text.count("\n", 0, found.start()) + 1
            index = Index(found.group(), Origin("file", path, line))
            if index.clear and line not in lines:
                lines.add(line)
                yield index.origin, index.shown


# --- where indexes are named


def _indexes(repo: Repository, project: Project) -> Iterator[Index]:
    yield from _of_requirements(project)
    yield from _of_pyproject(repo)
    yield from _of_pipfile(repo, project)
    yield from _of_configuration(repo, project)
    yield from _of_lock(repo, project)


def _of_requirements(project: Project) -> Iterator[Index]:
    for option, value, origin in project.requirements.options:
        if option in ("--index-url", "--extra-index-url", "--find-links") and "://" in value:
            yield Index(value, origin)
    for requirement, origin in project.direct:
        if "://" in requirement.url and "ssh://" not in requirement.url:
            url = Index(requirement.url, origin)
            # A download or a repository without a user is read like any other address.
            if url.user or url.variables:
                yield url


def _of_pyproject(repo: Repository) -> Iterator[Index]:
    tables = []
    if repo.is_file("pyproject.toml"):
        tool = table(repo.toml("pyproject.toml"), "tool")
        tables = [("pyproject.toml", table(tool, "uv")), ("pyproject.toml", table(tool, "poetry"))]
        tables += [("pyproject.toml", table(tool, "pdm"))]
    if repo.is_file("uv.toml"):
        tables.append(("uv.toml", repo.toml("uv.toml")))
    for path, settings in tables:
        for row in (*_rows(settings.get("index")), *_rows(settings.get("source"))):
            yield from _at(repo, path, row.get("url"), row.get("name"))
        for key in ("index-url", "extra-index-url", "find-links"):
            values = settings.get(key)
            for value in values if isinstance(values, list) else [values]:
                yield from _at(repo, path, value, "")


def _of_pipfile(repo: Repository, project: Project) -> Iterator[Index]:
    if project.manager.value == "pipenv" and repo.is_file("Pipfile"):
        for row in _rows(repo.toml("Pipfile").get("source")):
            yield from _at(repo, "Pipfile", row.get("url"), row.get("name"))


def _of_configuration(repo: Repository, project: Project) -> Iterator[Index]:
    for path in configurations(repo):
        for url in _URL.findall(repo.source(path)):
            yield from _at(repo, path, url, "")


def _of_lock(repo: Repository, project: Project) -> Iterator[Index]:
    if not project.lock:
        return
    text = repo.read(project.lock, LOCK_LIMIT)
    seen = set()
    for found in _LOCK_SOURCE.finditer(text):
        url = found[found.lastgroup or 0]
        if url not in seen:
            seen.add(url)
            yield Index(url, Origin("file", project.lock, text.count("\n", 0, found.start()) + 1), _named(repo, url))


def _named(repo: Repository, url: str) -> str:
    """What pyproject.toml calls the index that a lock file names by its address."""
    return next((i.name for i in _of_pyproject(repo) if i.url.rstrip("/") == url.rstrip("/") and i.name), "")


def configurations(repo: Repository) -> tuple[str, ...]:
    """Configuration files of pip that lie in the repository."""
    return tuple(path for path in _CONFIGURATIONS if repo.is_file(path))


def _mentioned(repo: Repository) -> Iterator[tuple[str, Origin]]:
    """Variables with an index's address that the repository's own automation sets from a secret store."""
    paths = [".gitlab-ci.yml", "Makefile", "Jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml"]
    paths += [f".github/workflows/{name}" for name in repo.entries(".github/workflows")]
    for path in paths:
        text = repo.source(path) if repo.is_file(path) else ""
        for name in _PIP_VARIABLES:
            found = re.search(rf"\b{name}\b[\"']?\s*[:=]\s*[^\n]*(\$|secrets\.)", text)
            if found:
                yield name, Origin("file", path, text.count("\n", 0, found.start()) + 1)


def _rows(value: object) -> list[dict[str, object]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _at(repo: Repository, path: str, url: object, name: object) -> Iterator[Index]:
    if isinstance(url, str) and "://" in url:
        yield Index(url, Origin("file", path, repo.line_of(path, url)), name if isinstance(name, str) else "")
