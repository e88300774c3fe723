import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tides import level


class Tides(BaseHTTPRequestHandler):
    def do_GET(self):
        hour = self.path.strip("/")
        text = f"{level(int(hour))} cm" if hour.isdecimal() else "tides by the hour"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())


def main():
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8070"))), Tides).serve_forever()
