#!/usr/bin/env python3
"""Server CPU per UDP echo, Edgewise with and without batches and GSO against C, in interleaved rounds.

usage: tests/bench/udp.py [--rounds N] [--bytes N] [--datagrams N] [--bursts 1,32]
Needs gcc and a built tree (mvn package). CPU time is user+system of the server process, from
/proc/PID/stat, around the load only; server on one core, load generator on the other."""
import argparse, glob, os, statistics, subprocess, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
p = argparse.ArgumentParser()
p.add_argument("--rounds", type=int, default=7)
p.add_argument("--bytes", type=int, default=64)
p.add_argument("--datagrams", type=int, default=100000, help="per round and server")
p.add_argument("--bursts", default="1,32")
p.add_argument("--java-home", default=os.environ.get("JAVA_HOME", ""))
A = p.parse_args()

homes = [A.java_home] + sorted(glob.glob("/usr/lib/jvm/*25*"))
home = next(h for h in homes if h and os.path.exists(h + "/bin/javac"))
jars = ":".join([j for m in ("native", "reactor-api", "reactor-epoll-ffm") for j in glob.glob(f"{TOP}/{m}/target/*.jar")]
                + sorted(glob.glob(os.path.expanduser("~/.m2/repository/org/slf4j/slf4j-api/2.*/*.jar")))[-1:])

def cpu(pid):
    f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")

tmp = tempfile.mkdtemp()
for c in ("udp_echo", "udp_load"):
    subprocess.run(["gcc", "-O2", "-o", f"{tmp}/{c}", f"{HERE}/{c}.c"], check=True)
subprocess.run([f"{home}/bin/javac", "-cp", jars, "-d", tmp, f"{HERE}/UdpEcho.java"], check=True)

def edgewise(*how):
    return [f"{home}/bin/java", "--enable-native-access=ALL-UNNAMED", "-cp", f"{jars}:{tmp}", "UdpEcho", "PORT", *how]

servers = {"C, a call each": [f"{tmp}/udp_echo", "PORT"], "batch 1": edgewise("1", "false", "false"),
           "batch 32": edgewise("32", "false", "false"), "batch 32, GSO": edgewise("32", "true", "false"),
           "batch 32, GSO, GRO": edgewise("32", "true", "true")}
running = {}
try:
    for i, (name, command) in enumerate(servers.items()):
        port = str(7201 + i)
        command = ["taskset", "-c", "0"] + [port if c == "PORT" else c for c in command]
        running[name] = (subprocess.Popen(command, stderr=subprocess.DEVNULL), port)
    time.sleep(3)
    def load(port, burst, count):
        command = ["taskset", "-c", "1", f"{tmp}/udp_load", port, str(A.bytes), str(burst), str(count // burst)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for burst in map(int, A.bursts.split(",")):
        for _, port in running.values():
            load(port, burst, 50000)  # let the JIT finish
        results = {name: [] for name in servers}
        for _ in range(A.rounds):
            for name, (process, port) in running.items():
                before = cpu(process.pid)
                back = load(port, burst, A.datagrams)
                results[name].append((cpu(process.pid) - before) / back * 1e6)
        print(f"bursts of {burst}")
        for name, values in results.items():
            ratio = statistics.median(v / c for v, c in zip(values, results["C, a call each"]))
            print(f"  {name:20} {statistics.median(values):6.2f} us CPU per datagram ({min(values):.2f} to {max(values):.2f}), {ratio:.2f} of C's")
finally:
    for process, _ in running.values():
        process.kill()
