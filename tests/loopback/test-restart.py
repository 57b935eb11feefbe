# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends of every kind, and starts that cannot be: downloads go on, sentences say what is wrong."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import gnutella
from programs import FILBERTCTL, SANITIZED, Test, main, noise, read, sha1_text, write

SIZE = 6 * 1024 * 1024

# What lies under one node of the tree; of each source a crash may cost so much.
BLOCK = 256 * 1024


def waits_of(pid):
    """How often a process has gone to sleep."""
    return int(re.search(rb"\nvoluntary_ctxt_switches:\s*(\d+)", read("/proc/%d/status" % pid)).group(1))


class Resume(Test):
    def begin(self):
        """A download in its middle, slow enough to stay there."""
        self.content = noise(SIZE, 30)
        self.rate = 1000000
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.sharer = self.node("sharer", settings={"upload-limit": str(self.rate)})
        self.sharer.start([self.ultrapeer], {"rosewood tale.bin": self.content})
        self.getter = self.node("getter").start([self.ultrapeer])
        row = self.getter.find("rosewood")[0]
        self.number = self.getter.ask("get", str(row["id"]))[0]["id"]
        self.getter.wait_download(self.number, "is in its middle", lambda d: d["received_bytes"] > SIZE / 3)

    def sent(self):
        """What the sharer has sent of the file, all uploads together."""
        return sum(upload["sent_bytes"] for upload in self.sharer.ask("uploads"))

    def resume(self, lost):
        """The node is there again: it goes on by itself, and fetches again only what was not safe."""
        self.getter.start()
        kept = self.getter.download(self.number)
        self.assertGreater(kept["received_bytes"], 0, "nothing was kept")
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        # Besides what was lost: bytes that were on their way into a closed connection.
        self.assertLessEqual(self.sent(), SIZE + lost + 1024 * 1024)
        self.assertEqual(os.listdir(os.path.join(self.getter.profile, "incomplete")), [])

    def test_kill(self):
        """A crash costs no more than the block that was on its way."""
        self.begin()
        self.getter.kill()
        self.resume(BLOCK)

    def test_finished_but_not_said(self):
        """Killed between the file's coming to its place and the row that says so: it is found there."""
        self.begin()
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.getter.terminate()
        with contextlib.closing(sqlite3.connect(os.path.join(self.getter.profile, "filbert.db"))) as database, database:
            database.execute("UPDATE downloads SET state = 0, path = NULL, finished = 0 WHERE id = ?", (self.number,))
        sent = self.sent()
        self.getter.start()
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        self.assertEqual(os.listdir(self.getter.downloads), ["rosewood tale.bin"])
        self.assertEqual(self.sent(), sent)

    def test_damaged_database(self):
        """The copy that comes back is older than the part file, but what the tree proves in that is not fetched again."""
        self.begin()
        path = os.path.join(self.getter.profile, "filbert.db")
        folder = os.path.join(self.getter.profile, "snapshots")
        os.makedirs(folder, exist_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM INTO ?", (os.path.join(folder, time.strftime("%Y%m%dT%H%M%SZ.db", time.gmtime())),))
        self.getter.wait_download(self.number, "has come further", lambda d: d["received_bytes"] > SIZE * 0.8)
        self.getter.kill()
        for name in ("filbert.db", "filbert.db-wal"):
            write(os.path.join(self.getter.profile, name), noise(20000, 33))
        self.resume(BLOCK)
        self.assertTrue(any("kept as" in line for line in self.getter.log if line))

    def test_terminate(self):
        """SIGTERM saves everything, and does it in time."""
        self.begin()
        seconds = self.getter.terminate()
        self.assertLess(seconds, 5)
        self.resume(0)

    def test_stop_command(self):
        """So does `stop`."""
        self.begin()
        self.getter.ask("stop")
        self.assertEqual(self.getter.wait_exit()[0], 0)
        self.resume(0)

    def test_sharer_restarts(self):
        """The sharer is killed in the middle; the download waits for it and says so, and goes on."""
        self.begin()
        listen = self.sharer.listen
        self.sharer.kill()
        self.getter.wait_download(self.number, "says why nothing moves",
                                  lambda d: d["state"] != "downloading" and d["reason"])
        self.sharer.start(listen=listen)
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)


