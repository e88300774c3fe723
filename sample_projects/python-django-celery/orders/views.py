from django.http import HttpResponse

from orders.models import Order
from orders.tasks import place


def index(request):
    return HttpResponse("orders: " + ", ".join(Order.objects.values_list("what", flat=True)))


def order(request, what):
    place.delay(what)
    return HttpResponse("queued")


def health(request):
    return HttpResponse("hello from shop")
