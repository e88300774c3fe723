from celery import shared_task

from orders.models import Order


@shared_task
def place(what):
    Order.objects.create(what=what)


@shared_task
def tick():
    Order.objects.get_or_create(what="tick of beat")
