"""The machine, the JDK, and what has to be built before anything can be measured."""
import glob, os, platform, re, shutil, subprocess, sys, time

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(BENCH))
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CPU, LOAD_CPU = "0", str(os.cpu_count() - 1)


def jdk():
    """The home of a JDK 25."""
    homes = [os.environ.get("JAVA_HOME", "")] + sorted(glob.glob("/usr/lib/jvm/*") + glob.glob("/opt/*jdk*"), reverse=True)
    for home in homes:
        try:
            if re.search(r'JAVA_VERSION="2[5-9]', open(os.path.join(home, "release")).read()):
                return home
        except OSError:
            pass
    sys.exit("no JDK 25 found: install one, or set JAVA_HOME to it")


def missing_tools():
    """Programs that the suite calls and that are not here, each with the package of Debian that has it."""
    tools = {"gcc": "gcc libc6-dev", "wrk": "wrk", "nginx": "nginx-light", "taskset": "util-linux", "setpriv": "util-linux", "mvn": "maven"}
    return {t: p for t, p in tools.items() if shutil.which(t, path=os.environ["PATH"] + ":/usr/sbin") is None}


def build(work, maven):
    """Builds the servers (Maven, profile bench) and the C programs (gcc, into the directory given)."""
    environment = dict(os.environ, JAVA_HOME=jdk())
    command = ["mvn", "-B", "-q", "-ntp", "-f", f"{TOP}/pom.xml", "-P", "bench", "-pl", "tests/bench,cli", "-am", "-DskipTests",
               "-Dedgewise.format.skip=true", "package"]
    if maven and subprocess.run(command, env=environment, stdout=sys.stderr).returncode:
        sys.exit("the build failed; its messages are above")
    for program in ("limit", "load"):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", f"{work}/{program}",
                        *sorted(glob.glob(f"{BENCH}/c/{program}*.c"))], check=True)


def facts():
    """What a result means nothing without."""
    cpu = re.search(r"model name\s*:\s*(.*)", open("/proc/cpuinfo").read() + "\nmodel name : unknown").group(1)
    java = open(f"{jdk()}/release").read()
    commit = subprocess.run(["git", "-C", TOP, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True,
                           env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin")).stderr
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": commit,
        "cpu": f"{cpu}, {os.cpu_count()} processors" + (", virtual" if "hypervisor" in open("/proc/cpuinfo").read() else ""),
        "kernel": platform.release().split("-")[0],
        "jdk": re.search(r'JAVA_RUNTIME_VERSION="([^"]*)"', java).group(1),
        "given": given(),
        "nginx": (re.search(r"nginx/(\S+)", nginx) or [None, "none"])[1],
    }


def given():
    """How much of a processor a process gets that only spins, in percent. Much below 100 the host has other things to do,
    without telling (no stolen time): then latencies are the host's, and only ratios of CPU times mean something."""
    start, spent = time.monotonic(), time.process_time()
    while time.monotonic() - start < 1:
        pass
    return round(100 * (time.process_time() - spent) / (time.monotonic() - start))


def disturbances():
    """Counters that grow when something else than the server disturbs a run: stolen time (ticks), packets that the
    kernel dropped, segments that TCP had to send again."""
    stolen = int(open("/proc/stat").readline().split()[8])
    dropped = sum(int(line.split()[1], 16) for line in open("/proc/net/softnet_stat"))
    lines = [line.split() for line in open("/proc/net/snmp") if line.startswith("Tcp:")]
    resent = int(lines[1][lines[0].index("RetransSegs")])
    return {"stolen": stolen, "dropped": dropped, "resent": resent}
