# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real programs on the loopback interface, and waits for what they tell.

Nothing here sleeps: a wait ends with a line of a node's monitor, with the end of a command that blocks, or
with its deadline. Ports are free ones; every node has an address of its own below 127.
"""

import atexit
import base64
import collections
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

FILBERTD = os.environ["FILBERTD"]
FILBERTCTL = os.environ["FILBERTCTL"]

# With the sanitizers everything is slower, and memory says nothing.
SANITIZED = os.environ.get("FILBERT_SANITIZED", "none") != "none"

# The longest that anything may take that is expected to happen; reached only when it does not.
DEADLINE = 240 if SANITIZED else 120

_addresses = itertools.count(2)


def address():
    """An address of the loopback network that nothing else in this test uses, in a network of its own."""
    return "127.%d.0.1" % next(_addresses)


def sha1_text(content):
    return base64.b32encode(hashlib.sha1(content).digest()).decode()


def noise(size, seed):
    """Bytes that no other seed makes and that do not compress."""
    return random.Random(seed).randbytes(size)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


class Failed(AssertionError):
    """Something that was waited for did not happen."""


class Deadline:
    def __init__(self, seconds=DEADLINE):
        self.end = time.monotonic() + seconds

    def left(self):
        return max(self.end - time.monotonic(), 0)

    def over(self):
        return self.left() == 0


class Lines(threading.Thread):
    """Reads a stream of lines so that its writer never waits."""

    def __init__(self, stream, changed, seen):
        super().__init__(daemon=True)
        self.stream = stream
        self.changed = changed
        self.seen = seen
        self.start()

    def run(self):
        for line in self.stream:
            with self.changed:
                self.seen(line)
                self.changed.notify_all()
        with self.changed:
            self.seen(None)
            self.changed.notify_all()


class Result:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def row(self):
        rows = self.rows()
        assert len(rows) == 1, "one object was expected: %r" % self.out
        return rows[0]


class Monitor:
    """What `filbertctl monitor` has told so far: the rows of every list, and the events."""

    def __init__(self, node):
        self.changed = threading.Condition()
        self.rows = collections.defaultdict(dict)
        self.status = {}
        self.events = []
        self.has_ended = False
        self.process = subprocess.Popen(
            [FILBERTCTL, "--profile", node.profile, "--json", "monitor"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=node.world.env)
        self.reader = Lines(self.process.stdout, self.changed, self._take)

    def _take(self, line):
        if line is None:
            self.has_ended = True
            return
        row = json.loads(line)
        event = row["event"]
        if event == "status":
            self.status = row
        elif event.endswith("-removed"):
            self.rows[event[: -len("-removed")]].pop(row["id"], None)
        elif event in ("search", "download", "upload", "share", "peer"):
            self.rows[event][row["id"]] = row
        else:
            self.events.append(row)

    def wait(self, what, test, seconds):
        """Waits until test(self) is something; returns that."""
        deadline = Deadline(seconds)
        with self.changed:
            while True:
                found = test(self)
                if found:
                    return found
                if deadline.over() or self.has_ended:
                    raise Failed("not seen: %s\nstatus %s\nrows %s\nevents %s" % (
                        what, self.status, dict(self.rows), [e["text"] for e in self.events]))
                self.changed.wait(deadline.left())

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class Node:
    """One filbertd with its profile."""

    def __init__(self, world, name, role="leaf", accepts=True, private=True, bootstrap=False, settings=None,
                 downloads=None):
        self.world = world
        self.name = name
        self.role = role
        self.accepts = accepts
        self.private = private
        self.bootstrap = bootstrap
        self.address = address() if accepts else "none"
        self.profile = os.path.join(world.top, name, "profile")
        self.shared = os.path.join(world.top, name, "Shared")
        self.downloads = downloads or os.path.join(world.top, name, "Downloads")
        os.makedirs(self.profile, mode=0o700)
        os.makedirs(self.shared)
        self.process = None
        self.log = []
        self.changed = threading.Condition()
        self._monitor = None
        self.settings = dict({"port-mapping": "false"}, **(settings or {}))
        lines = ["%s=%s\n" % item for item in self.settings.items()]
        write(os.path.join(self.profile, "settings.ini"), ("[settings]\n" + "".join(lines)).encode())

    # Starting and ending

    def arguments(self, connect=(), listen=None):
        if listen is None:
            listen = self.address + ":0" if self.accepts else "none"
        arguments = ["--profile", self.profile, "--headless", "--listen", listen, "--role", self.role,
                     "--downloads", self.downloads, "--log", "debug"]
        if self._shared_names():
            arguments += ["--share", self.shared]
        if self.private:
            arguments.append("--private")
        if not self.bootstrap:
            arguments.append("--no-bootstrap")
        for other in connect:
            arguments += ["--connect", other]
        return arguments

    def _shared_names(self):
        return os.listdir(self.shared) if os.path.isdir(self.shared) else []

    def launch(self, connect=(), listen=None, env=None, more=()):
        """Starts the program without waiting for it."""
        self.log = []
        self.process = subprocess.Popen(
            [FILBERTD] + self.arguments(connect, listen) + list(more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", env=env or self.world.env)
        self.reader = Lines(self.process.stderr, self.changed, self._take_log)
        self.world.running.add(self)

    def _take_log(self, line):
        self.log.append(line)

    def start(self, connect=(), files=None, listen=None):
        """Starts the node, waits until it listens and offers all of its files, and then connects it, since
        neighbours hear of new files only every ten seconds."""
        for name, content in (files or {}).items():
            write(os.path.join(os.fsencode(self.shared), os.fsencode(name)), content)
        self.launch(listen=listen)
        self.wait_log("runs with the profile")
        self.listen = self.status()["listen"]
        n = len(self._shared_names())
        if n > 0:
            self.wait_log("%d files can be found" % n)
        for other in connect:
            self.connect(other)
        return self

    def connect(self, other):
        """Connects it to a node or to HOST:PORT, and waits for the link."""
        listen = other if isinstance(other, str) else other.listen
        self.ask("connect", listen)
        self.wait("a link to " + listen,
                  lambda m: any(p["established"] and p["address"] == listen for p in m.rows["peer"].values()))

    def wait_log(self, text, seconds=DEADLINE):
        deadline = Deadline(seconds)
        with self.changed:
            while not any(line is not None and text in line for line in self.log):
                if deadline.over() or (self.log and self.log[-1] is None):
                    raise Failed("%s never said %r:\n%s" % (self.name, text, self.log_text()))
                self.changed.wait(deadline.left())

    def log_text(self, lines=60):
        return "".join(line for line in self.log[-lines:] if line is not None)

    def wait_exit(self, seconds=DEADLINE):
        """Waits for the program's end; returns its exit code and what it said."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed("%s goes on:\n%s" % (self.name, self.log_text())) from None
        self.forget()
        return code, self.log_text(10000)

    def forget(self):
        """Takes leave of a process that has ended."""
        self.end_monitor()
        self.process.wait()
        self.reader.join()
        self.process.stderr.close()
        self.process = None
        self.world.running.discard(self)

    def terminate(self):
        """Ends it with SIGTERM and says in how many seconds."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code, text = self.wait_exit()
        if code != 0:
            raise Failed("%s ended with %d:\n%s" % (self.name, code, text))
        return time.monotonic() - begin

    def kill(self):
        """Ends it as a power cut would."""
        self.process.kill()
        self.forget()

    def take_snapshot(self):
        """Of a node that does not run, as one takes that has run for a while; from it the next one knows about what time
        it is."""
        folder = os.path.join(self.profile, "snapshots")
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(self.profile, "filbert.db"),
                    os.path.join(folder, time.strftime("%Y%m%dT%H%M%SZ.db", time.gmtime())))

    # Asking

    def run(self, *arguments, timeout=2 * DEADLINE, json=True):
        # Some commands start a node when none runs; only `start` is meant to do so here.
        env = dict(self.world.env, FILBERTD=FILBERTD if arguments[0] == "start" else "/bin/false")
        done = subprocess.run(
            [FILBERTCTL, "--profile", self.profile] + ["--json"] * json + list(arguments), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout, env=env)
        return Result(done.returncode, done.stdout, done.stderr)

    def ask(self, *arguments, timeout=2 * DEADLINE):
        """Runs a command that has to succeed; returns its rows."""
        result = self.run(*arguments, timeout=timeout)
        if result.code != 0:
            raise Failed("%s: %s: %d %s%s\n%s" % (self.name, " ".join(arguments), result.code, result.err, result.out,
                                                  self.log_text()))
        return result.rows()

    def status(self):
        return self.ask("status")[0]

    def find(self, *words, n=1, options=()):
        """Searches until there are n results; a search that found too few is closed and begun again, since
        the neighbours may not have known yet what to pass on."""
        deadline = Deadline()
        while True:
            rows = self.ask("search", *words, "--wait", "3", "--max", str(n), *options)
            if len(rows) >= n:
                return rows
            if deadline.over():
                raise Failed("%s found %d of %d for %s\n%s" % (self.name, len(rows), n, words, self.log_text()))
            for search in self.ask("searches"):
                self.ask("close", str(search["id"]))

    def get(self, what, timeout=2 * DEADLINE):
        """Downloads to the end; returns all rows on the way, the final one last."""
        return self.ask("get", str(what["id"] if isinstance(what, dict) else what), "--wait", timeout=timeout)

    def download(self, id):
        return [row for row in self.ask("downloads") if row["id"] == id][0]

    def until(self, what, test, seconds=DEADLINE):
        """Repeats test(), which runs a command, until it is something; returns that."""
        deadline = Deadline(seconds)
        while True:
            found = test()
            if found:
                return found
            if deadline.over():
                raise Failed("not seen: %s\n%s" % (what, self.log_text()))

    # Watching

    def wait(self, what, test, seconds=DEADLINE):
        if self._monitor is None:
            self._monitor = Monitor(self)
        try:
            return self._monitor.wait("%s at %s" % (what, self.name), test, seconds)
        except Failed as error:
            raise Failed("%s\n%s" % (error, self.log_text())) from None

    def wait_download(self, id, what, test, seconds=DEADLINE):
        def look(monitor):
            row = monitor.rows["download"].get(id)
            return row if row is not None and test(row) else None

        return self.wait("download %d that %s" % (id, what), look, seconds)

    def wait_links(self, n=1, seconds=DEADLINE):
        self.wait("%d links" % n,
                  lambda m: sum(p["established"] for p in m.rows["peer"].values()) >= n, seconds)

    def end_monitor(self):
        if self._monitor is not None:
            self._monitor.end()
            self._monitor = None

    # Of the process

    def cpu_seconds(self):
        fields = read("/proc/%d/stat" % self.process.pid).rsplit(b") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def heap_bytes(self):
        """Memory that is no file's."""
        status = read("/proc/%d/status" % self.process.pid).decode()
        return int(status.split("RssAnon:")[1].split()[0]) * 1024

    def rss_bytes(self):
        return int(read("/proc/%d/statm" % self.process.pid).split()[1]) * os.sysconf("SC_PAGE_SIZE")


