#!/usr/bin/env python3
"""CPU per HTTP request of several builds of the server, measured in turns on one machine.

    http.py [--rounds N] [--seconds S] TREE [TREE...]

Each TREE is a checkout that was built (mvn -DskipTests verify). Its Hello example runs with one loop on processor 0,
wrk on the last one, 64 connections; at depth 1, and at depth 16 by a script that pipelines. The figure is user and
system time of the server process per answered request, in microseconds, after a warm-up. Ratios are to the first TREE.
"""
import argparse, os, re, statistics, subprocess, sys, tempfile

PIPELINE = """
init = function(args)
  local r = {}
  for i = 1, 16 do r[i] = wrk.format("GET", "/hello/x") end
  req = table.concat(r)
end
request = function() return req end
"""

def jdk():
    for home in [os.environ.get("JAVA_HOME", ""), *sorted(
            (os.path.join("/usr/lib/jvm", d) for d in os.listdir("/usr/lib/jvm")), reverse=True)]:
        try:
            if 'JAVA_VERSION="25' in open(os.path.join(home, "release")).read():
                return os.path.join(home, "bin", "java")
        except OSError:
            pass
    sys.exit("no JDK 25 found; set JAVA_HOME")

def start(tree, directory):
    jars = [os.path.join(tree, m, "target", "classes") for m in
            ("native", "reactor-api", "reactor-epoll-ffm", "reactor-select", "http", "examples")]
    libs = os.path.join(tree, "cli", "target", "edgewise")
    slf4j = [os.path.join(d, f) for d, _, fs in os.walk(libs) for f in fs if f.startswith("slf4j")]
    process = subprocess.Popen(
        ["taskset", "-c", "0", jdk(), "-XX:+UseSerialGC", "-Xmx256m", "--enable-native-access=ALL-UNNAMED",
         "-XX:ActiveProcessorCount=1", "-cp", ":".join(jars + slf4j), "edgewise.examples.Hello", directory,
         "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    return process, re.search(r":(\d+)$", process.stdout.readline().strip()).group(1)

def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

def measure(process, port, seconds, script):
    before = cpu(process.pid)
    command = ["taskset", "-c", str(os.cpu_count() - 1), "wrk", "-t1", "-c64", f"-d{seconds}s"]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + [f"http://127.0.0.1:{port}/hello/x"], capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit("wrk saw errors:\n" + out)
    return (cpu(process.pid) - before) / requests * 1e6

def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("trees", nargs="+")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "pipeline.lua")
        with open(script, "w") as f:
            f.write(PIPELINE)
        servers = [(tree, *start(tree, directory)) for tree in options.trees]
        try:
            for depth, lua in ((1, None), (16, script)):
                figures = {tree: [] for tree in options.trees}
                for tree, process, port in servers:
                    measure(process, port, options.seconds, lua)
                for _ in range(options.rounds):
                    for tree, process, port in servers:
                        figures[tree].append(measure(process, port, options.seconds, lua))
                first = figures[options.trees[0]]
                for tree in options.trees:
                    ratios = [a / b for a, b in zip(figures[tree], first)]
                    print(f"depth {depth:2}  {statistics.median(figures[tree]):6.2f} us/request "
                          f"({min(figures[tree]):.2f} to {max(figures[tree]):.2f})  "
                          f"ratio {statistics.median(ratios):.2f}  {tree}")
        finally:
            for _, process, _ in servers:
                process.terminate()
                process.wait()

main()
