"""Jobs on a schedule; the log and the state lie beside the program."""

import logging
import sqlite3

from apscheduler.schedulers.blocking import BlockingScheduler

logging.basicConfig(level=logging.INFO)
state = sqlite3.connect("jobs.db", check_same_thread=False)
state.execute("CREATE TABLE IF NOT EXISTS runs (at TEXT DEFAULT CURRENT_TIMESTAMP)")
scheduler = BlockingScheduler()


@scheduler.scheduled_job("interval", seconds=1)
def count() -> None:
    state.execute("INSERT INTO runs DEFAULT VALUES")
    state.commit()
    print("runs so far:", state.execute("SELECT count(*) FROM runs").fetchone()[0])


scheduler.start()
