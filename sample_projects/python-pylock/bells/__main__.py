"""A tower clock."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chimes import strokes


class Clock(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        hour = self.path.removeprefix("/strokes/")
        known = hour.isdigit()
        answer = {"strokes": strokes(int(hour))} if known else {"message": "hello from bells"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known or self.path == "/" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Clock).serve_forever()


if __name__ == "__main__":
    main()
