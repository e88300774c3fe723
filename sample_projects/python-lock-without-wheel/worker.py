"""Names its own process, as /proc shows."""

import signal
import threading
from pathlib import Path

import setproctitle

stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
setproctitle.setproctitle("ticking worker")
while not stopped.wait(1):
    print("this process is the", Path("/proc/self/cmdline").read_text().rstrip("\0"), flush=True)
