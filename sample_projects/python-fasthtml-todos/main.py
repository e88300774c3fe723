"""A list of things to do, kept in a database beside the program."""

from fasthtml.common import *

app, rt, todos, Todo = fast_app("todos.db", id=int, name=str, done=bool, pk="id", live=False)


@rt("/")
def get():
    if not todos():
        todos.insert(Todo(name="hello from todos", done=False))
    return Titled("Todos", Ul(*[Li(todo.name) for todo in todos()]))


@rt("/add/{name}")
def add(name: str):
    todos.insert(Todo(name=name, done=False))
    return f"{len(todos())} todos"


serve(host="127.0.0.1", port=5010)
