# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers who want a node to attack somebody else, or to work for nothing: what they were seen to get out
of other programs (protocol notes on hostile peers), tried on ours."""

import os
import re
import select
import socket
import struct
import threading
import time

import gnutella
from gnutella import HIT, PING, PONG, PUSH, QUERY, VENDOR
from programs import DEADLINE, SANITIZED, Deadline, Test, address, main, noise, sha1_text

MB = 1024 * 1024
GROWTH = 40 * MB


class Sink:
    """Takes every connection to any address of the loopback network on one port, and says nothing."""

    def __init__(self):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        self.listener.bind(("0.0.0.0", 0))
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1]
        self.targets = []
        self.socks = []
        self.most_open = 0
        self.changed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.socks.append(sock)
                self.targets.append(sock.getsockname()[0])
                readable, _, _ = select.select(self.socks, [], [], 0)
                closed = [s for s in readable if not self._peek(s)]
                self.socks = [s for s in self.socks if s not in closed]
                self.most_open = max(self.most_open, len(self.socks))
                self.changed.notify_all()

    @staticmethod
    def _peek(sock):
        try:
            return sock.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""

    def close(self):
        self.listener.close()
        for sock in self.socks:
            sock.close()


def vendor(code, selector, version, body):
    return code + struct.pack("<HH", selector, version) + body


class Attack(Test):
    def setUp(self):
        super().setUp()
        self.target = self.node("node", role="ultrapeer").start(files={"fir needle.txt": noise(200000, 600)})
        self.sink = Sink()
        self.addCleanup(self.sink.close)
        self.memory = self.target.rss_bytes()
        self.begin_cpu = self.target.cpu_seconds()

    def connect(self, **options):
        peer = gnutella.connect(self.target.listen, **options)
        self.addCleanup(peer.close)
        return peer

    def send(self, peer, data):
        """Sends; returns whether the node hung up before it had all."""
        peer.sock.settimeout(DEADLINE)
        try:
            peer.sock.sendall(data)
        except OSError:
            return True
        return False

    @staticmethod
    def read_all(sock):
        out = b""
        try:
            while True:
                more = sock.recv(65536)
                if not more:
                    return out
                out += more
        except ConnectionError:
            return out

    def assert_fine(self, growth=GROWTH):
        """It lives, is no larger, and takes the next one."""
        self.assertIsNone(self.target.process.poll(), self.target.log_text())
        self.assertTrue(self.connect(source=address()).answers())
        if not SANITIZED:
            self.assertLess(self.target.rss_bytes() - self.memory, growth)


class Weapons(Attack):
    def test_pongs(self):
        """Pongs that name thousands of hosts cause a few dials at a time, and none to ports of services."""
        peers = [self.connect(ultrapeer=True) for _ in range(3)]
        for i in range(4000):
            host = socket.inet_aton("127.%d.%d.%d" % (100 + i % 100, i // 100, 1 + i % 250))
            port = self.sink.port if i % 2 else 25
            pong = struct.pack("<H4sII", port, host, 1, 8)
            if self.send(peers[i % 3], gnutella.message(PONG, pong, hops=1)):
                break
        for peer in peers:
            # Whoever is still there has been read to the end.
            try:
                peer.answers()
            except gnutella.Failed:
                pass
        self.assert_fine()
        with self.sink.changed:
            self.assertLessEqual(self.sink.most_open, 24)
            self.assertLess(len(self.sink.targets), 200)

    def test_tries(self):
        """So do addresses in a handshake."""
        hosts = ",".join("127.%d.%d.1:%d" % (100 + i % 50, i % 250, self.sink.port) for i in range(1000))
        for _ in range(3):
            try:
                self.connect(ultrapeer=True, final="X-Try-Ultrapeers: %s\r\n" % hosts[:900]).answers()
                self.connect(ultrapeer=True, final="X-Try-Ultrapeers: %s\r\n" % hosts).answers()
            except (gnutella.Failed, OSError):
                pass  # too long a line ends the handshake
        self.assert_fine()
        with self.sink.changed:
            self.assertLessEqual(self.sink.most_open, 24)

    def test_connect_back(self):
        """2,000 requests to be connected to make one connection, and none to anybody else."""
        peer = self.connect()
        own = peer.sock.getsockname()[0]
        for i in range(1000):
            self.send(peer, gnutella.message(VENDOR, vendor(b"BEAR", 7, 1, struct.pack("<H", self.sink.port))))
            other = socket.inet_aton("127.200.%d.1" % (i % 250)) + struct.pack("<H", self.sink.port)
            self.send(peer, gnutella.message(VENDOR, vendor(b"LIME", 7, 1, other)))
        peer.answers()
        self.assert_fine()
        with self.sink.changed:
            self.assertLessEqual(self.sink.targets.count(own), 1)
            # What a neighbour asks in the name of others has its own limit (30 a minute for all).
            self.assertLessEqual(len(self.sink.targets), 31)

    def test_pushes_for_us(self):
        """A storm of PUSHes in our name does not make us hammer a victim, nor look for its open ports."""
        peers = [self.connect(ultrapeer=True) for _ in range(3)]
        guid = bytes.fromhex(self.target.status()["guid"])
        victim = "127.77.0.1"
        for i in range(1000):
            port = self.sink.port if i % 3 else 1 + i
            self.send(peers[i % 3], gnutella.message(PUSH, gnutella.push(guid, "%s:%d" % (victim, port)), ttl=3))
        for peer in peers:
            peer.answers()
        self.assert_fine()
        with self.sink.changed:
            self.assertLessEqual(len(self.sink.targets), 6)

    def test_pushes_to_forbidden(self):
        """Whom the person has banned, the node itself, and what is no host's address are never called; and whoever names
        them takes nobody's turn."""
        banned = "127.88.0.1"
        self.target.ask("ban", banned)
        peers = [self.connect(ultrapeer=True) for _ in range(2)]
        guid = bytes.fromhex(self.target.status()["guid"])
        forbidden = [banned + ":%d" % self.sink.port, self.target.listen, "224.0.0.1:%d" % self.sink.port,
                     "255.255.255.255:%d" % self.sink.port, "0.1.2.3:%d" % self.sink.port, "127.89.0.1:0"]
        for i in range(48):
            self.send(peers[0], gnutella.message(PUSH, gnutella.push(guid, forbidden[i % len(forbidden)]), ttl=3))
        self.assertTrue(peers[0].answers())
        self.send(peers[1], gnutella.message(PUSH, gnutella.push(guid, "127.90.0.1:%d" % self.sink.port), ttl=3))
        with self.sink.changed:
            self.sink.changed.wait_for(lambda: self.sink.targets, DEADLINE)
            self.assertEqual(self.sink.targets, ["127.90.0.1"])
        self.assert_fine()

    def test_pushes_for_others(self):
        """Nor is such a storm passed on."""
        leaf = self.connect()
        leaf.send(VENDOR, vendor(b"LIME", 21, 1, b""), muid=leaf.guid)  # "be my push proxy"
        leaf.answers()
        attacker = self.connect(ultrapeer=True)
        payload = gnutella.push(leaf.guid, "127.77.0.1:%d" % self.sink.port)
        for _ in range(1000):
            self.send(attacker, gnutella.message(PUSH, payload, ttl=3))
        attacker.answers()
        marker = os.urandom(16)
        leaf.send(PING, b"", muid=marker)
        passed = []
        leaf.read_until(lambda m: passed.append(m[0]) or (m[0] == PONG and m[3] == marker))
        self.assertLessEqual(passed.count(PUSH), 30)  # a minute, for one address
        self.assert_fine()

    def test_push_storm(self):
        """10,000 PUSHes at once, for us and for a leaf of ours, each for another address, and as many datagrams: a few
        are followed, the others counted and shown, and whoever else is there notices nothing."""
        leaf = self.connect()
        leaf.send(VENDOR, vendor(b"LIME", 21, 1, b""), muid=leaf.guid)
        leaf.answers()
        # Who watches is told of no event that was before: the monitor has to be there.
        self.target.wait("the leaf", lambda m: m.rows["peer"])
        guids = bytes.fromhex(self.target.status()["guid"]), leaf.guid
        storm = [gnutella.message(PUSH, gnutella.push(guids[i % 2], "127.%d.%d.%d:%d" % (
            70 + i % 100, i // 100 % 250, 1 + i % 250, self.sink.port)), ttl=3) for i in range(20000)]
        attackers = [self.connect(ultrapeer=True) for _ in range(4)]
        bystander = self.connect(source=address())
        memory = self.target.rss_bytes()
        begin = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((address(), 0))
            for datagram in storm[10000:]:
                sock.sendto(datagram, gnutella.split_endpoint(self.target.listen))
        for i, peer in enumerate(attackers):
            self.assertFalse(self.send(peer, b"".join(storm[i:10000:4])))
        self.assertLess(time.monotonic() - begin, DEADLINE)

        # While it still reads them, or just after: a question, and a file.
        muid = os.urandom(16)
        bystander.send(QUERY, gnutella.query("fir needle"), muid=muid, ttl=2)
        bystander.read_until(lambda m: m[0] == HIT and m[3] == muid)
        with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE) as sock:
            sock.sendall(b"GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                         % sha1_text(noise(200000, 600)).encode())
            self.assertEqual(self.read_all(sock).split(b"\r\n\r\n", 1)[1], noise(200000, 600))

        for peer in attackers:
            self.assertTrue(peer.answers())
        marker = os.urandom(16)
        leaf.send(PING, b"", muid=marker)
        passed = []
        leaf.read_until(lambda m: passed.append(m[0]) or (m[0] == PONG and m[3] == marker))
        # 60 at once and 10 a second of each neighbour; 50 a second by UDP.
        seconds = time.monotonic() - begin
        self.assertLessEqual(passed.count(PUSH), 4 * (60 + 10 * seconds) + 50 * (1 + seconds))
        with self.sink.changed:
            self.assertLessEqual(len(self.sink.targets), 30 * (1 + seconds // 60))
        calls = [line for line in self.target.ask("doctor") if line["name"] == "calls"]
        followed, refused = map(int, re.findall(r"(\d+) were followed and (\d+) refused", calls[0]["text"])[0])
        self.assertTrue(calls[0]["verdict"])
        self.assertGreaterEqual(followed + refused, 10000)
        self.assertGreater(refused, 9000 - 40 * seconds)
        self.target.wait("the event", lambda m: [e for e in m.events if e["event"] == "calls-refused"])
        self.assert_fine()
        growth = self.target.rss_bytes() - memory
        print("# %d called, %d passed on, %d followed, %d refused in %.1f s, %d kB more" % (
            len(self.sink.targets), passed.count(PUSH), followed, refused, seconds, growth / 1024))
        if not SANITIZED:
            self.assertLess(growth, 8 * MB)

    def test_push_proxy_lies(self):
        """Who asks by HTTP for a PUSH can only have himself called."""
        leaf = self.connect()
        leaf.send(VENDOR, vendor(b"LIME", 21, 1, b""), muid=leaf.guid)
        leaf.answers()

        def ask(x_node, source):
            with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE, (source, 0)) as sock:
                head = "X-Node: %s\r\n" % x_node if x_node else ""
                sock.sendall(("GET /gnutella/push-proxy?guid=%s HTTP/1.1\r\nHost: x\r\n%s\r\n"
                              % (leaf.guid.hex(), head)).encode())
                return int(gnutella.read_head(sock)[0].split(" ")[1])

        for lie in ("127.77.0.1:%d" % self.sink.port, "%s:0", "%s:70000", "%s", "", "nonsense", "0.0.0.0:6346",
                    "[::1]:6346", "127.77.0.1:6346, 127.78.0.1:6346"):
            source = address()
            with self.subTest(lie):
                self.assertEqual(ask(lie % source if "%s" in lie else lie, source), 400)
        # Of several addresses only his own counts, wherever it stands.
        askers = {address(), address(), address()}
        for source, lie in zip(askers, ("%s:6346", "%s:6346, 127.77.0.1:6346", "127.77.0.1:6346, %s:6346")):
            ask(lie % source, source)
        marker = os.urandom(16)
        leaf.send(PING, b"", muid=marker)
        called = set()
        leaf.read_until(lambda m: (m[0] == PUSH and called.add(socket.inet_ntoa(m[4][20:24])))
                        or (m[0] == PONG and m[3] == marker))
        self.assertTrue(called)
        self.assertLessEqual(called, askers)
        self.assert_fine()

    def test_udp_amplification(self):
        """What we say to an address by UDP, whoever speaks in its name, is about as much as came from there."""
        to = gnutella.split_endpoint(self.target.listen)
        guid = bytes.fromhex(self.target.status()["guid"])
        sha1 = b"\x02\x01urn:sha1:" + sha1_text(noise(200000, 600)).encode()
        kinds = {
            "ping": gnutella.message(PING, b""),
            "ping for hosts": gnutella.message(PING, gnutella.ggep((b"SCP", b"\x01", False))),
            "query": gnutella.message(QUERY, gnutella.query("fir needle")),
            "crawler": gnutella.message(VENDOR, vendor(b"LIME", 5, 1, b"\xff\xff\xff")),
            "head": gnutella.message(VENDOR, vendor(b"LIME", 23, 1, sha1)),
            "promise": gnutella.message(VENDOR, vendor(b"LIME", 12, 2, b"\xff\x00")),
            "push": gnutella.message(PUSH, gnutella.push(guid, "127.77.0.1:%d" % self.sink.port)),
            "connect back": gnutella.message(VENDOR, vendor(b"GTKG", 7, 2, struct.pack("<H", self.sink.port))),
        }
        for kind, datagram in kinds.items():
            with self.subTest(kind), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MB)
                sock.bind((address(), 0))
                sent = 0
                for _ in range(200):
                    sent += sock.sendto(os.urandom(16) + datagram[16:], to)
                # Whatever is to come has come when another one is answered.
                self.assertTrue(self.ping_by_udp())
                received, largest = 0, 0
                sock.setblocking(False)
                try:
                    while True:
                        more = len(sock.recv(65536))
                        received += more
                        largest = max(largest, more)
                except BlockingIOError:
                    pass
                self.assertLessEqual(received - largest, sent)
                self.assertLessEqual(largest, 600)
        self.assert_fine()
        with self.sink.changed:
            self.assertLessEqual(len(self.sink.targets), 6)

    def ping_by_udp(self):
        """Repeated until it is answered: a flood may have filled the node's socket."""
        deadline = Deadline()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((address(), 0))
            sock.settimeout(0.2)
            while not deadline.over():
                sock.sendto(gnutella.message(PING, b""), gnutella.split_endpoint(self.target.listen))
                try:
                    return sock.recv(65536)
                except socket.timeout:
                    pass
        return None


class Work(Attack):
    def test_combining_characters(self):
        """Texts of accents upon accents, or of characters that stand for many, cost no more than others."""
        texts = ["a" + "\u0301" * 100, "\u0344" * 60, "\ufdfa" * 40, "\u1f82" * 60, "\uac00" * 60,
                 "e\u0323\u0302" * 30, "\u0300\u0301" * 60, "\U0001d160" * 40]
        peer = self.connect(ultrapeer=True)
        for i in range(4000):
            self.send(peer, gnutella.message(QUERY, gnutella.query("fir " + texts[i % len(texts)]), ttl=2))
        peer.answers()
        if not SANITIZED:
            self.assertLess(self.target.cpu_seconds() - self.begin_cpu, 3)
        self.assert_fine()

    def test_large_hits(self):
        """Names as long as a message may be do not fill the memory with what nobody can read."""
        host = gnutella.Host()
        self.addCleanup(host.close)

        def answer(link, muid, words):
            for i in range(3000):
                name = b"yew %05d " % i + "\u00e4".encode() * 7950
                link.send(HIT, gnutella.hit(host.listen, host.guid, [(name, 1, sha1_text(b"%d" % i))]), ttl=3, muid=muid)

        host.answer_query = answer
        getter = self.node("getter").start([host.listen])
        memory = getter.rss_bytes()
        rows = getter.find("yew", n=100)
        getter.wait("all of them", lambda m: [s for s in m.rows["search"].values() if s["results"] >= 500])
        for row in rows:
            self.assertLessEqual(len(row["name"].encode()), 1024)
            self.assertTrue(row["name"].startswith("yew 0"))
        if not SANITIZED:
            self.assertLess(getter.rss_bytes() - memory, GROWTH)

    def test_many_sources(self):
        """Thousands of hosts that claim to have the file are neither all kept nor all called."""
        content = noise(100000, 601)
        host = gnutella.Host()
        self.addCleanup(host.close)

        def answer(link, muid, words):
            link.send(HIT, gnutella.hit(host.listen, host.guid, [(b"elm.txt", len(content), sha1_text(content))]), ttl=3, muid=muid)
            for i in range(5000):
                endpoint = "127.%d.%d.%d:%d" % (100 + i % 100, i // 100, 1 + i % 250, self.sink.port)
                record = (b"elm %d.txt" % i, len(content), sha1_text(content))
                link.send(HIT, gnutella.hit(endpoint, os.urandom(16), [record]), ttl=3, muid=muid)

        host.answer_query = answer
        host.serve = lambda sock, line, headers: bool(sock.recv(1))  # takes the request, and is silent
        getter = self.node("getter").start([host.listen])
        memory = getter.rss_bytes()
        row = getter.find("elm")[0]
        download = getter.ask("get", str(row["id"]))[0]["id"]
        getter.wait("all of them", lambda m: [s for s in m.rows["search"].values() if s["results"] >= 1000])
        self.assertLessEqual(getter.download(download)["sources"], 320)
        with self.sink.changed:
            self.assertLessEqual(self.sink.most_open, 24)
        if not SANITIZED:
            self.assertLess(getter.rss_bytes() - memory, GROWTH)

    def test_bodies(self):
        """The body of one request is not taken for the next one, however long it is."""
        inner = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        for head in (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner),
                     b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 28\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"):
            with self.subTest(head):
                with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE) as sock:
                    try:
                        sock.sendall(head + inner * 2000)
                    except OSError:
                        pass
                    answer = self.read_all(sock)
                self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1)
                self.assertNotIn(b" 200 ", answer.split(b"\r\n")[0])
        self.assert_fine()

    def test_readers_who_leave(self):
        """Uploads whose readers have gone keep no descriptor."""
        content = noise(200000, 600)
        request = ("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\n\r\n" % sha1_text(content)).encode()

        def descriptors():
            return len(os.listdir("/proc/%d/fd" % self.target.process.pid))

        before = descriptors()
        sources = [address() for _ in range(30)]
        for i in range(300):
            with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE,
                                          (sources[i % 30], 0)) as sock:
                sock.sendall(request)
                if i % 2:
                    sock.recv(1)
                if i % 3:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST
        self.target.until("no descriptor more", lambda: descriptors() <= before + 5)
        self.assertLessEqual(len(self.target.ask("uploads")), 200)
        self.assert_fine()

    def test_endless_heads(self):
        """Heads without an end, in lines without one or of headers without number."""
        for beginning, piece in ((b"GNUTELLA CONNECT/0.6\r\n", b"X-A: b\r\n"), (b"GNUTELLA CONNECT/0.6\r\n", b"a"),
                                 (b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"), (b"GET /", b"a"), (b"GIV 1:", b"a"),
                                 (b"", b"\r\n"), (b"", b"a"), (b"GNUTELLA CONNECT/0.6\r\nX:", b" \r\n ")):
            with self.subTest(beginning + piece):
                with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE) as sock:
                    try:
                        sock.sendall(beginning)
                        for _ in range(64):
                            sock.sendall(piece * (65536 // len(piece)))
                    except OSError:
                        pass
                    self.assertLess(len(self.read_all(sock)), 2000)
        self.assert_fine()

    def test_forged_givs(self):
        """Connections that nobody asked for are closed without a word."""
        for i in range(200):
            with socket.create_connection(gnutella.split_endpoint(self.target.listen), DEADLINE) as sock:
                sock.sendall(b"GIV %d:%s/file\n\n" % (i, os.urandom(16).hex().encode()))
                self.assertEqual(self.read_all(sock), b"")
        self.assert_fine()


if __name__ == "__main__":
    main()
