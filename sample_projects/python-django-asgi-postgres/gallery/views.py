"""The pages: one asks the database, one writes to the media folder."""

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse


async def index(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello from gallery, PostgreSQL {await sync_to_async(version)()}")


def version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def upload(request: HttpRequest) -> HttpResponse:
    place = settings.MEDIA_ROOT / "picture.txt"
    place.write_text("a picture")
    return HttpResponse(place.read_text())
