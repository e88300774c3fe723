"""Further trials of an image whose program ended for want of a key: with one made up, many start and answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from dockergen.lazy import regex
from dockergen.repository import Repository
from dockergen.shortened import shortened
from dockergen.verify.report import Options, Problem, Report
from dockergen.verify.trial import TRIAL_DATABASE, in_files, made_up

_MOST_TRIALS = 4
_MOST_SHOWN = 4  # variables in a message
_ASKED = regex(r"--env ([A-Z][A-Z0-9_]*)=\.\.\.")
# What a program hands on to somebody else's service, which only then is found to be wrong.
_HANDED_ON = regex(
    r"(?:\w+_)?(?:API_?KEY|KEY|KEY_ID|TOKEN|SECRET|PASSWORD|PASS|CLIENT_ID|APP_ID|APPID|PROJECT_ID|ACCOUNT_SID|SID|API_VERSION"
    r"|BUCKET(?:_NAME)?|REGION|MODEL(?:_NAME)?|DEPLOYMENT(?:_NAME)?|INDEX(?:_NAME)?|ENVIRONMENT|USER(?:NAME)?)(?:_\d)?"
)
_DOMAIN = regex(r"(?:\w+_)?(?:DOMAIN|HOSTNAME)")
_DSN = regex(r"(?:\w+_)?SENTRY(?:_\w+)?_DSN|DSN")
_PLACE = regex(r"(?:\w+_)?(?:URL|URI|ENDPOINT|API_BASE|BASE_URL)")
_DATABASE = regex(
    r"(?:\w+_)?(?:DATABASE|DB|SQLALCHEMY|POSTGRES(?:QL)?|MYSQL|PG|SQL)(?:_\w+)?_(?:UR[IL]|CONNECTION_STRING)"
)
# Servers that many programs ask only when they have something for them, by addresses where nothing answers.
_SERVERS = (
    (regex(r"(?:\w+_)?(?:REDIS|BROKER|CELERY|CACHE|QUEUE|RESULT_BACKEND)(?:_\w+)?"), "redis://localhost:6379/0"),
    (regex(r"(?:\w+_)?(?:AMQP|RABBIT(?:MQ)?)(?:_\w+)?"), "amqp://localhost"),
    (regex(r"(?:\w+_)?MONGO(?:DB)?(?:_\w+)?"), "mongodb://localhost:27017/trial"),
)
# The parts of an address of a database, which many programs ask for a connection when a page wants it.
_OF_DATABASE = r"(?:\w+_)?(?:DB|DATABASE|POSTGRES(?:QL)?|MYSQL|MARIADB|PG|SQL)_?"
_PARTS = (
    (regex(rf"{_OF_DATABASE}(?:HOST|SERVER|HOSTNAME|ADDRESS)"), "localhost"),
    (regex(rf"{_OF_DATABASE}PORT"), "5432"),
    (regex(rf"{_OF_DATABASE}(?:NAME|DB|DATABASE|USER|USERNAME|USR|PASSWORD|PASS|PWD|PW|SCHEMA)"), "trial"),
)
_ADDRESS = regex(r"\w*(?:UR[IL]|BACKEND|BROKER)")
_SERVICE = regex(r"KAFKA|ELASTIC|NEO4J|MEMCACHE|SOCKET|PROXY|WEBHOOK|REDIS|MONGO|AMQP|RABBIT|BROKER|CELERY|QUEUE")
# Three words with dots between them are also what some clients take for a signed token.
_KEY, _URL = "trial.trial.trial", "https://trial.example.com"

Trial = Callable[[Report, Options], Report]


def tried_again(
    trial: Trial, built: Report, first: Report, repo: Repository, options: Options, needs: Iterable[str] = ()
) -> Report:
    """The report of the first trial in which the program answers with values made up for what it asks for, and for
    what it is known to need; where none does, that of the first one with a word on how far the program comes. `built`
    is the report before any trial."""
    last, given = first, dict[str, str]()
    for _ in range(_MOST_TRIALS):
        wanted = _wanted(last, {**options.env, **given}, needs)
        if not wanted:
            break
        values, notes = _values(repo, wanted)
        given |= values
        built = replace(built, notes=(*built.notes, *notes))
        last = trial(built, replace(options, env={**options.env, **given}))
        if not last.problems:
            return last
    return first if last is first else _with_end(first, last, given)


def _wanted(report: Report, known: Mapping[str, str], needs: Iterable[str]) -> list[str]:
    """The variables that the last problem of a start asks for, as far as it may do to have any value for them."""
    problem = report.problems[-1] if report.problems else None
    if problem is None or problem.where != "start":
        return []
    in_a_file = "was a file of SQLite" in problem.cause  # since the first trial
    asked = [name for name in _ASKED.findall(problem.remedy) if not (in_a_file and _DATABASE.fullmatch(name))]
    further = [name for name in needs if not _DATABASE.fullmatch(name)]
    wanted = [name for name in dict.fromkeys((*asked, *further)) if name not in known and _value(name)]
    return wanted if not set(asked).isdisjoint(wanted) else []


def _value(name: str) -> str:
    """A value with which a start may go on, "" for what names a server that has to be there."""
    if _DATABASE.fullmatch(name):
        return TRIAL_DATABASE
    if part := next((value for pattern, value in _PARTS if pattern.fullmatch(name)), ""):
        return part
    if _ADDRESS.fullmatch(name) and (
        there := next((value for pattern, value in _SERVERS if pattern.fullmatch(name)), "")
    ):
        return there
    if _SERVICE.search(name):
        return ""
    if found := made_up([name]):
        return found[name]
    if _DOMAIN.fullmatch(name):
        return "trial.example.com"
    if _DSN.fullmatch(name):
        return "https://trial@trial.example.com/1"
    return _URL if _PLACE.fullmatch(name) else _KEY if _HANDED_ON.fullmatch(name) else ""


def _values(repo: Repository, names: list[str]) -> tuple[dict[str, str], list[str]]:
    """A value for each name, and notes that say where it comes from."""
    shown = in_files(repo, names)
    # Another database than that of a file is not there, whatever an example says of it.
    shown = {name: row for name, row in shown.items() if row[0] and not _DATABASE.fullmatch(name)}
    values = {name: shown[name][0] if name in shown else _value(name) for name in names}
    there = {*(address for _, address in _SERVERS), "localhost"}
    servers = [name for name in names if name not in shown and _value(name) in there]
    invented = [name for name in names if name not in (*shown, *servers) and not _DATABASE.fullmatch(name)]
    told = f"for this trial, a value of {', '.join(invented)} was made up, which no service takes"
    notes = [told] if invented else []
    notes += [f"for this trial, {name} is the address of a server that is not there" for name in servers]
    notes += [f"for this trial, the value of {name} is that of {path}" for name, (_, path) in shown.items()]
    notes += [f"for this trial, {name} is a file of SQLite" for name in names if _DATABASE.fullmatch(name)]
    return values, notes


def _with_end(first: Report, last: Report, given: Mapping[str, str]) -> Report:
    """The first report, whose problem tells what came after a made-up value."""
    end = last.problems[-1]
    if TRIAL_DATABASE in given.values() or end.where != "start":
        return first
    *others, problem = first.problems
    names = shortened([*given], _MOST_SHOWN)
    further = re.sub(r"^The program", "it", end.cause, count=1)
    told = Problem(problem.where, f"{problem.cause} With a value of {names} made up, {further}", problem.remedy)
    return replace(first, problems=(*others, told))
