# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts nodes and speaks to them, for measurements: the programs as they are built, on loopback."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def bench(name, value, unit):
    print(f"bench {name} {value:.{3 if abs(value) < 10 else 1}f} {unit}", flush=True)


def median_of(measure, rounds=ROUNDS):
    return statistics.median(measure() for _ in range(rounds))


def wait_for(condition, what, seconds=60, step=0.01):
    """Polls until condition() returns something true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(step)
    sys.exit(f"gave up waiting: {what}")


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def share(world, name, size):
    """Makes a folder with one file of that size, no two of whose blocks are alike."""
    folder = world.folder / name
    folder.mkdir()
    with open(folder / f"{name} harvest song.ogg", "wb") as file:
        block = os.urandom(1 << 20)
        for i in range(0, size, len(block)):
            file.write(i.to_bytes(8, "little"))
            file.write(block[:min(len(block), size - i) - 8])
    return folder


class Node:
    def __init__(self, world, name, *options):
        self.world = world
        self.profile = world.folder / name
        self.programs = world.programs
        self.downloads = world.folder / f"{name}-downloads"
        self.read_fd, write_fd = os.pipe()
        self.log = open(world.folder / f"{name}.log", "ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*world.wrapper, self.programs / "filbertd", "--profile", self.profile, "--private", "--no-bootstrap", "--headless",
             "--listen", "127.0.0.1:0", "--downloads", self.downloads, *options],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, pass_fds=[write_fd], env=world.environment)
        os.close(write_fd)
        wait_for(lambda: (self.profile / "node").exists() or self.process.poll() is not None, f"{name} to listen",
                 step=0.0005)
        self.ready = time.monotonic()
        if self.process.poll() is not None:
            sys.exit(f"{name} did not start: {(world.folder / f'{name}.log').read_text()}")

    @property
    def pid(self):
        return self.process.pid

    def ctl(self, *words, check=True):
        done = subprocess.run([self.programs / "filbertctl", "--profile", self.profile, "--json", *words],
                              stdout=subprocess.PIPE, check=check, env=self.world.environment)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start_ctl(self, *words):
        return subprocess.Popen([self.programs / "filbertctl", "--profile", self.profile, "--json", *words],
                                stdout=subprocess.PIPE, env=self.world.environment)

    def status(self):
        return self.ctl("status")[0]

    def port(self):
        return int(self.status()["listen"].rpartition(":")[2])

    def memory_kb(self):
        lines = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return int(fields["VmRSS"].split()[0]), int(fields["RssAnon"].split()[0])

    def cpu_s(self):
        return cpu_s(self.pid)

    def stop(self):
        os.close(self.read_fd)
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30 if not self.world.wrapper else 120)
        self.log.close()
        if status != 0:
            print(f"{self.profile.name} ended with {status}", file=sys.stderr)
        return status


class World:
    """A folder for profiles, below the build directory's file system, and the programs to run."""

    def __init__(self, programs, wrapper=()):
        self.programs = pathlib.Path(programs).resolve()
        self.wrapper = list(wrapper)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="filbert-bench-"))
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700)
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=str(runtime), XDG_DATA_HOME=str(self.folder / "data"),
                                XDG_CONFIG_HOME=str(self.folder / "config"), XDG_STATE_HOME=str(self.folder / "state"),
                                GIO_USE_VFS="local", GSETTINGS_BACKEND="memory")
        self.environment.pop("G_DEBUG", None)
        self.n_nodes = 0

    @contextlib.contextmanager
    def node(self, *options, name=None):
        self.n_nodes += 1
        node = Node(self, name or f"node{self.n_nodes}", *options)
        try:
            yield node
        finally:
            node.stop()

    def close(self):
        shutil.rmtree(self.folder)


class RawLink:
    """An ultrapeer that says only what a measurement needs: an uncompressed link."""

    def __init__(self, port, is_ultrapeer=True):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(30)
        self.socket.sendall((
            "GNUTELLA CONNECT/0.6\r\nUser-Agent: Raw/1\r\n"
            f"X-Ultrapeer: {is_ultrapeer}\r\nX-Query-Routing: 0.2\r\nX-Ultrapeer-Query-Routing: 0.1\r\n"
            "X-Dynamic-Querying: 0.1\r\nX-Max-TTL: 4\r\nX-Degree: 32\r\nGGEP: 0.5\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            got = self.socket.recv(4096)
            if not got:
                sys.exit(f"the node refused the handshake: {head!r}")
            head += got
        if b" 200 " not in head.splitlines()[0]:
            sys.exit(f"the node refused the handshake: {head!r}")
        self.socket.sendall(b"GNUTELLA/0.6 200 OK\r\n\r\n")
        self.rest = head.partition(b"\r\n\r\n")[2]

    def send(self, data):
        self.socket.sendall(data)

    def messages(self):
        """Yields (kind, muid, payload) as they come."""
        while True:
            while len(self.rest) >= 23:
                size = struct.unpack_from("<I", self.rest, 19)[0] & 0xffff
                if len(self.rest) < 23 + size:
                    break
                message, self.rest = self.rest[:23 + size], self.rest[23 + size:]
                yield message[16], message[:16], message[23:]
            got = self.socket.recv(65536)
            if not got:
                return
            self.rest += got

    def close(self):
        self.socket.close()


def queries(n, texts, ttl=1, hops=2):
    """n distinct queries as they go over a link."""
    pool = os.urandom(16 * n)
    tails = []
    for text in texts:
        payload = struct.pack("<H", 0x0080) + text.encode() + b"\0"
        tails.append(bytes([0x80, ttl, hops]) + struct.pack("<I", len(payload)) + payload)
    return b"".join(pool[16 * i:16 * i + 8] + b"\xff" + pool[16 * i + 9:16 * i + 15] + b"\0" + tails[i % len(tails)]
                    for i in range(n))


def ping(muid, ttl=1):
    return muid + bytes([0x00, ttl, 0]) + struct.pack("<I", 0)