class World:
    """The nodes of one test, their folders and their environment."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="filbert-", dir=os.environ.get("TMPDIR", "/var/tmp"))
        self.running = set()
        home = os.path.join(self.top, "home")
        runtime = os.path.join(self.top, "run")
        os.mkdir(home)
        os.mkdir(runtime, 0o700)
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("XDG_", "DBUS_", "G_MESSAGES", "http_proxy", "HTTP_PROXY"))}
        self.env.update(HOME=home, XDG_RUNTIME_DIR=runtime, LC_ALL="C.UTF-8",
                        GIO_USE_PROXY_RESOLVER="dummy", GIO_USE_VFS="local", G_DEBUG="")
        _worlds.add(self)

    def node(self, name, **options):
        return Node(self, name, **options)

    def close(self):
        for node in list(self.running):
            node.process.kill()
            node.forget()
        shutil.rmtree(self.top, ignore_errors=True)
        _worlds.discard(self)


_worlds = set()


@atexit.register
def _close_worlds():
    for world in list(_worlds):
        world.close()


def _terminated(*_):
    # An exception would be taken for a failed test.
    _close_worlds()
    os._exit(1)


class Test(unittest.TestCase):
    """A test with a world of its own."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def tearDown(self):
        # Each test also ends its nodes in the middle of whatever they do; with the sanitizers this is where
        # leaks are told.
        for node in list(self.world.running):
            self.assertLess(node.terminate(), 5 if not SANITIZED else 30)

    def node(self, name, **options):
        return self.world.node(name, **options)

    def assert_whole(self, row, content):
        """A download that is done, and right."""
        self.assertEqual(row["state"], "done", row)
        self.assertEqual(read(row["path"]), content)

    def assert_nobody_crashed(self):
        for node in self.world.running:
            self.assertIsNone(node.process.poll(), "%s ended:\n%s" % (node.name, node.log_text()))


