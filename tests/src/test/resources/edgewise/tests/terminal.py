"""Runs a program on a terminal of its own, as a foreign eye on the terminal's modes.

terminal.py ENDING COMMAND...: ENDING is "q", a key to be typed, or "TERM", a signal to be sent. Prints the modes that
were found, those while the program runs, its exit status, and those that it has left.
"""
import fcntl
import os
import signal
import struct
import sys
import termios

ending, command = sys.argv[1], sys.argv[2:]
master, slave = os.openpty()
modes = lambda: "cooked" if termios.tcgetattr(slave)[3] & termios.ICANON else "raw"
print(modes())
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    os.execvp(command[0], command)

seen = b""


def until(text):
    global seen
    while text not in seen:
        seen += os.read(master, 4096)


until(b"ready")
print(modes())
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
until(b"size 40 100")
if ending == "TERM":
    os.kill(pid, signal.SIGTERM)
else:
    os.write(master, ending.encode())
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(modes())
