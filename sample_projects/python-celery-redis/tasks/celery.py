"""The queue, its schedule, and a task that proves on start that both ends of Redis work."""

import os

from celery import Celery
from celery.signals import worker_ready

REDIS = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
app = Celery("tasks", broker=REDIS, backend=REDIS)
app.conf.beat_schedule = {"greet": {"task": "tasks.celery.greet", "schedule": 60.0, "args": ("beat",)}}


@app.task
def greet(name: str) -> str:
    print(f"hello from {name}", flush=True)
    return name


@worker_ready.connect
def started(**_: object) -> None:
    greet.delay("the queue")
