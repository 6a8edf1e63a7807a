"""From fork to the first response, with and without an AOT cache (JEP 483, 514, 515)."""
import json, os, statistics, subprocess
from . import loads, machine, workloads
from .servers import FLAGS, class_path, free_port

NAMES = ["edgewise", "netty-epoll", "netty-nio", "nio", "jdk", "vertx", "helidon", "undertow", "jetty"]
CACHED = ["edgewise", "netty-epoll"]


def make_cache(suite, name):
    """By a training run; see the script."""
    cache = f"{suite.work}/{name}.aot"
    environment = dict(os.environ, JAVA_HOME=machine.jdk(), CLASSPATH=class_path(name), PORT=str(free_port()))
    subprocess.run([f"{machine.BENCH}/aot", f"{name}-http", cache, *FLAGS], env=environment, check=True, timeout=120)
    return cache


def commands(suite, caches):
    """What is started, by name; PORT is replaced."""
    main = lambda name, *java: [*suite.java(name, *java), "edgewise.bench.Main", f"{name}-http", "127.0.0.1:PORT", suite.files]
    found = {name: main(name) for name in NAMES}
    for name, cache in caches.items():
        found[f"{name} with AOT cache"] = main(name, f"-XX:AOTCache={cache}")
    found["edgewise serve"] = [f"{machine.TOP}/edgewise", "serve", suite.files, "--listen", "127.0.0.1:PORT"]
    return found


def first(suite, command, path):
    port = str(free_port())
    command = [word.replace("PORT", port) for word in command]
    anywhere = ["taskset", "-c", f"0-{machine.LOAD_CPU}"]  # a server starts on all processors
    start = ["--request", workloads.request(suite, path), "--", *anywhere, *command]
    return json.loads(loads.run([f"{suite.work}/load", "first", f"127.0.0.1:{port}", *start], 60))["milliseconds"]


def measure(suite, options):
    """Milliseconds: {name: [median, least, most]}."""
    caches = {name: make_cache(suite, name) for name in CACHED}
    started = commands(suite, caches)
    seen = {name: [] for name in started}
    for turn in range(options.rounds + 1):  # the first fills the page cache
        for name, command in started.items():
            took = first(suite, command, "/1k" if name == "edgewise serve" else "/plaintext")
            if turn:
                seen[name].append(took)
    suite.say("startup: done")
    return {name: [statistics.median(v), min(v), max(v)] for name, v in seen.items()}
