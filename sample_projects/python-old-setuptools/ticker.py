"""Two distributions of 2022: one wants setuptools' pkg_resources when it is imported, one is built by a setuptools below 58 only."""

from apscheduler.schedulers.blocking import BlockingScheduler
from jsmin import jsmin

scheduler = BlockingScheduler(timezone="UTC")


@scheduler.scheduled_job("interval", seconds=1)
def tick() -> None:
    print("minified:", jsmin("var answer  =  42;"), flush=True)


scheduler.start()
