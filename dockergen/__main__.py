"""The program: `dockergen`, or `python -m dockergen`."""

import gc
import os
import sys


def main() -> None:
    """Runs the command line and ends the process."""
    # A run that takes a tenth of a second has nothing to collect; one that takes minutes still does.
    gc.set_threshold(200_000)
    from dockergen.cli import main as run

    code: object = 0
    try:
        run()
    except SystemExit as ended:
        code = ended.code or 0
    if not isinstance(code, int) or sys.gettrace() or sys.getprofile():
        sys.exit(code)  # type: ignore[arg-type]  # a text, which Python prints; or somebody watches
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # closed, or full: what could be said of it was said
    # Without taking each module apart first, which takes as long as planning: everything is written.
    os._exit(code)


if __name__ == "__main__":
    main()
