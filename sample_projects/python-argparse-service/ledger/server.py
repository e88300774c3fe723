"""The server: the entries as a table."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tabulate import tabulate

ENTRIES = [("rent", 700), ("bread", 3)]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"hello from ledger\n{tabulate(ENTRIES)}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(host: str, port: int) -> None:
    ThreadingHTTPServer((host, port), Handler).serve_forever()
