import sys

from pyramid.paster import get_appsettings

from shelf import books


def main():
    with books(get_appsettings(sys.argv[1])) as database:
        database.execute("insert into books values ('Walden')")
