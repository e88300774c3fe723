"""Says what kind of file the sample documents are, and what their XML holds."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import magic
from lxml import etree

DOCUMENTS = {"/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "/xml": b"<?xml version='1.0'?><a><b>lxml reads</b></a>"}


def told(path: str) -> str:
    document = DOCUMENTS.get(path, b"plain text\n")
    kind = magic.from_buffer(document)
    return kind + "; " + etree.fromstring(document).findtext("b", "") if path == "/xml" else kind


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(told(self.path).encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
