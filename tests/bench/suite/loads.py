"""The load: wrk and our own generator, on the other processor. Each returns a dict with the number of requests."""
import json, os, re, subprocess
from . import machine

# What a current browser sends with a page.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Referer": "http://127.0.0.1/catalogue/index.html?page=2",
    "Connection": "keep-alive",
    "Cookie": "session=7f3a9c21d5e84b60a1b2c3d4e5f60718; theme=dark; consent=1; seen=42",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}


class Overloaded(Exception):
    """The server was asked for more than it can do."""


class NoAnswer(Exception):
    """Not one request was answered."""


def run(command, seconds):
    reading, writing = os.pipe()  # an input that does not end: the contestants end with theirs
    try:
        done = subprocess.run(["taskset", "-c", machine.LOAD_CPU, *command], capture_output=True, text=True, stdin=reading,
                              timeout=seconds + 60)
    finally:
        os.close(reading)
        os.close(writing)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wrk(suite, server, path, connections=64, depth=1, headers=None, seconds=1):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if depth > 1:
        command += ["-s", suite.pipeline(path, depth)]
    out = run(command + [f"http://{server.address}{path}"], seconds)
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError("wrk saw errors:\n" + out)
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", out)
    unit = {"ms": 0.001, "s": 1, "m": 60}[found.group(3)]
    if found.group(1) == "0":
        raise NoAnswer(f"no request was answered within {seconds} s")
    return {"requests": int(found.group(1)), "seconds": float(found.group(2)) * unit}


def load(suite, mode, server, *options, seconds=1):
    try:
        out = run([f"{suite.work}/load", mode, server.address, "--seconds", str(seconds), *map(str, options)], seconds)
    except RuntimeError as e:
        if "requests were not answered" in str(e) and "--rate" in options:
            raise Overloaded from e
        if str(e).endswith("load: no answer"):
            raise NoAnswer(str(e)) from e
        raise
    return json.loads(out)
