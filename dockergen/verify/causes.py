"""What logs show: patterns of their lines, each with the cause in words and what to do about it."""

from __future__ import annotations

# What only a build says; asked first where a build fails.
BUILD_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"(?:Failed to resolve '([\w.-]+)'|Could not resolve host: ([\w.-]+)|[Tt]emporary failure resolving '([\w.-]+)'"
        r"|error sending request for url \(https?://([\w.-]+)[^)]*\)(?:(?!error sending)[\s\S]){0,300}?(?:dns error|lookup address))",
        "The build cannot find the host {0}.",
        "Check the name where the manifest gives one, and the network of the machine that builds.",
    ),
    (
        r"Failed to establish a new connection: \[Errno -?\d+\] ([\w ]+)[\s\S]*\(from versions: none\)",
        "The build does not reach the package index that a manifest or lock file names: {0}.",
        "Look at the index there (--index-url, the sources of a Pipfile.lock), and at the network of the machine that builds.",
    ),
    (
        r"(?:401 (?:Client )?(?:Error|Unauthorized)|status code 401|403 (?:Client )?(?:Error|Forbidden)"
        r"|User for [^\s]+: |could not read (?:Username|Password) for|Authentication failed for)",
        "A package index or a repository asks for a login that the build does not have.",
        "Put the login into ~/.netrc (machine HOST login NAME password TOKEN) or set the variables that init names.",
    ),
    (
        r"ERROR: Cannot install ([^\n]{1,300}?) because these package versions have conflicting dependencies",
        "The requirements contradict each other, so pip installs none of them: {0}.",
        "Loosen a pin of those in the manifest; the log names what each of them wants of the others.",
    ),
    (
        r"secret should have syntax id=id",
        "podman and buildah cannot hand a secret to a step as a variable (--mount=type=secret,env=).",
        "Build with docker, or name the index without variables and keep the login in ~/.netrc.",
    ),
    (
        r"Hashes are required in --require-hashes mode[\s\S]*?\n\s+([\w.-]+==\S+) --hash",
        "Some requirements have a hash, and {0} has none.",
        "Lock anew, so that all have one.",
    ),
    (
        r"lockfile had changes, but lockfile is frozen",
        "A package.json asks for other releases than its bun.lock holds, so Bun installs neither.",
        "Run bun install where it lies, and commit bun.lock.",
    ),
    (
        r"Host key verification failed|Permission denied \(publickey",
        "A repository is fetched over ssh, and the build has no key for it or does not know its host.",
        "Start an agent (ssh-add), and add the host: ssh-keyscan HOST >> ~/.ssh/known_hosts.",
    ),
    (
        r"fatal error: (longintrepr\.h): No such|has no member named ['\u2018](tp_print|exc_type|ob_digit|f_lasti|co_varnames)"
        r"|invalid use of incomplete typedef ['\u2018](PyFrameObject)",
        "A dependency is compiled from a source that was made for an older Python: it uses {0}, which newer ones hide.",
        "Choose an older one: dockergen init --force --version 3.10; or raise the release of the dependency, which the log "
        "below names.",
    ),
    (
        r"(?:fatal error: ([\w./-]+\.h): No such file|([\w-]+[_-]config|pkg-config|gcc|cc|make)(?: executable|: command|:)? not found"
        r"|error: command '(?:\S+-linux-gnu-)?([\w+-]+)' failed: No such file|[Pp]lease install (pkg-config)"
        r"|No such file or directory: '(?:\S+-linux-gnu-)?(g\+\+|gcc|c\+\+|cc|make|cmake|ninja)')",
        "A dependency is compiled from source and needs {0}, which the build stage lacks.",
        "Name the Debian package: dockergen init --force --package NAME.",
    ),
    (
        r"ld(?:\.\w+)?: cannot find -l([\w.-]+)",
        "A dependency is compiled from source and links the library {0}, which the build stage lacks.",
        "Name the Debian package that holds lib{0}.so: dockergen init --force --package NAME.",
    ),
    (
        r"error in ([\w.-]+) setup command: use_2to3 is invalid",
        "{0} is published as source only, and its setup.py wants a setuptools below 58, which Python 3.11 runs at most.",
        "Hold builds below it: echo 'setuptools<58' > build-constraints.txt, then dockergen init --force --version 3.11; or raise the release of {0}.",
    ),
    (
        r"cannot import name '(Feature)' from 'setuptools'",
        "A dependency is built from source, and its setup.py uses {0}, which setuptools has until 45 only.",
        "Hold builds below: echo 'setuptools<46' > build-constraints.txt, then dockergen init --force --version 3.9; or raise its release.",
    ),
    (
        r"(?s)(?:cannot import name '(\w+)' from 'setuptools'|Invalid dash-separated key '([\w-]+)'"
        r"|(?:/pip-build-env-|/builds-v0/)(?:(?!No module named).){1,3000}No module named '(pkg_resources|setuptools\.[\w.]+)')",
        "A dependency is built from source, and its setup.py uses {0}, which the setuptools of today no longer has.",
        "Hold builds below: echo 'setuptools<70' > build-constraints.txt, then dockergen init --force; with a uv.lock, "
        'build-constraint-dependencies = ["setuptools<70"] in [tool.uv], then uv lock; or raise its release.',
    ),
    (
        r"(?:No module named '(imp|distutils|asyncore|asynchat|smtpd|cgi|pipes|telnetlib|imghdr|lib2to3)\b|cannot import name '(\w+)' from 'collections'"
        r"|has no attribute '(ImpImporter|SafeConfigParser)'|module 'ast' has no attribute '(\w+)')",
        "A dependency is written for an older Python: it uses {0}, which newer ones no longer have.",
        "Choose an older one: dockergen init --force --version 3.11; or raise the release of the dependency.",
    ),
    (
        r"error: can't copy '([^'\n]+)': doesn't exist",
        "The build of a package copies {0}, which is not there.",
        "If the repository holds it, .dockerignore must not hide it (add the line !{0}); else commit it, or take it out of the manifest.",
    ),
    (
        r"(?s)Failed building wheel for ([\w.-]+)(?=.*process \"/bin/sh -c [^\"\n]*install (?:--no-deps )?\.\" did not complete)",
        "The project itself, {0}, does not build.",
        "Read the end of the log below; python -m build tells the same on your machine.",
    ),
    (
        r"(?:Failed building wheel for |Failed to build `|Failed to build ')([\w.=-]+)",
        "{0} is published for this Python as source only, and does not build here.",
        "Choose an older Python that it has a wheel for, such as dockergen init --force --version 3.12; or raise its release.",
    ),
    (
        r"Requested ([\w.-]+==[\w.]+) [^\n]*has invalid metadata",
        "The metadata of {0} is of a kind that pip refuses since release 24.1.",
        "Raise its release; or take an older Python, whose image has an older pip: dockergen init --force --version 3.11.",
    ),
    (
        r"satisfies the requirement ([^\s(]+) (?:\(from (?!versions)[^()]*\) )?\(from versions: none\)",
        "The index has no release of {0} for this version of Python, or none at all.",
        "Choose another version, such as dockergen init --force --version 3.13; or take out what asks for it, which the log names.",
    ),
    (
        r"(?:No matching distribution found for|Could not find a version that satisfies the requirement) ([^\s(]+)",
        "There is no release of {0} for this version of Python.",
        "Choose another version: dockergen init --force --version 3.13.",
    ),
    (
        r"gyp ERR! cwd \S*node_modules/(\S+)",
        "{0} has no ready-made binary for this Node.js, and its source does not compile here.",
        "Take the Node.js that it was made for, such as dockergen init --force --version 20; or raise its release.",
    ),
    (
        r"pattern ([\w./*-]+): no matching files found",
        "The program embeds {0}, which is not there when it is compiled.",
        "Make it before: dockergen init --force --build-command '...', or commit it; .dockerignore must not hide it.",
    ),
    (
        r"npm error 404\s+(?:The requested resource )?'([^'\s@]*@?[^'\s@]+)@[^'\s]*' (?:is not in|could not be found)",
        "The registry that npm asks does not have {0} in the release that is locked.",
        "Raise or replace it in package.json and lock anew; or name the registry that has it in .npmrc.",
    ),
    (r"npm error code (E\w+)", "npm stops with {0}.", "Run npm ci on your machine; it has to succeed there first."),
    (r"missing go\.sum entry", "go.sum lacks an entry.", "Run: go mod tidy"),
    (
        r"(?:ECONNREFUSED|ETIMEDOUT|ENETUNREACH|[Cc]onnection refused|[Cc]onnection timed out)",
        "A build step wants something from the network and does not reach it.",
        "See the end of the log for what it wants: a download, or a database that a build should not need.",
    ),
)

