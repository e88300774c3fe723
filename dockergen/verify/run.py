"""One container of the image: started, waited for, asked, stopped."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from dockergen.commands import words
from dockergen.engine import Engine, StartError
from dockergen.model import BuildPlan
from dockergen.repository import Repository
from dockergen.verify.causes import UNMIGRATED, USAGE
from dockergen.verify.diagnosis import (
    diagnosis,
    in_a_file,
    last_exception,
    looked_for,
    lying_outside,
    started_without,
    wrong_port,
)
from dockergen.verify.hidden import told_inside
from dockergen.verify.report import Options, Problem, Report
from dockergen.verify.trial import database, in_files, made_up

Progress = Callable[[str], None]

_STOP_SECONDS = 10
_LOADING_SECONDS = 30.0  # and at most, while it still uses the processor
_WORKER_SECONDS = 5.0  # how long a program without a port must stay up


def run(
    engine: Engine,
    repo: Repository,
    plan: BuildPlan | None,
    containers: list[str],
    progress: Progress,
    report: Report,
    options: Options,
) -> Report:
    """The report with all that one container of its image showed; the container's name is appended to `containers`."""
    config = engine.image(report.image).get("Config") or {}
    port = _port(config, plan)
    if (config.get("User") or "0").split(":")[0] in ("", "0", "root"):
        report = report.adding(Problem("start", "The image runs as root.", "End the Dockerfile with USER 10001:10001."))
    volumes = sorted({*(plan.writable if plan else ()), *(config.get("Volumes") or {})})
    env, notes = _environment(repo, plan, options)
    report = replace(report, notes=(*report.notes, *notes))
    progress("starting")
    try:
        asked = plan is not None and plan.interactive
        container = engine.run(
            report.image, port=port, env=env, volumes=volumes, network=options.network, interactive=asked
        )
    except StartError as error:
        found = diagnosis("start", str(error), "The engine cannot start the container.")
        return replace(report, log=str(error)).adding(found)
    containers.append(container)
    report = replace(report, log="")  # from here on, what the program does not write into its own
    progress("waiting until it answers" if port else "watching it work")
    started = time.monotonic()
    report = _awaited(engine, report, container, port, config, plan, options)
    report = replace(report, log=engine.log(container) + report.log)
    state = engine.state(container)
    if not report.problems and not state.running and report.exit_code is None:
        cause = f"The program ended with {state.exit_code} after it had answered."
        report = report.adding(diagnosis("start", report.log, cause))
    if report.problems or not state.running:
        return _explained(report, plan, env)
    report = replace(report, ready_seconds=report.ready_seconds or time.monotonic() - started)
    report = _health(engine, report, container, config)
    progress("stopping")
    return _stopped(engine, report, container)


def _awaited(
    engine: Engine,
    report: Report,
    container: str,
    port: int | None,
    config: dict[str, object],
    plan: BuildPlan | None,
    options: Options,
) -> Report:
    """The report with the first sign of life, or with the problem that kept it from giving one."""
    if port is None:
        return _watched(engine, report, container)
    if plan and not plan.probe and not options.path:
        return _accepted(engine, report, container, options, config)
    report = _probed(engine, report, container, port, options, plan)
    migrated = _migrated(engine, report, container, plan) if plan else None
    if migrated and len(migrated.problems) < len(report.problems):
        # What was said before the tables were there is no cause of what comes now.
        return _probed(engine, migrated, container, port, options, plan, seen=len(engine.log(container)))
    return migrated or report


def _explained(report: Report, plan: BuildPlan | None, env: Mapping[str, str]) -> Report:
    """The last problem with what the plan knows: what the program was not given, and what it looks for elsewhere."""
    if not report.problems:
        return report
    *others, last = report.problems
    last = in_a_file(last, env)
    if plan:
        needs = [need for need in plan.needs if need.value not in env]
        last = looked_for(started_without(last, needs), plan.reaches, () if needs else plan.needs)
        last = lying_outside(last, plan.outside)
    return replace(report, problems=(*others, last))


