"""The servers as processes: started on a processor of their own, asked what they cost, ended."""
import contextlib, getpass, glob, grp, os, re, shutil, signal, socket, subprocess, sys, tempfile, time
from . import machine

FLAGS = ["-XX:+UseSerialGC", "-Xms256m", "-Xmx256m", "--enable-native-access=ALL-UNNAMED"]

# The jars that a contestant needs, by the beginnings of their names; each class path has these alone, as a user's would.
JARS = {"edgewise": ["edgewise-", "slf4j-"], "netty": ["netty-"], "nio": [], "jdk": [], "vertx": ["vertx-", "netty-", "jackson-"],
        "helidon": ["helidon-"], "undertow": ["undertow-", "xnio-", "jboss-", "wildfly-", "smallrye-"],
        "jetty": ["jetty-", "slf4j-"], "jnr": ["jnr-", "jffi-", "asm-"], "junixsocket": ["junixsocket-"]}
SETTLE = 0.03  # seconds without a tick of CPU time, after which a server has nothing more to do


def class_path(name):
    """Of a contestant. AOT caches want jars, not folders."""
    ours, = glob.glob(f"{machine.BENCH}/target/edgewise-bench-*.jar")
    libraries = sorted(glob.glob(f"{machine.BENCH}/target/lib/*.jar"))
    wanted = tuple(JARS[name.split("-")[0]])
    return ":".join([ours] + [jar for jar in libraries if os.path.basename(jar).startswith(wanted)])


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def descendants(pid):
    """The process and all below it."""
    found, i = [pid], 0
    while i < len(found):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # has ended meanwhile
            for task in os.listdir(f"/proc/{found[i]}/task"):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    found += [int(p) for p in open(f"/proc/{found[i]}/task/{task}/children").read().split()]
        i += 1
    return found


def cpu_seconds(pid):
    """User and system time of a process, of the children that it has waited for, and of those that live."""
    ticks = 0
    for p in descendants(pid):
        fields = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12]) + (int(fields[13]) + int(fields[14]) if p == pid else 0)
    return ticks / machine.TICKS


def status_kib(pid, field):
    return sum(int(line.split()[1]) for p in descendants(pid) for line in open(f"/proc/{p}/status") if line.startswith(field + ":"))


class Server:
    """One contestant, running. `name` as in the tables; C and nginx are programs, all others are contestants of Main."""

    def __init__(self, suite, name, mode, unix=False, limit=(), java=()):
        self.name = name
        self.work = tempfile.mkdtemp(dir=suite.work)
        kind = socket.SOCK_DGRAM if mode == "udp" else socket.SOCK_STREAM
        self.port = free_port(kind)
        self.address = f"unix:{self.work}/s" if unix else f"127.0.0.1:{self.port}"
        self.is_java = not name.startswith("C") and name != "nginx"
        self.errors = open(f"{self.work}/errors", "w+")
        # One that is stopped does not see its input end, so it is killed with the suite, should that be killed.
        pinned = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", machine.SERVER_CPU]
        command = pinned + self._command(suite, name, mode, list(limit), list(java))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self._await_start()

    def _command(self, suite, name, mode, limit, java):
        if name.startswith("C"):
            how = {"C": [mode], "C-short": [mode, "--short"], "C-batch": ["udp-batch"]}[name]
            return [f"{suite.work}/limit", *how, self.address, "--until-eof", *limit]
        if name == "nginx":
            return nginx(self.work, suite.files, self.port)
        return [*suite.java(name, *java), "edgewise.bench.Main", f"{name}-{mode}", self.address, suite.files]

    def _await_start(self):
        if self.name == "nginx":
            for _ in range(500):
                try:
                    return socket.create_connection(("127.0.0.1", self.port)).close()
                except OSError:
                    time.sleep(0.01)
        elif self.process.stdout.readline() == "ready\n":
            return
        self.errors.seek(0)
        sys.exit(f"{self.name} does not start: {self.errors.read()[-2000:]}")

    @contextlib.contextmanager
    def alone(self):
        """Runs meanwhile, and at no other time: what it does when nobody asks it for anything (timers, a selector that
        does not sleep) must not cost the others of its processor."""
        self._signal(signal.SIGCONT)
        try:
            yield
            self._settle()
        finally:
            self._signal(signal.SIGSTOP)

    def _settle(self):
        """Lets it work off the ends of the connections of a run, which are its own and not the next run's."""
        end, before = time.monotonic() + 2, -1
        while time.monotonic() < end and self.cpu() != before:
            before = self.cpu()
            time.sleep(SETTLE)

    def _signal(self, number):
        if self.process.poll() is None:
            for pid in descendants(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def ask(self, question):
        """A number that a Java contestant knows about itself; see Main."""
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def allocated(self):
        return self.ask("allocated") if self.is_java else 0

    def resident_mib(self):
        return status_kib(self.process.pid, "VmRSS") / 1024

    def user_bytes(self):
        """Of a JVM, with NativeMemoryTracking: live objects, memory of the program outside of the heap, and threads; of
        a program all anonymous memory."""
        if not self.is_java:
            return status_kib(self.process.pid, "RssAnon") * 1024
        command = [f"{machine.jdk()}/bin/jcmd", str(self.process.pid), "VM.native_memory", "summary", "scale=b"]
        live, native = self.ask("live"), subprocess.run(command, capture_output=True, text=True, check=True).stdout
        parts = re.findall(r"-\s+(Other|Internal|Thread) \(reserved=\d+, committed=(\d+)", native)
        return live + sum(int(octets) for _, octets in parts)

    def stop(self):
        self._signal(signal.SIGCONT)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()


def nginx(directory, files, port):
    shutil.copytree(files, f"{directory}/files")
    shutil.copy(f"{files}/json", f"{directory}/json")
    os.makedirs(f"{directory}/tmp")
    os.chmod(directory, 0o755)
    values = {"DIRECTORY": directory, "PORT": str(port), "UNIX": f"{directory}/nginx.sock", "PID": f"{directory}/pid",
              "USER": getpass.getuser(), "GROUP": grp.getgrgid(os.getgid()).gr_name}
    text = open(f"{machine.BENCH}/nginx.conf.in").read()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    with open(f"{directory}/nginx.conf", "w") as f:
        f.write(text)
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    return [program, "-e", "stderr", "-c", f"{directory}/nginx.conf"]