class Start(Test):
    def assert_refused(self, node, *words):
        code, text = node.wait_exit()
        lines = text.splitlines()
        sentences = [line for line in lines if line.startswith("filbertd: ")]
        self.assertEqual(code, 4, text)
        self.assertEqual(len(sentences), 1, text)
        for word in words:
            self.assertIn(word, sentences[0])

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            node = self.node("node")
            node.launch(listen="127.0.0.1:%d" % port)
            self.assert_refused(node, str(port))

    def test_second_node(self):
        """The profile has its node already, which does not mind."""
        first = self.node("node").start()
        process = first.process
        second = self.node("other")
        second.profile = first.profile
        second.launch()
        self.assert_refused(second, "already running", first.profile)
        self.assertIsNone(process.poll())
        self.assertEqual(first.status()["listen"], first.listen)

    def test_stale_socket(self):
        """What a killed node left is in nobody's way."""
        node = self.node("node").start()
        node.kill()
        self.assertTrue(os.path.exists(os.path.join(node.profile, "node")))
        result = node.run("status")
        self.assertEqual((result.code, len(result.err.splitlines())), (4, 1), result.err)
        node.start()
        self.assertEqual(node.ask("stop"), [])

    def test_newer_database(self):
        """A newer program's data is left alone."""
        node = self.node("node").start()
        node.terminate()
        path = os.path.join(node.profile, "filbert.db")
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        before = read(path)
        node.launch()
        self.assert_refused(node, "newer")
        self.assertEqual(read(path), before)
        self.assertEqual([name for name in os.listdir(node.profile) if "before" in name or "damaged" in name], [])

    def test_damaged_database(self):
        """What cannot be read is kept aside; the node starts with an empty one, and says so."""
        node = self.node("node").start()
        node.terminate()
        path = os.path.join(node.profile, "filbert.db")
        broken = bytearray(read(path))
        broken[: 40] = noise(40, 31)
        broken[4096: 12000] = noise(12000 - 4096, 32)
        write(path, bytes(broken))
        node.start()
        aside = [name for name in os.listdir(node.profile) if name.startswith("filbert.db.")]
        self.assertEqual(len([name for name in aside if read(os.path.join(node.profile, name)) == bytes(broken)]), 1,
                         aside)
        self.assertTrue(any("kept as" in line for line in node.log if line))
        self.assertEqual(node.ask("downloads"), [])

    def test_unreadable_settings(self):
        node = self.node("node")
        write(os.path.join(node.profile, "settings.ini"), b"no settings at all\n")
        node.launch()
        self.assert_refused(node, "settings.ini")

    def test_interface_is_not_there(self):
        """No other way out is taken instead, and the sentence says where to change that."""
        node = self.node("node", settings={"bind-interface": "nothing0"})
        node.launch()
        self.assert_refused(node, "nothing0", "bind-interface", os.path.join(node.profile, "settings.ini"))

    def test_wrong_usage(self):
        for extra in (["--role", "king"], ["--log", "loud"], ["--no-such-option"], ["rubbish"]):
            node = self.node("node " + extra[0])
            node.arguments = lambda connect=(), listen=None, extra=extra: extra
            node.launch()
            code, text = node.wait_exit()
            self.assertEqual((code, len(text.splitlines())), (2, 1), text)
        node = self.node("listens nowhere")
        node.launch(listen="everywhere")
        self.assertEqual(node.wait_exit()[0], 2, node.log_text())

    def test_no_node(self):
        """A question starts no node, and is answered by one sentence."""
        node = self.node("node")
        for command in ("status", "downloads", "peers", "monitor", "stop"):
            result = node.run(command)
            self.assertEqual((result.code, result.out, len(result.err.splitlines())), (4, "", 1), command)
        self.assertEqual(os.listdir(node.profile), ["settings.ini"])

    def test_start_command(self):
        """`start` starts the program, which lives on without its starter, and `stop` ends it."""
        node = self.node("node")
        status = node.ask("start", "--", "--headless", "--no-bootstrap", "--private", "--listen", "127.0.0.1:0")[0]
        self.addCleanup(node.run, "stop")
        self.assertEqual(status["listen"].split(":")[0], "127.0.0.1")
        self.assertEqual(node.ask("start")[0]["guid"], status["guid"])
        node.ask("stop")
        self.assertEqual(node.run("status").code, 4)
        self.assertIn(b"runs with the profile", read(os.path.join(node.profile, "log")))

    def test_socket_vanishes(self):
        """A node that outlives its session's runtime directory is found again, wherever it can listen then."""
        node = self.node("node").start()
        runtime = self.world.env["XDG_RUNTIME_DIR"]
        node.wait("a program that stays", lambda m: m.status)
        shutil.rmtree(runtime)
        self.assertEqual(node.run("status").code, 4)
        node.until("it listens elsewhere", lambda: node.run("status").code == 0)
        self.assertTrue(os.path.exists(os.path.join(node.profile, "run", "socket")))
        os.mkdir(runtime, 0o700)
        shutil.rmtree(os.path.join(node.profile, "run"))
        node.until("it listens where it should", lambda: node.run("status").code == 0)
        self.assertTrue(os.listdir(runtime))
        node.ask("search", "hazel", "--wait", "0")
        node.wait("who was connected hears of it", lambda m: m.rows["search"])
        node.ask("stop")
        self.assertEqual(node.wait_exit()[0], 0)

    def test_start_behind_one_that_ends(self):
        """`start` waits for a node that has said goodbye and still saves."""
        node = self.node("node")
        with open(os.path.join(node.profile, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            starter = subprocess.Popen(
                [FILBERTCTL, "--profile", node.profile, "--json", "start", "--", "--headless", "--no-bootstrap",
                 "--private", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, env=self.world.env)
            self.addCleanup(node.run, "stop")
            self.addCleanup(starter.stdout.close)
            # It looks at the lock again and again.
            node.until("the starter waits", lambda: waits_of(starter.pid) > 20)
        self.assertIn(b'"listen":"127.0.0.1:', starter.stdout.read())
        self.assertEqual(starter.wait(), 0)

    def test_end_at_any_time(self):
        """SIGTERM ends a node in time while it hashes, while it serves and is watched, and when it comes twice."""
        files = {"big %d.bin" % i: noise(30 * 1024 * 1024, 40 + i) for i in range(3)}
        node = self.node("node")
        for name, content in files.items():
            write(os.path.join(node.shared, name), content)
        node.launch()
        node.wait_log("runs with the profile")
        self.assertLess(node.terminate(), 5 if not SANITIZED else 30)

        node.start()
        monitor = subprocess.Popen([FILBERTCTL, "--profile", node.profile, "monitor"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.world.env)
        monitor.stdout.readline()
        taker = socket.create_connection(gnutella.split_endpoint(node.listen))
        taker.sendall(("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\n\r\n"
                       % sha1_text(files["big 1.bin"])).encode())
        taker.recv(1)
        node.process.send_signal(signal.SIGTERM)
        self.assertLess(node.terminate(), 5 if not SANITIZED else 30)
        self.assertIn(b"filbertctl start", monitor.communicate()[1])
        self.assertEqual(monitor.returncode, 4)
        taker.close()

    def test_start_command_fails(self):
        """`start` hands on the sentence of a node that cannot start."""
        node = self.node("node")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            result = node.run("start", "--", "--headless", "--no-bootstrap", "--listen", "127.0.0.1:%d" % port)
        self.assertEqual((result.code, len(result.err.splitlines())), (4, 1), result.err)
        self.assertIn(str(port), result.err)


if __name__ == "__main__":
    main()