class _TapResult(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.out = stream
        self.n = 0
        self.begin = 0

    def startTest(self, test):
        super().startTest(test)
        self.begin = time.monotonic()

    def _line(self, verdict, test, note="", detail=""):
        self.n += 1
        for line in detail.splitlines():
            print("#", line, file=self.out)
        print("# %.1f s" % (time.monotonic() - self.begin), file=self.out)
        print("%s %d - %s%s" % (verdict, self.n, test.id().split(".", 1)[-1], note), file=self.out, flush=True)

    def addSuccess(self, test):
        self._line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line("not ok", test, detail=self._exc_info_to_string(err, test))

    addError = addFailure

    def addSkip(self, test, reason):
        self._line("ok", test, " # SKIP " + reason)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.failures.append((test, ""))
            self._line("not ok", subtest, detail=self._exc_info_to_string(err, test))


def main():
    """Runs the tests of the main module, or those named on the command line, and prints TAP."""
    signal.signal(signal.SIGTERM, _terminated)
    loader = unittest.defaultTestLoader
    module = sys.modules["__main__"]
    suite = loader.loadTestsFromNames(sys.argv[1:], module) if sys.argv[1:] else loader.loadTestsFromModule(module)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    result = _TapResult(out)
    suite.run(result)
    print("1..%d" % result.n, file=out, flush=True)
    sys.exit(not result.wasSuccessful())