def _environment(repo: Repository, plan: BuildPlan | None, options: Options) -> tuple[dict[str, str], list[str]]:
    """What the container is given, and where it comes from: the options, a file of the developer's, chance."""
    needs = [need.value for need in (plan.needs if plan else ()) if need.value not in options.env]
    kept = in_files(repo, needs)
    chosen = {name: value for name, value in made_up(needs).items() if kept.get(name, ("", ""))[1] != ".env"}
    notes = [f"for this trial, a value of {', '.join(chosen)} was made up"] if chosen else []
    stored = database(plan) if plan and needs else {}
    stored = {name: value for name, value in stored.items() if kept.get(name, ("", ""))[1] != ".env"}
    notes += [f"for this trial, {name} is a file of SQLite" for name in stored if name not in options.env]
    chosen |= stored
    taken = {name: value for name, (value, _) in kept.items() if name not in chosen}
    for path in dict.fromkeys(path for name, (_, path) in kept.items() if name in taken):
        names = ", ".join(name for name in taken if kept[name][1] == path)
        notes.append(f"for this trial, the value of {names} is that of {path}")
    return {**taken, **chosen, **options.env}, notes


def _port(config: dict[str, object], plan: BuildPlan | None) -> int | None:
    exposed = config.get("ExposedPorts")
    if isinstance(exposed, dict) and exposed:
        ports = sorted(int(name.split("/")[0]) for name in exposed)
        return plan.port if plan and plan.port in ports else ports[0]
    return plan.port if plan else None


def _watched(engine: Engine, report: Report, container: str) -> Report:
    """A worker has to stay up; one that ends by itself with 0 is a job that is done."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < _WORKER_SECONDS or _is_loading(engine, container, passed):
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)
            # A command without the subcommand that it wants tells which there are, and many end with 0 then.
            if state.exit_code or re.match(USAGE, log.lstrip()):
                return report.adding(diagnosis("start", log, f"The program ended at once with {state.exit_code}."))
            return replace(report, exit_code=0, notes=(*report.notes, "the program ended by itself with exit code 0"))
        time.sleep(0.2)
    return replace(report, ready_seconds=_WORKER_SECONDS)


def _is_loading(engine: Engine, container: str, passed: float) -> bool:
    """True while the program works as one does that still imports its modules, which takes a slow machine long."""
    if passed >= _LOADING_SECONDS:
        return False
    before = engine.worked(container)
    time.sleep(0.5)
    return engine.worked(container) - before > 0.1


def _probed(
    engine: Engine,
    report: Report,
    container: str,
    port: int,
    options: Options,
    plan: BuildPlan | None,
    *,
    seen: int = 0,
) -> Report:
    """The report with the first answer, or with what the log says about it from the character `seen` on."""
    published = engine.published(container, port)
    path = options.path or (plan.probe if plan else "/")
    started = time.monotonic()
    status, body = 0, ""
    while time.monotonic() - started < options.timeout:
        if published:
            status, body = _answer(published, path)
            if status and (status == options.status if options.status else status < 500):
                ready = time.monotonic() - started
                answers = tuple(_answer(published, path) for path in options.also)
                return replace(report, ready_seconds=ready, status=status, body=body, answers=answers)
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)[seen:]
            return report.adding(
                diagnosis("start", log, f"The program ended with {state.exit_code} before it answered.")
            )
        published = published or engine.published(container, port)
        time.sleep(0.1)
    if status:
        refused = replace(report, status=status, body=body)
        return _refused(engine, refused, container, path, options, plan, engine.log(container)[seen:])
    elsewhere = wrong_port(port, engine.listening(container))
    quiet = f"Nothing answers on port {port} within {options.timeout:.0f} s."
    return report.adding(elsewhere or diagnosis("probe", engine.log(container)[seen:], quiet))


def _refused(
    engine: Engine, report: Report, container: str, path: str, options: Options, plan: BuildPlan | None, log: str
) -> Report:
    """The report of a program that answers, but not with the status that is wanted, with why it does not."""
    status = report.status or 0
    wanted = str(options.status) if options.status else "a status below 500"
    cause = f"{path} answers {status}, not {wanted}."
    hidden = told_inside(engine, container, plan, log, path) if status >= 500 else ""
    log += hidden
    found = diagnosis("probe", log, cause)
    remedy = found.remedy if found.cause != cause else "Probe another path: dockergen verify --path /health."
    if status >= 500 and found.cause == cause and (raised := last_exception(log)):
        cause, remedy = f"{cause} The program raises {raised}.", "Mend it there; the traceback is in the log below."
        found = replace(found, cause=cause)
    told = f"{cause} {found.cause if found.cause != cause else ''}".strip()
    return replace(report, log=hidden).adding(Problem("probe", told, remedy))


def _migrated(engine: Engine, report: Report, container: str, plan: BuildPlan) -> Report | None:
    """The report without the problem of a database that lacks its tables, after the command that init prints for them
    has run in the container, or with what ended that; None where the tables are not the problem."""
    command = dict(plan.commands).get("migrate", "")
    lacking = bool(report.problems) and UNMIGRATED in report.problems[-1].cause
    if lacking and not command:
        unknown = "Run what makes its tables, which the program's papers name, on the same volume or server."
        return replace(report, problems=(*report.problems[:-1], replace(report.problems[-1], remedy=unknown)))
    if not lacking or not engine.state(container).running:
        return None
    code, said = engine.execute(container, words(command))
    if code:
        found = diagnosis("probe", said, f"`{command}`, run for this trial, ends with {code}.")
        cause = f"The database has no tables, and `{command}` does not make them. {found.cause}"
        return replace(report, log=said, problems=(*report.problems[:-1], replace(found, cause=cause)))
    note = f"for this trial, `{command}` was run, as the database had no tables"
    return replace(report, log="", problems=report.problems[:-1], notes=(*report.notes, note))


def _accepted(engine: Engine, report: Report, container: str, options: Options, config: dict[str, object]) -> Report:
    """A server that speaks no HTTP is ready when the image's own health check agrees."""
    started = time.monotonic()
    while time.monotonic() - started < options.timeout:
        state = engine.state(container)
        if not state.running:
            log = engine.log(container)
            return report.adding(diagnosis("start", log, f"The program ended with {state.exit_code}."))
        if not _health(engine, report, container, config).problems:
            return replace(report, ready_seconds=time.monotonic() - started)
        time.sleep(0.2)
    return report.adding(diagnosis("probe", engine.log(container), f"Nothing accepts within {options.timeout:.0f} s."))


