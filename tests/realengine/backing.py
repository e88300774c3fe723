"""Look-alikes of the images of backing services: Debian's Redis and PostgreSQL with the documented ports and variables."""

from __future__ import annotations

import re

from tests.realengine.images import Recipe, apt, debian

_POSTGRES_ENTRY = """#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -m 700 "$PGDATA"
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  : "${POSTGRES_PASSWORD:?has to be given}"
  printf '%s\\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username "$user" --pwfile /tmp/password --auth-host scram-sha-256 --no-sync >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  rm /tmp/password
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    echo "CREATE DATABASE \\"${POSTGRES_DB:-$user}\\"" | postgres --single -D "$PGDATA" postgres >/dev/null
  fi
fi
exec "$@"
"""


def redis(found: re.Match[str]) -> Recipe:
    """redis:7, which Debian 12 has; without protection, as the official image is when it is given no password."""
    return Recipe(
        f"FROM {debian('bookworm')}\n"
        + apt("redis-server")
        + "RUN install -d -o redis /data\nWORKDIR /data\nUSER redis\nEXPOSE 6379\n"
        'CMD ["redis-server", "--protected-mode", "no", "--save", ""]\n'
    )


def postgres(found: re.Match[str]) -> Recipe:
    """postgres:17, which Debian 13 has."""
    return Recipe(
        f"FROM {debian('trixie')}\n"
        "RUN install -d /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf\n"
        + apt("postgresql-17")
        + "COPY docker-entrypoint.sh /usr/local/bin/\n"
        "RUN install -d -o postgres /var/run/postgresql\n"
        "ENV PATH=$PATH:/usr/lib/postgresql/17/bin PGDATA=/var/lib/postgresql/data\n"
        'EXPOSE 5432\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["postgres", "-c", "listen_addresses=*"]\n',
        files={"docker-entrypoint.sh": _POSTGRES_ENTRY},
    )
