from pyramid.view import view_config

from shelf import GREETING, books


@view_config(route_name="home", renderer="string")
def home(request):
    return GREETING


@view_config(route_name="add", renderer="string")
def add(request):
    with books(request.registry.settings) as database:
        database.execute("insert into books values (?)", [request.matchdict["title"]])
        return ", ".join(title for (title,) in database.execute("select title from books"))