def _answer(port: int, path: str) -> tuple[int, str]:
    """Status and the beginning of the body; 0 while nothing answers. Redirects are answers, not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost", "User-Agent": "dockergen-verify"})
        response = connection.getresponse()
        return response.status, response.read(100_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, ""
    finally:
        connection.close()


def _health(engine: Engine, report: Report, container: str, config: dict[str, object]) -> Report:
    """The image's own health check has to agree that it is well."""
    health = config.get("Healthcheck")
    test = health.get("Test") if isinstance(health, dict) else None
    if not isinstance(test, list) or len(test) < 2:
        return report
    argv = test[1:] if test[0] == "CMD" else ["/bin/sh", "-c", str(test[1])]
    code, output = engine.execute(container, [str(word) for word in argv])
    if code == 0:
        return report
    cause = f"The service answers, but the image's HEALTHCHECK fails: {output[-300:] or code}."
    return report.adding(Problem("health", cause, "Let it ask a path that answers without a session."))


def _stopped(engine: Engine, report: Report, container: str) -> Report:
    seconds = engine.stop(container, _STOP_SECONDS)
    state = engine.state(container)
    report = replace(report, stop_seconds=seconds, exit_code=state.exit_code, log=engine.log(container))
    if state.exit_code == 137 or seconds >= _STOP_SECONDS:
        return report.adding(
            Problem(
                "stop",
                f"SIGTERM does not end the program within {_STOP_SECONDS} s; it had to be killed.",
                "Start it in exec form, without a shell or npm in between, and let it handle SIGTERM.",
            ),
        )
    return report
