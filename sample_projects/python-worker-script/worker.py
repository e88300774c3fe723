"""Prints a tick every second until SIGTERM or Ctrl+C."""

import signal
import threading
from datetime import datetime, timezone
from types import FrameType

import schedule

stopping = threading.Event()


def tick() -> None:
    print("tick", datetime.now(timezone.utc).isoformat(timespec="seconds"))


def stop(number: int, frame: FrameType | None) -> None:
    stopping.set()


def main() -> None:
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    schedule.every().second.do(tick)
    while not stopping.wait(0.2):
        schedule.run_pending()
    print("stopped")


if __name__ == "__main__":
    main()
