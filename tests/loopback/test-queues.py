# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a slot over real connections: programs of several kinds in our queue, and we in theirs."""

import re
import socket
import threading

import gnutella
from programs import DEADLINE, SANITIZED, Failed, Test, address, main, noise, sha1_text

ID = "00112233445566778899AABBCCDDEEFF"


class Visitor:
    """Somebody who asks a sharer for a file, on one connection; it does not read more of a head than LimeWire does."""

    def __init__(self, test, listen, content, sock=None):
        self.target = "/uri-res/N2R?urn:sha1:" + sha1_text(content)
        self.sock = sock or socket.create_connection(gnutella.split_endpoint(listen), DEADLINE, (address(), 0))
        self.sock.settimeout(DEADLINE)
        test.addCleanup(self.sock.close)

    def ask(self, *headers, range="0-9"):
        """Returns the status, the headers and the body."""
        self.sock.sendall(("GET %s HTTP/1.1\r\nHost: x\r\nUser-Agent: Test/1.0\r\nRange: bytes=%s\r\n%s\r\n" % (
            self.target, range, "".join(line + "\r\n" for line in headers))).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.sock.recv(1)
            if not byte:
                raise Failed("closed in the middle of a head: %r" % head)
            head += byte
        lines = head.decode("latin-1").split("\r\n")[:-2]
        if len(lines) > 21 or max(map(len, lines)) > 2048:
            raise Failed("a head that LimeWire does not read: %r" % head)
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
        body = b""
        while len(body) < int(headers["content-length"]):
            body += self.sock.recv(65536)
        return int(lines[0].split(" ")[1]), headers, body

    def is_closed(self):
        return self.sock.recv(1) == b""


class OurQueue(Test):
    """One slot, and more who want it."""

    def setUp(self):
        super().setUp()
        self.content = noise(300000, 77)
        self.sharer = self.node("sharer", settings={"upload-slots": "1"}).start(files={"alder.bin": self.content})

    def visitor(self, sock=None):
        return Visitor(self, self.sharer.listen, self.content, sock)

    def test_kinds(self):
        """LimeWire, gtk-gnutella and a program that knows of no queue are each told in their own words."""
        first, lime, old, gtkg, far = (self.visitor() for _ in range(5))
        status, headers, body = first.ask("X-Queue: 0.1")
        self.assertEqual((status, body), (206, self.content[:10]))

        status, headers, _ = lime.ask("X-Queue: 0.1", "X-Features: fwalt/0.1, browse/1.0, queue/0.1")
        self.assertEqual((status, headers["x-queue"]), (503, "position=1,length=1,limit=1,pollMin=30,pollMax=90"))
        self.assertNotIn("x-queued", headers)
        status, headers, _ = old.ask()
        self.assertEqual((status, headers["retry-after"], headers["connection"]), (503, "45", "close"))
        self.assertTrue(old.is_closed())
        status, headers, _ = gtkg.ask("X-Queue: 1.1")
        self.assertEqual(status, 503)
        self.assertRegex(headers["x-queued"], "^ID=[0-9a-f]{32}; position=3; length=3; limit=1; ETA=[0-9]+; "
                                              "lifetime=120; retry-after=60$")
        self.assertNotIn("connection", headers)
        self.assertEqual(far.ask("X-Queue: 1.1", "Connection: close")[1]["connection"], "close")

        # Too soon; the connection with a slot goes on.
        status, headers, _ = lime.ask("X-Queue: 0.1")
        self.assertEqual((status, headers["connection"]), (429, "close"))
        self.assertTrue(lime.is_closed())
        self.assertEqual(first.ask(range="10-19")[2], self.content[10:20])
        status, headers, _ = first.ask(range="300000-")
        self.assertEqual((status, headers["content-range"]), (416, "bytes */300000"))
        self.assertEqual(first.ask(range="20-29")[2], self.content[20:30])

    def test_called(self):
        """Who waits without a connection is called when the slot is free, at the place that it named as its own."""
        with socket.create_server((address(), 0)) as listener:
            listener.settimeout(DEADLINE)
            place = "%s:%d" % listener.getsockname()
            first = self.visitor()
            self.assertEqual(first.ask()[0], 206)
            waiting = self.visitor(socket.create_connection(gnutella.split_endpoint(self.sharer.listen), DEADLINE,
                                                            (listener.getsockname()[0], 0)))
            status, headers, _ = waiting.ask("X-Queue: 1.1", "X-Node: " + place, "Connection: close")
            self.assertEqual(status, 503)
            id = re.match("ID=([0-9a-f]{32});", headers["x-queued"]).group(1)
            first.sock.close()
            sock, _ = listener.accept()
        sock.settimeout(DEADLINE)
        line = b""
        while not line.endswith(b"\n"):
            line += sock.recv(1)
        self.assertRegex(line, b"^QUEUE %s( [0-9.]+:[0-9]+)?\r\n$" % id.encode())
        status, headers, body = self.visitor(sock).ask("X-Queue: 1.1", "X-Queued: position=1; ID=" + id)
        self.assertEqual((status, headers["x-queued"], body), (206, "ID=" + id, self.content[:10]))


    def test_flood(self):
        """10,000 that want the file and never come again: the queue has an end, and the node is no larger for them."""
        request = ("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nX-Queue: 1.1\r\nConnection: close\r\n\r\n"
                   % sha1_text(self.content)).encode()
        first = self.visitor()
        self.assertEqual(first.ask()[0], 206)
        memory = self.sharer.rss_bytes()
        places = 0
        for i in range(10000):
            source = "127.%d.%d.%d" % (1 + i % 50, i // 50 % 200 + 1, 1 + i // 10000)
            with socket.create_connection(gnutella.split_endpoint(self.sharer.listen), DEADLINE, (source, 0)) as sock:
                sock.settimeout(DEADLINE)
                sock.sendall(request)
                data = b""
                while more := sock.recv(65536):
                    data += more
            self.assertTrue(data.startswith(b"HTTP/1.1 503 "), data)
            places += b"X-Queued: ID=" in data
            if i % 100 == 0:
                self.assertEqual(first.ask()[0], 206)
        self.assertEqual(places, 1000)
        if not SANITIZED:
            self.assertLess(self.sharer.rss_bytes() - memory, 4 * 1024 * 1024)


class TheirQueue(Test):
    def setUp(self):
        super().setUp()
        self.content = noise(300000, 78)
        self.host = gnutella.Host()
        self.addCleanup(self.host.close)
        self.host.add(self.content)
        self.host.serve = self.say_wait
        self.getter = self.node("getter").start()

    def say_wait(self, sock, line, headers):
        sock.sendall(("HTTP/1.1 503 Queued\r\nServer: Test/1.0\r\nX-Features: queue/1.1\r\nRetry-After: 600\r\n"
                      "X-Queued: ID=%s; position=3; lifetime=660; length=12; ETA=900\r\nContent-Length: 0\r\n"
                      "Connection: close\r\n\r\n" % ID).encode())
        return False

    def wait_queued(self):
        id = self.getter.ask("get", self.host.magnet(self.content, "elm.bin"))[0]["id"]
        row = self.getter.wait_download(id, "waits", lambda row: row["reason_code"] == "remote-queue")
        self.assertEqual((row["state"], row["queue_position"], row["queue_length"]), ("connecting", 3, 12))
        self.assertIn("place 3 of 12", row["reason"])
        self.assertGreater(row["retry"], row["added"] + 500)
        source = self.getter.ask("sources", str(id))[0]
        self.assertEqual((source["queue_position"], source["queue_length"]), (3, 12))
        return id

    def call(self, id):
        """Says QUEUE to the getter and returns what it does then: its request, or nothing."""
        sock = socket.create_connection(gnutella.split_endpoint(self.getter.listen), DEADLINE, (address(), 0))
        self.addCleanup(sock.close)
        sock.settimeout(DEADLINE)
        sock.sendall(("QUEUE %s %s\r\n" % (id, self.host.listen)).encode())
        try:
            return sock, gnutella.read_head(sock)
        except (Failed, ConnectionError):
            return sock, None

    def test_called(self):
        """It is our turn before we would ask: the call is answered with the id, and the file comes over it."""
        id = self.wait_queued()
        for forged in ("0" * 32, ID.lower(), "1", "../../etc/passwd", ID + ID + "0", ""):
            with self.subTest(forged):
                self.assertIsNone(self.call(forged)[1])
        sock, (line, headers) = self.call(ID)
        self.assertEqual(headers["x-queued"], "position=3; ID=" + ID)
        self.assertEqual(len(self.host.requests), 1)

        def serve(line=line, headers=headers):
            try:
                while self.host.serve_right(sock, line, headers):
                    line, headers = gnutella.read_head(sock)
            except (OSError, Failed):
                pass

        threading.Thread(target=serve, daemon=True).start()
        row = self.getter.wait_download(id, "is done", lambda row: row["state"] == "done")
        self.assert_whole(row, self.content)
        self.assertEqual(len(self.host.requests), 1)


if __name__ == "__main__":
    main()
