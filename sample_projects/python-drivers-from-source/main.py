"""Answers what the C libraries of the two database drivers say about themselves and about a connection string."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import MySQLdb._mysql
import psycopg2
import psycopg2.extensions


def report() -> dict[str, str]:
    parsed = psycopg2.extensions.parse_dsn("postgresql://ada@db.example:6543/engines")
    return {
        "libpq": str(psycopg2.extensions.libpq_version()),
        "host": f"{parsed['host']}:{parsed['port']}",
        "mariadb": MySQLdb.get_client_info(),
        "escaped": MySQLdb._mysql.escape_string(b"it's").decode(),
    }


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(report()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
