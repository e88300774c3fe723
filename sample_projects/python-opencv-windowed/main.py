"""Draws a circle with OpenCV and answers with the picture, or with its measures."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy


def picture() -> numpy.ndarray:
    canvas = numpy.zeros((64, 64, 3), numpy.uint8)
    return cv2.circle(canvas, (32, 32), 20, (0, 0, 255), -1)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        encoded = cv2.imencode(".png", picture())[1].tobytes()
        found = cv2.findContours(cv2.inRange(picture(), (0, 0, 255), (0, 0, 255)), cv2.RETR_EXTERNAL, 2)[0]
        text = f"{len(found)} shape, {round(cv2.contourArea(found[0]))} points".encode()
        self.send_response(200)
        self.send_header("Content-Type", "image/png" if self.path == "/circle.png" else "text/plain")
        self.end_headers()
        self.wfile.write(encoded if self.path == "/circle.png" else text)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
