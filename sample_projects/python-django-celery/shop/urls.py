from django.urls import path

from orders import views

urlpatterns = [path("", views.index), path("order/<str:what>", views.order), path("healthz", views.health)]
