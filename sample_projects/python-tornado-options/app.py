"""A counter in memory, behind Tornado's own server."""

import asyncio
import signal

from tornado.options import define, options, parse_command_line
from tornado.web import Application, RequestHandler

define("port", default=7070, type=int, help="the port to listen on")


class Index(RequestHandler):
    def get(self) -> None:
        self.write({"message": "hello from counter"})


def make_app() -> Application:
    return Application([("/", Index)])


async def main() -> None:
    parse_command_line()
    make_app().listen(options.port)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
