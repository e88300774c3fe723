"""Weighs everything once a minute."""

import time

import schedule
from units import pounds


def weigh() -> None:
    print(f"total {pounds(75.01)} pounds", flush=True)


if __name__ == "__main__":
    schedule.every().minute.do(weigh)
    while True:
        schedule.run_pending()
        time.sleep(1)
