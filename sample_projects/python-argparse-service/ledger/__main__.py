"""The command line: `python -m ledger import` and `python -m ledger serve`."""

import argparse
import signal
import sys

from ledger.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="ledger")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("import", help="read a file of entries")
    serving = commands.add_parser("serve", help="answer questions over HTTP")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8321)
    arguments = parser.parse_args()
    if arguments.command == "serve":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        serve(arguments.host, arguments.port)


if __name__ == "__main__":
    main()
