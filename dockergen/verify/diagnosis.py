"""The likely cause of a failure, read from a log, and the flag or line that settles it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from dockergen.lazy import regex
from dockergen.model import Sourced
from dockergen.verify.causes import BUILD_CAUSES, CAUSES, UNREACHED
from dockergen.verify.releases import contradiction, missing_release
from dockergen.verify.report import Problem
from dockergen.verify.trial import TRIAL_DATABASE

_LONGEST = 200  # characters of an exception in a message
_MOST_NEEDS = 4  # variables in one message
_MEND = "Mend what that says; the traceback is in the log below."
_INVALID = regex(r"\A[^\n]*\n(?:([\w.]+)\n)?[ \t]{1,8}(\S[^\n\[]{0,300}?) ?\[type=")
_HALTED = regex(
    r"Traceback \(most recent call last\):\n(?:(?!Traceback)[\s\S]){1,6000}?gunicorn\.errors\.HaltServer:[^\n]*"
)
_LACKING = regex(r"(?i)\b(?:env\w*|variables?|set|missing|defined|provided?|required?|empty|configured?)\b")
# Causes that no variable settles: what is, or is not, in the image.
_IMAGE = regex(
    r"is not in the image|which the image lacks|written for an older Python|is older than the|no longer has since"
)

# Variables that say where a service is.
_PLACES = regex(r"(?:^|_)(?:HOST(?:NAME)?|UR[IL]|DSN|SERVER|ADDRESS|ENDPOINT)(?:_|$)")
# What a program says for its end, without a traceback.
_SAID = regex(r"(?im)^(?:fatal|error|critical|panic)(?: error)?: +(\S[^\n]{8,200}?) *$")


def diagnosis(where: str, log: str, otherwise: str) -> Problem:
    """The first cause that the log shows; `otherwise`, with the exception that ended it, when it shows none known."""
    if where == "build" and (told := contradiction(where, log) or missing_release(where, log)):
        return told
    for pattern, cause, remedy in (*(BUILD_CAUSES if where == "build" else ()), *CAUSES):
        found = re.search(pattern, log)
        if found:
            value = next((group for group in found.groups() if group), "")
            value = posixpath.normpath(value) if "/../" in value else value
            # A volume wants a whole path, and the program runs in /app.
            mounted = "{0}:ro" in remedy and value and not value.startswith("/")
            return Problem(where, cause.format(value), remedy.format(f"/app/{value}" if mounted else value))
    if where != "probe" and (raised := _in_full(last_exception(log), log)):
        variable = _read_variable(log) or _named_variable(raised) or _empty_setting(log, raised)
        remedy = f"Give {variable} a value: dockergen verify --env {variable}=..." if variable else _MEND
        return Problem(where, f"{otherwise} It raises {raised}.", remedy)
    if where == "start" and (said := _SAID.findall(log)):
        return Problem(where, f"{otherwise} It says: {said[-1].rstrip('.')}.", "Do what it says, or mend it.")
    return Problem(where, otherwise, "Read the end of the log below.")


def _read_variable(log: str) -> str:
    """The environment variable that a line of the last traceback reads, "" for none."""
    found = re.findall(r"(?:getenv\(|environ(?:\.get\(|\[))\s*['\"](\w+)['\"]", log[log.rfind("Traceback") :])
    return found[-1] if found else ""


def _named_variable(message: str) -> str:
    """What the message of an exception calls missing, where its name is one of a variable; "" for none."""
    found = re.search(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", message)
    return found[0] if found and _LACKING.search(message) else ""


def _empty_setting(log: str, message: str) -> str:
    """The setting, called like a variable, that the program's last own line hands to what finds None in it: most get
    their values from the environment under that name."""
    own = re.findall(r'File "/app/(?!\.venv/)[^\n]*\n +([^\n]+)', log[log.rfind("Traceback") :])
    found = re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", own[-1]) if own and "None" in message else []
    return found[0] if len(set(found)) == 1 else ""


def last_exception(log: str) -> str:
    """The last line of the last traceback of Python, "" when the log shows none; what comes of ending is not asked."""
    log = _without_ends(log)
    found = re.findall(
        r"^\s*((?:(?:\w+\.)*\w*(?:Error|Exception|DoesNotExist|Warning)(?=: |\s*$)"
        r"|(?:\w+\.)+[A-Z]\w+(?=: ))[^\n]*?)\s*$",
        log,
        re.MULTILINE,
    )
    if not found or "Traceback" not in log:
        return ""
    return found[-1].rstrip(".") if len(found[-1]) <= _LONGEST else f"{found[-1][:_LONGEST]} ..."


def _in_full(raised: str, log: str) -> str:
    """The exception with what pydantic says of the first value, in the lines that follow."""
    found = _INVALID.search(log[log.rfind(raised) :]) if "validation error" in raised else None
    return f"{raised}: {': '.join(part.strip() for part in found.groups() if part)}" if found else raised


def _without_ends(log: str) -> str:
    """The log without the tracebacks that follow from an end: of handlers at exit, of Gunicorn whose worker ended."""
    log = log.partition("\nException ignored in")[0] or log
    rest = _HALTED.sub("", log)
    return rest if "Traceback" in rest else log


def started_without(problem: Problem, needs: Sequence[Sourced[str]]) -> Problem:
    """The problem of a start, with the variables that the program is known to want and was not given."""
    shown = needs[:_MOST_NEEDS]
    if not shown or _IMAGE.search(problem.cause) or any(need.value in problem.remedy for need in shown):
        return problem
    names = ", ".join(f"{need.value} ({need.origin})" for need in shown)
    asked = re.findall(r"--env (\w+)=", problem.remedy) if "environment variable" in problem.cause else []
    given = " ".join(f"--env {name}=..." for name in dict.fromkeys((*asked, *(need.value for need in shown))))
    cause = f"{problem.cause} It was started without {names}."
    return Problem(problem.where, cause, f"Try: dockergen verify {given}")


def in_a_file(problem: Problem, env: Mapping[str, str]) -> Problem:
    """The problem, with a word about the database where the trial made one up."""
    name = next((name for name, value in env.items() if value == TRIAL_DATABASE), "")
    if not name or _IMAGE.search(problem.cause):
        return problem
    cause = f"{problem.cause} {name} was a file of SQLite for this trial, which the program may not work with."
    first = problem.remedy if problem.remedy.endswith("...") else f"{problem.remedy.rstrip('.')}."
    remedy = f"{first} Or name its own database: dockergen verify --env {name}=..."
    return Problem(problem.where, cause, remedy)


def looked_for(problem: Problem, reaches: Sequence[str], needs: Sequence[Sourced[str]] = ()) -> Problem:
    """The problem of a service that is not reached, with where the source looks for it, or the variables among those
    that the program wants that say where it is."""
    if UNREACHED not in problem.cause:
        return problem
    if not reaches:
        places = [need.value for need in needs if _PLACES.search(need.value)][:_MOST_NEEDS]
        told = f"Say where it is: dockergen verify {' '.join(f'--env {name}=...' for name in places)}"
        return Problem(problem.where, problem.cause, told) if places else problem
    named = re.search(r"docker run -e (\w+)=", reaches[0])
    joined = re.search(r"docker run --network$", reaches[0].rstrip("."))
    other = "Run the image where that name is known: docker run --network NETWORK ..." if joined else problem.remedy
    remedy = f"Say where it is: dockergen verify --env {named[1]}=..." if named else other
    return Problem(problem.where, f"{problem.cause} {reaches[0]}", remedy)


def lying_outside(problem: Problem, beyond: Sequence[Sourced[str]]) -> Problem:
    """The problem of a program that misses what its sources name above the folder that the image is built from."""
    named = next((row for row in beyond if re.search(rf"(?<![\w.]){re.escape(row.value)}\b", problem.cause)), None)
    named = named or next((row for row in beyond if f" /{row.value.removeprefix('../')}" in problem.cause), None)
    if named is None:
        return problem
    cause = f"{problem.cause} {named.origin} names {named.value}, outside of the folder that the image is built from."
    remedy = "Move it there, or the manifest to the folder above, and run dockergen where that is."
    return Problem(problem.where, cause, remedy)


def wrong_port(expected: int, listening: dict[int, bool]) -> Problem | None:
    """The problem of a program that listens elsewhere than where it is probed; None when it listens nowhere."""
    if listening.get(expected):
        return Problem(
            "probe",
            f"The program listens on port {expected} of localhost only, which nothing outside the container reaches.",
            "Let it listen on 0.0.0.0.",
        )
    others = sorted(port for port, local in listening.items() if port != expected and not local)
    if expected not in listening and others:
        return Problem(
            "probe",
            f"The program listens on port {others[0]}, not on {expected}.",
            f"Tell dockergen: dockergen init --force --port {others[0]}.",
        )
    return None
