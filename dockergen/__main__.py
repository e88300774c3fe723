"""The program: `dockergen`, or `python -m dockergen`."""

import gc


def main() -> None:
    """Runs the command line."""
    # A run that takes a tenth of a second has nothing to collect; one that takes minutes still does.
    gc.set_threshold(200_000)
    from dockergen.cli import main as run

    run()


if __name__ == "__main__":
    main()