UNREACHED = "The program cannot reach a service that it needs, such as a database."
UNMIGRATED = "its migrations have not run"

USAGE = r"^(?:Usage|USAGE|usage)(?: of [^\n]*)?:|flag provided but not defined|^Available Commands:"

# What a program says that does not start. Groups fill the texts by number; patterns search the whole log.
CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"No module named '(_?tkinter)'|lib(tk)[\d.]*\.so[\d.]*: cannot open shared object",
        "The program opens windows with tkinter, and the image has neither its libraries nor a screen.",
        "Start a part without windows: dockergen init --force --start '...'; or add --package tk there and run it with docker run -e DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix ...",
    ),
    (
        r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object file",
        "The program needs the library {0}, which the image lacks.",
        "Add the Debian package that holds it: dockergen init --force --package NAME (find it with: apt-file search {0}).",
    ),
    (
        r"Could not load the Qt platform plugin \"(xcb)\"|(?:no display name and no|couldn't connect to) (?:\$DISPLAY|display)|(?i:cannot open display)",
        "The program opens windows, and a container has no screen.",
        "Give it one of the machine's: docker run -e DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix ...; or start a part without.",
    ),
    (
        r"Namespace (\w+) not available",
        "The program needs the introspection data of {0}, which the image lacks.",
        "Add the Debian package that holds it: dockergen init --force --package gir1.2-NAME (find it with: apt-file search {0}-).",
    ),
    (
        r"No module named '(imp|distutils|asyncore|asynchat|smtpd|cgi|pipes|telnetlib|imghdr|lib2to3)\b",
        "The program or a dependency is written for an older Python: it imports {0}, which newer ones no longer have.",
        "Choose an older one: dockergen init --force --version 3.11.",
    ),
    (
        r"File \"[^\"\n]*/site-packages/(\w+)[^\"\n]*\", line \d+\n[^\n]*\n\s*\^+\n\s*(?:SyntaxError|TabError): (?:invalid syntax|[Mm]issing parentheses"
        r"|[Mm]ultiple exception types|leading zeros|inconsistent use)",
        "The release of {0} that is installed is written for Python 2, which has no image that is maintained.",
        "Raise its release in the manifest, and port what the program uses of it.",
    ),
    (
        r"""File "(?:/app/)?((?!\.venv/|/)[\w./-]+\.py)", line \d+\n[^\n]*\n(?:[^\n]*\n)?\s*(?:Syntax|Indentation|Tab)Error:""",
        "The program's own file {0} is no Python that this version reads.",
        "Mend the line that the log names, or choose the Python that it is written for: dockergen init --force --version 3.12.",
    ),
    (
        r"ModuleNotFoundError: No module named '(pkg_resources)'",
        "A dependency imports {0}, which setuptools no longer has since release 82.",
        "Add setuptools<82 to the project's dependencies, then build again.",
    ),
    (
        r"Resource \W*?(?:\x1b\[\d+m)?'?([\w/-]+)'?(?:\x1b\[0m)? not found\.\s+Please use the NLTK Downloader",
        "The program wants NLTK's {0}, which is data that no distribution brings.",
        "Download it where the image is built: RUN .venv/bin/python -m nltk.downloader -d .venv/nltk_data {0}",
    ),
    (
        r"\[E050\] Can't find model '([\w.-]+)'",
        "The program loads spaCy's model {0}, which the image lacks.",
        "Add it to the requirements by its address, as `python -m spacy info {0} --url` tells it.",
    ),
    (
        r"Cannot use ImageField because (Pillow) is not installed",
        "A model has an ImageField, and {0}, which it wants, is not in the image.",
        "Add it to the project's dependencies (and its lock file), then build again.",
    ),
    (
        r"ImportError: cannot import name '\w+' from '([\w.]+)' \(\S*/site-packages/",
        "The program, or a dependency, is older than the {0} that the image has: a name that it imports is gone.",
        "Pin an older release of it; `pip freeze` where the program runs tells which.",
    ),
    (
        r"""(?s)\A(?=.*ModuleNotFoundError: No module named '((\w+)\.[\w.]+)').*File "/app/(?:[\w-]+/)*\2/""",
        "The program's own module {0} is not in the image.",
        "If the repository holds its file, look at .dockerignore and at capital letters in its name; else the import names what is not there.",
    ),
    (
        r"""(?s)/django/apps/config\.py", line \d+, in create\n(?:(?!File "/app/(?!\.venv)).){1,4000}?No module named '([\w.]+)'""",
        "Django's INSTALLED_APPS names {0}, which neither the repository nor a dependency has.",
        "If it is the project's own, commit its folder (.gitignore may hide it) or take the name out; else add its distribution to the dependencies.",
    ),
    (
        r"ModuleNotFoundError: No module named '([\w.]+)'",
        "The Python module {0} is not in the image.",
        "Add it to the project's dependencies (and its lock file), then build again.",
    ),
    (
        r"Cannot find (?:module|package) '([^']+)'",
        "The Node module {0} is not in the image.",
        "If it is a package, move it from devDependencies to dependencies; if it is built, check --build-command.",
    ),
    (
        r"(?i)\bset (?:the |an )?environment variable:? ?\W{0,3}(?:(?:\x1b|\\x1b)\[[\d;]*m)?((?-i:[A-Z][A-Z0-9_]{2,})=\w+)",
        "The program asks for {0} in its environment.",
        "Give it: dockergen verify --env {0}",
    ),
    (
        r"sqlalchemy\.exc\.ArgumentError: Could not parse (SQLAlchemy URL) from (?:given URL |)string",
        "The program gives its engine no {0}: it is empty, or variables that it is made of are not set.",
        "Give the variable that it is read from a value: dockergen verify --env DATABASE_URL=...",
    ),
    (
        r"'(SQLALCHEMY_DATABASE_URI)' or 'SQLALCHEMY_BINDS' must be set",
        "The program tells Flask-SQLAlchemy no database: its {0} is empty.",
        "Give the variable that {0} is read from a value: dockergen verify --env DATABASE_URL=...",
    ),
    (
        r"(?:KeyError: '([A-Z][A-Z0-9_]+)'|[Mm]issing (?:required )?env\w* (?:variable )?\W?([A-Z][A-Z0-9_]+)|((?!TERM\b)[A-Z][A-Z0-9_]{3,})"
        r"['\"]? (?:environment variable )?(?:is not set|is missing|is REQUIRED|is required|must be set|must not be empty)"
        r"|required property '([A-Z][A-Z0-9_]+)'|[Mm]issing environment variables:?\s+(?:[^\w\n]\[\d+m)?([A-Z][A-Z0-9_]+)|(?<!RUN )(?<!-c )\bexport ([A-Z][A-Z0-9_]{3,})="
        r"|UndefinedValueError: (\w+) not found|[Ee]nvironment variable ['\"]?(\w+)['\"]? (?:is )?not (?:set|found|defined)"
        r"|Set the (\w+) environment variable)",
        "The program needs the environment variable {0}.",
        "Give it a value: dockergen verify --env {0}=...",
    ),
    (
        r"DefaultCredentialsError: \S+ default credentials were not found",
        "The program asks Google for what an account has, and no credentials are in the container.",
        "Mount the key of a service account and name its place: docker run -v ./key.json:/run/key.json:ro "
        "-e GOOGLE_APPLICATION_CREDENTIALS=/run/key.json ...",
    ),
    (
        r"NoCredentialsError: Unable to locate credentials",
        "The program asks AWS for what an account has, and no credentials are in the container.",
        "Give them: docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_DEFAULT_REGION ...",
    ),
    (
        r"NoRegionError: You must specify a region",
        "The program asks AWS for something and is told no region.",
        "Give it: dockergen verify --env AWS_DEFAULT_REGION=...",
    ),
    (
        r"ImproperlyConfigured: The ([A-Z][A-Z0-9_]+) setting must not be empty",
        "Django's setting {0} is empty.",
        "Give the variable that the settings read for it a value: dockergen verify --env {0}=...",
    ),
    (
        r"ImproperlyConfigured: settings\.DATABASES is improperly configured",
        "Django's settings have no database: what DATABASES reads from the environment is not set.",
        "Say where it is: dockergen verify --env DATABASE_URL=... (or the variables that your settings read).",
    ),
    (
        r"(?:(?s:pydantic(?:/env_settings\.py|_settings/main\.py)\".*)validation errors? for \w+"
        r"|validation errors? for \w*(?:[Ss]ettings|[Cc]onfig|_Client)\w*)\n(\w+)\n\s+[^\n]*(?:Field required|field required)",
        "The program's settings demand the variable {0}.",
        "Give it a value, in the case that the settings use: dockergen verify --env {0}=...",
    ),
    (
        r"(?:no such table: ([\w.]+)|relation \"([\w.]+)\" does not exist|Table '([\w.]+)' doesn't exist)",
        f"The database has no table {{0}}: {UNMIGRATED}.",
        "Run them in a container of the image, on the same volume or server; init prints the command.",
    ),
    (
        r"unable to open database file|SQLITE_CANTOPEN|SQLITE_READONLY|attempt to write a readonly database",
        "SQLite cannot open its file: the folder is not there, or belongs to root as all of the image's files do.",
        "Put the database elsewhere: dockergen verify --env DATABASE_URL=sqlite:////tmp/app.db (or the variable that your program reads).",
    ),
    (
        r"HTTPS?ConnectionPool\(host='([^'\n]+)'[^\n]*(?:NameResolutionError|Name or service not known|Failed to resolve|Max retries|timed out)"
        r"|urlopen error \[Errno -\d+\] (Name or service not known|Temporary failure in name resolution)",
        "The program asks another server over the network, and the container does not reach it: {0}.",
        "See in the log below which address it takes; a variable such as an API key may be missing in it, or the network.",
    ),
    (
        r"local user with ID \d+ does not exist|connection to server on socket \"([^\"]+)\" failed",
        "The program names no server for its PostgreSQL, so the driver looks for one in the container.",
        "Say where it is, by the variables that the host of the database is read from: dockergen verify --env NAME=...",
    ),
    (
        r"(?:ECONNREFUSED|[Cc]onnection (?:to server[^\n]*)?refused|could not connect to server|Can't connect to (?:\w+ )?server on|Can't connect to local (?:\w+ )?server through socket|Name or service not known|getaddrinfo ENOTFOUND)",
        UNREACHED,
        "Say where it is: dockergen verify --env DATABASE_URL=... (or the variable that your program reads).",
    ),
    (
        r"(?:Read-only file system|EROFS)[^\n]*?['\"]([^'\"\n]+)['\"]",
        "The program writes to {0}, and the file system is read-only.",
        "Write below /tmp, or mount a volume on its folder: docker run -v data:FOLDER ...",
    ),
    (
        r"(?:open|mkdir|create|creat|rename|unlink) (/?[\w./-]+): read-only file system",
        "The program writes to {0}, and the file system is read-only.",
        "Write below /tmp, or mount a volume on its folder: docker run -v data:FOLDER ...",
    ),
    (
        r"(?:open|mkdir|create|creat|rename|unlink) (/?[\w./-]+): permission denied",
        "The user of the image may not use {0}.",
        "Write below /tmp, or mount a volume there; files of the image belong to root on purpose.",
    ),
    (
        r"(?:[Pp]ermission denied|EACCES)[^\n]*?['\"]?(/[^'\"\s:]+)",
        "The user of the image may not use {0}.",
        "Write below /tmp, or mount a volume there; files of the image belong to root on purpose.",
    ),
    (
        r"exec format error",
        "The start program is for another processor, or a script without a first line.",
        "Name another program: dockergen init --force --start '...'.",
    ),
    (
        r"(?:exec: \"([^\"]+)\"[^\n]*(?:not found|no such file)|(?:sh|exec): (?:\d+: )?(?:exec: )?([\w./-]+): not found)",
        "The start command names {0}, which is not in the image.",
        "Name the right command: dockergen init --force --start '...'.",
    ),
    (
        r"(?:Config file '([^'\n{}]+)' not found|No such file or directory:? '([^'\n]*\.env[\w.]*)')",
        "The program reads the file {0}, which the image leaves out, as such files hold secrets.",
        "Mount yours: docker run -v ./.env:{0}:ro ...; or let the program read variables where there is no such file.",
    ),
    (
        r"can't open file '?([\w./-]+)",
        "The file {0} is not in the image.",
        "Check that .dockerignore does not hide it and that the start command names the right path (--start).",
    ),
    (
        r"(?s)\A.*Traceback .*?subprocess\.py\".*?No such file or directory:? '([\w+-]+)'",
        "The program runs {0}, which the image has not.",
        "Add the Debian package that holds it: dockergen init --force --package {0} (find it with: apt-file search bin/{0}).",
    ),
    (
        # The last traceback: programs look for some files that they can do without.
        r"(?s)\A.*Traceback .*?No such file or directory:? '?([\w./-]+)",
        "The program wants the file {0}, which is not in the image.",
        "If the repository holds it, .dockerignore must not hide it; if it is yours to give, mount it where the program looks for it.",
    ),
    (
        r"(?:No such file or directory:? '?([\w./-]+)|ENOENT: no such file or directory, \w+ '([^'\n]+)'|\b(?:open|stat|lstat|read) ([\w./-]+): no such file or directory)",
        "The program wants the file {0}, which is not in the image.",
        "If the repository holds it, .dockerignore must not hide it; if it is yours to give, mount it where the program looks for it.",
    ),
    (
        r"(?i)\b(?:config(?:uration)?|settings) file (?:at |in )?['\"]?(/[\w./-]+\w)['\"]? (?:does not exist|(?:is |was )?(?:not found|missing))",
        "The program wants the configuration file {0}, which the image does not hold.",
        "Mount yours: docker run -v ./FILE:{0}:ro ...; or set the variable that names another place, if the log below tells one.",
    ),
    (
        r"(?i)\bconfig(?:uration)?\b(?: file)?\W{1,3}(/[\w./-]+)\W{1,3}(?:does not exist|not found|is missing|could not be found)",
        "The program wants its configuration file {0}, and the image holds none.",
        "Mount yours there: docker run -v ./$(basename {0}):{0}:ro ...; or name its place by the variable or option that the program has for it.",
    ),
    (
        r"(?i)(?:config(?:uration)?|settings) file (?:is |was )?not found|no (?:config(?:uration)?|settings) file"
        r"|(?:could not|cannot|can't|unable to) find (?:the |a |any |your )?(?:config(?:uration)?|settings) file",
        "The program wants a configuration file, and the image holds none.",
        "Mount yours where the program looks for it: docker run -v ./config.yaml:/app/config.yaml:ro ...",
    ),
    (
        r"EADDRINUSE|[Aa]ddress already in use",
        "Two programs of the image want the same port.",
        "Choose another: --port.",
    ),
    (r"JavaScript heap out of memory|MemoryError|Out of memory", "The program ran out of memory.", "Give it more."),
    (
        # Typer draws a box around what it says.
        r"(?ms)^\s*(?:Usage|usage):.*?^(?:(?:[Ee]rror|[\w. -]+: error): ([^\n]{1,160}?)\.?$|\u2502 ([^\n\u2502]{4,160}?)\.?\s*\u2502)",
        "The program tells how it is called, instead of starting: {0}.",
        "Name its subcommand, options or files: dockergen init --force --start '...'.",
    ),
    (
        rf"(?m){USAGE}",
        "The program tells how it is called, instead of starting.",
        "Name its subcommand or options: dockergen init --force --start '...'.",
    ),
)
