"""Starts the daemon as native-host does, and again whenever it has died: native-host.py SCRIPT TOKEN INSTALL_ID

Tells on standard output what happens. SIGUSR1 lets it read its own standard input and end.
"""
import os
import signal
import subprocess
import sys


def tell(*words):
    print(*words, flush=True)


def leave(*_):
    tell("stdin", sys.stdin.buffer.read().decode())
    os._exit(0)


signal.signal(signal.SIGUSR1, leave)
while True:
    daemon = subprocess.Popen(
        [sys.argv[1], "--port", "0", "--token", sys.argv[2], "--parent-pid", str(os.getpid()),
         "--install-id", sys.argv[3]],
        stdout=subprocess.PIPE)  # standard input and standard error are inherited
    tell("starting", daemon.pid)
    tell("port", daemon.stdout.readline().decode().strip())
    tell("more", len(daemon.stdout.read()))
    tell("died", daemon.wait())
