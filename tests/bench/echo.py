#!/usr/bin/env python3
"""Server CPU per echo round trip, Edgewise against a C epoll server, in interleaved rounds.

usage: tests/bench/echo.py [--rounds N] [--connections N] [--bytes N] [--seconds S] [--java OPTION]...
Needs gcc and a built tree (mvn package). CPU time is user+system of the server process, from
/proc/PID/stat, around the load only; server on one core, load generator on the other."""
import argparse, glob, os, statistics, subprocess, sys, tempfile, time, socket

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
p = argparse.ArgumentParser()
p.add_argument("--rounds", type=int, default=7)
p.add_argument("--connections", type=int, default=64)
p.add_argument("--bytes", type=int, default=64)
p.add_argument("--seconds", type=float, default=2)
p.add_argument("--java", action="append", default=[])
p.add_argument("--java-home", default=os.environ.get("JAVA_HOME", ""))
A = p.parse_args()

def java():
    homes = [A.java_home] + sorted(glob.glob("/usr/lib/jvm/*25*"))
    return next(os.path.join(h, "bin/java") for h in homes if h and os.path.exists(os.path.join(h, "bin/java")))

def jars():
    own = [j for m in ("native", "reactor-api", "reactor-epoll-ffm", "examples")
           for j in glob.glob(f"{TOP}/{m}/target/*.jar")]
    return ":".join(own + sorted(glob.glob(os.path.expanduser("~/.m2/repository/org/slf4j/slf4j-api/2.*/*.jar")))[-1:])

def cpu(pid):
    f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")

def wait_for(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    sys.exit("no server on port %d" % port)

tmp = tempfile.mkdtemp()
for c in ("echo_server", "echo_load"):
    subprocess.run(["gcc", "-O2", "-o", f"{tmp}/{c}", f"{HERE}/{c}.c"], check=True)
servers = {
    "C epoll": (["taskset", "-c", "0", f"{tmp}/echo_server", "7101"], 7101),
    "Edgewise": (["taskset", "-c", "0", java(), "--enable-native-access=ALL-UNNAMED", *A.java,
                  "-cp", jars(), "edgewise.examples.Echo", "7102"], 7102),
}
running = {n: subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for n, (c, _) in servers.items()}
try:
    for n, (_, port) in servers.items():
        wait_for(port)
    def load(port, seconds):
        out = subprocess.run(["taskset", "-c", "1", f"{tmp}/echo_load", str(port), str(A.connections), str(A.bytes), str(seconds)],
                             capture_output=True, text=True, check=True).stdout
        return int(out)
    load(7102, 5)  # let the JIT finish
    results = {n: [] for n in servers}
    for r in range(A.rounds):
        for n, (_, port) in servers.items():
            before = cpu(running[n].pid)
            trips = load(port, A.seconds)
            results[n].append(((cpu(running[n].pid) - before) / trips * 1e6, trips / A.seconds))
    for n, rows in results.items():
        us = sorted(x[0] for x in rows)
        print(f"{n:9} {statistics.median(us):6.2f} us CPU per round trip (min {us[0]:.2f}, max {us[-1]:.2f}); "
              f"{statistics.median(x[1] for x in rows):9.0f} round trips/s")
    ratios = sorted(e[0] / c[0] for c, e in zip(results["C epoll"], results["Edgewise"]))
    print(f"ratio Edgewise / C, pair by pair: median {statistics.median(ratios):.3f} (min {ratios[0]:.3f}, max {ratios[-1]:.3f})")
finally:
    for proc in running.values():
        proc.terminate()
        proc.wait()
