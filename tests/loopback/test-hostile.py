# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers who want a node's memory, its processor, or a file somewhere else."""

import collections
import os
import resource
import select
import socket
import ssl
import struct
import time
import zlib

import gnutella
from programs import DEADLINE, SANITIZED, Deadline, Test, address, main, noise, sha1_text

MB = 1024 * 1024

# What a node may grow by while it is attacked, and how much of a processor a second of it may cost.
GROWTH = 40 * MB
LOAD = 0.1


class HalfOpen(Test):
    def test_half_open(self):
        """900 connections that say a little and then nothing are ended, cost nothing meanwhile, and keep
        nobody out for long."""
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        node = self.node("node", role="ultrapeer").start(files={"fir.txt": b"fir"})
        beginnings = (b"G", b"GNUTELLA CONNECT/0.6\r\nUser-A", b"GET /uri-res/N2R?urn:sha1:AAA HTTP/1.1\r\nHo", b"", b"GIV 1:")
        sources = [address() for _ in range(30)]
        memory, cpu, begin = node.rss_bytes(), node.cpu_seconds(), time.monotonic()

        poll = select.poll()
        socks = {}
        for i in range(900):
            sock = socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (sources[i % 30], 0))
            try:
                sock.sendall(beginnings[i % len(beginnings)])
            except OSError:
                pass
            poll.register(sock, select.POLLIN)
            socks[sock.fileno()] = sock
        opened = node.cpu_seconds()
        deadline = Deadline(2 * DEADLINE)
        while socks and not deadline.over():
            for fd, _ in poll.poll(1000 * deadline.left()):
                try:
                    ended = not socks[fd].recv(65536)
                except OSError:
                    ended = True
                if ended:
                    poll.unregister(fd)
                    socks.pop(fd).close()
        seconds = time.monotonic() - begin

        self.assertEqual(len(socks), 0, "connections were left open")
        self.assertGreater(seconds, 5, "they had no chance to say more")
        self.assertLess(node.cpu_seconds() - opened, LOAD * seconds + 0.2)
        self.assertLess(node.cpu_seconds() - cpu, 2 if not SANITIZED else 10)
        if not SANITIZED:
            self.assertLess(node.rss_bytes() - memory, GROWTH)
        # And all is as it was.
        peer = gnutella.connect(node.listen)
        self.addCleanup(peer.close)
        self.assertTrue(peer.answers())
        self.assertEqual(len(node.ask("peers")), 1)

    def test_ten_thousand(self):
        """10,000 connections from everywhere, as many of them at a time as the system allows, that say nothing, half of
        a request, or one now and then: the node holds a few hundred, and whoever asks for a file gets it meanwhile."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = min(hard, 12000) if hard != resource.RLIM_INFINITY else 12000
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        content = noise(200000, 700)
        node = self.node("node", role="ultrapeer").start(files={"fir.bin": content})
        target = b"/uri-res/N2R?urn:sha1:" + sha1_text(content).encode()
        beginnings = (b"G", b"GET " + target + b" HTTP/1.1\r\nHo", b"HEAD " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"",
                      b"GNUTELLA CONNECT/0.6\r\nUser-A", b"GET " + target + b" HTTP/1.1\r\n", b"GIV 1:", b"GET / HTTP/1.1\r\n\r\n",
                      b"GNUTELLA CONNECT/0.6\r\nX-Ultrapeer: Maybe\r\n\r\n")
        sources = [address() for _ in range(40)]
        memory, cpu, begin = node.rss_bytes(), node.cpu_seconds(), time.monotonic()
        most_descriptors = 0

        socks = collections.deque()
        for i in range(10000):
            if len(socks) >= most - 200:
                socks.popleft().close()
            socks.append(socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (sources[i % 40], 0)))
            try:
                socks[-1].sendall(beginnings[i % len(beginnings)])
            except OSError:
                pass
            if i % 500 == 499:
                most_descriptors = max(most_descriptors, len(os.listdir("/proc/%d/fd" % node.process.pid)))
                with socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (address(), 0)) as sock:
                    sock.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while more := sock.recv(65536):
                        answer += more
                self.assertEqual(answer.split(b"\r\n\r\n", 1)[1:], [content], "after %d" % (i + 1))
        seconds = time.monotonic() - begin
        print("# %.1f s, %.1f s of the processor, %d descriptors, %d kB more" % (
            seconds, node.cpu_seconds() - cpu, most_descriptors, (node.rss_bytes() - memory) / 1024))

        # 256 that have not said what they want, 256 that ask for files, 64 handshakes, and 128 that were told to go.
        self.assertLess(most_descriptors, 256 + 256 + 64 + 128 + 50)
        if not SANITIZED:
            self.assertLess(node.rss_bytes() - memory, GROWTH)
        for sock in socks:
            sock.close()
        peer = gnutella.connect(node.listen)
        self.addCleanup(peer.close)
        self.assertTrue(peer.answers())

    def test_half_handshakes(self):
        """Hundreds that begin to encrypt and go no further: what they took comes back when they have gone."""
        node = self.node("node", role="ultrapeer").start(files={"fir.bin": b"fir"})
        source = address()
        hello = ssl.MemoryBIO()
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        with self.assertRaises(ssl.SSLWantReadError):
            client.wrap_bio(ssl.MemoryBIO(), hello).do_handshake()
        hello = hello.read()
        memory = node.heap_bytes()
        socks = []
        for i in range(256):
            socks.append(socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (source, 0)))
            socks[-1].sendall(hello if i % 2 else hello[:-1])
        # When the last one is answered, all are there.
        self.assertTrue(socks[-1].recv(1))
        with_them = node.heap_bytes()
        for sock in socks:
            sock.close()
        if not SANITIZED:
            self.assertGreater(with_them - memory, 4 * MB)
            node.until("the memory", lambda: node.status() and node.heap_bytes() - memory < 3 * MB)

    def test_one_byte_at_a_time(self):
        """A handshake that drips has the same time as one that does not."""
        node = self.node("node", role="ultrapeer").start()
        sock = socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (address(), 0))
        self.addCleanup(sock.close)
        text = b"GNUTELLA CONNECT/0.6\r\n" + b"X-Header: something\r\n" * 100
        begin = time.monotonic()
        ended = False
        for byte in text:
            sock.settimeout(0.25)
            try:
                sock.sendall(bytes([byte]))
                ended = not sock.recv(4096)
            except socket.timeout:
                continue
            except OSError:
                ended = True
            if ended:
                break
        self.assertTrue(ended)
        self.assertLess(time.monotonic() - begin, 40)


class Bombs(Test):
    def setUp(self):
        super().setUp()
        self.target = self.node("node", role="ultrapeer").start(files={"fir needle.txt": b"fir"})
        self.memory = self.target.rss_bytes()

    def assert_fine(self, seconds=None):
        """The node lives, is no larger, and takes the next one."""
        self.assertIsNone(self.target.process.poll(), self.target.log_text())
        peer = gnutella.connect(self.target.listen)
        self.addCleanup(peer.close)
        self.assertTrue(peer.answers())
        if not SANITIZED:
            self.assertLess(self.target.rss_bytes() - self.memory, GROWTH)

    def feed(self, peer, data, times=1):
        """Sends until the node has had enough; returns whether it hung up."""
        peer.sock.settimeout(2 * DEADLINE)
        try:
            for _ in range(times):
                peer.sock.sendall(data)
        except OSError:
            return True
        return False

    def deflated_link(self):
        peer = gnutella.connect(self.target.listen, final="Content-Encoding: deflate\r\n")
        self.addCleanup(peer.close)
        return peer

    def test_deflate_bomb(self):
        """A compressed link that swells ends."""
        peer = self.deflated_link()
        bomb = zlib.compressobj(9)
        piece = bytes(MB)
        data = b"".join(bomb.compress(piece) for _ in range(512))
        self.feed(peer, data)
        peer.wait_closed()
        self.assert_fine()

    def test_not_deflated(self):
        peer = self.deflated_link()
        self.feed(peer, noise(100000, 70))
        peer.wait_closed()
        self.assert_fine()

    def test_noise(self):
        """A link full of noise ends too."""
        peer = gnutella.connect(self.target.listen)
        self.addCleanup(peer.close)
        self.feed(peer, noise(MB, 71), 20)
        peer.wait_closed()
        self.assert_fine()

    def test_huge_message(self):
        """The size in a header is no reason to wait for so much."""
        for size in (0xFFFFFFFF, 0x7FFFFFFF, 70000, 41000):
            with self.subTest(size=size):
                peer = gnutella.connect(self.target.listen)
                self.addCleanup(peer.close)
                peer.sock.sendall(gnutella.message(gnutella.QUERY, b"", size=size))
                self.feed(peer, bytes(65536), 64)
                peer.wait_closed()
        self.assert_fine()

    def test_route_table_bomb(self):
        """Neither a huge route table nor a patch that swells."""
        for slots in (1 << 16, 1 << 31):
            with self.subTest(slots=slots):
                peer = gnutella.connect(self.target.listen)
                self.addCleanup(peer.close)
                peer.send(gnutella.QRP, struct.pack("<BIB", 0, slots, 7))
                packed = zlib.compress(bytes(32 * MB), 9)
                pieces = [packed[i : i + 4000] for i in range(0, len(packed), 4000)]
                messages = b"".join(
                    gnutella.message(gnutella.QRP, struct.pack("<BBBBB", 1, i + 1, len(pieces), 1, 4) + piece)
                    for i, piece in enumerate(pieces))
                self.feed(peer, messages)
                peer.wait_closed()
        self.assert_fine()

    def test_ggep_bomb(self):
        """Extensions that swell cost the link nothing but themselves, in every message that has them."""
        packed = zlib.compress(bytes(12 * MB), 9)
        bomb = gnutella.ggep((b"IPP", packed, True), (b"LF", packed[:1000], True))
        small = gnutella.ggep(*[(name, zlib.compress(bytes(60000), 9), True) for name in (b"PATH", b"M", b"XQ")])
        peer = gnutella.connect(self.target.listen, ultrapeer=True)
        self.addCleanup(peer.close)
        pong = struct.pack("<H4sII", 6346, socket.inet_aton("127.1.2.3"), 1, 8)
        hit = gnutella.hit("127.1.2.3:6346", os.urandom(16), [(b"fir", 1, sha1_text(b""))])
        for _ in range(50):
            peer.send(gnutella.PONG, pong + bomb[:1500])
            peer.send(gnutella.PING, small, ttl=2)
            peer.send(gnutella.QUERY, gnutella.query("fir needle") + small, ttl=2)
            peer.send(gnutella.HIT, hit[:-16] + bomb + hit[-16:], ttl=2)
            peer.send(gnutella.PUSH, gnutella.push(os.urandom(16), "127.1.2.3:6346") + small, ttl=2)
        self.assert_fine()

    def test_datagrams(self):
        """Noise, bombs and truncation by UDP are dropped without a word that is longer than they are."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.bind((address(), 0))
        to = gnutella.split_endpoint(self.target.listen)
        packed = zlib.compress(bytes(4 * MB), 9)[:1400]
        for i in range(200):
            sock.sendto(noise(1 + i * 7, i), to)
            sock.sendto(gnutella.message(0x80 | gnutella.PONG, packed), to)
            sock.sendto(gnutella.message(gnutella.PING, b"\xc3\x83SCP\xff\xff"), to)
            sock.sendto(gnutella.message(gnutella.PING, b"")[: i % 23], to)
        # The flood may have filled its socket: an honest ping is repeated until one gets through.
        answer, deadline = None, Deadline()
        sock.settimeout(0.2)
        while answer is None and not deadline.over():
            sock.sendto(gnutella.message(gnutella.PING, b""), to)
            try:
                answer = sock.recv(65536)
            except socket.timeout:
                pass
        self.assertIsNotNone(answer)
        self.assertEqual(answer[16], gnutella.PONG)
        self.assert_fine()

    def test_query_flood(self):
        """A neighbour that asks and asks gets some answers, and takes none from the others."""
        peer = gnutella.connect(self.target.listen)
        self.addCleanup(peer.close)
        flood = b"".join(gnutella.message(gnutella.QUERY, gnutella.query("fir needle"), ttl=4) for _ in range(5000))
        self.feed(peer, flood, 4)
        self.assert_fine()


class Names(Test):
    HOSTILE = [
        b"../../../pecan up.txt", b"/etc/pecan.conf", b"..\\..\\pecan.txt", b"pecan\nline.txt", b"pecan\r\nX: y.txt",
        "pecan \u202etxt.exe".encode(), "pecan \u2066x\u2069.txt".encode(), b"pecan \x1b[31mred.txt",
        b"pecan " + b"x" * 294 + b".txt", "pecan ".encode() + "\u00e4".encode() * 150 + b".mp3", b"pecan \xff\xfe.txt",
        b".pecan", b".", b"..", b"...", b"pecan.", b" pecan ", b"~pecan", b"-rf pecan", b"pecan\x7f\x01.txt",
        b"pecan/", b"/", b"//", b"pecan\xc0\xaf.txt", b"$(pecan).txt", b"pecan%2f%2e%2e.txt",
    ]

    def tree(self):
        """Every file below the test's folder but for what a node writes for itself."""
        found = set()
        for folder, folders, files in os.walk(self.world.top):
            if os.path.basename(folder) == "profile":
                folders.clear()
                continue
            found.update(os.path.join(folder, name) for name in files)
        return found

    def assert_good_name(self, path):
        name = os.fsencode(os.path.basename(path)).decode("utf-8")
        self.assertLessEqual(len(name.encode()), 255)
        self.assertNotIn(name[0], ". ")
        self.assertTrue(name.isprintable(), name)

    def test_names_in_hits(self):
        """Whatever a file is called, it comes into the download folder under a harmless name."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        records = []
        for i, name in enumerate(self.HOSTILE):
            content = noise(1000 + i, 100 + i)
            host.add(content)
            records.append((name, len(content), sha1_text(content)))

        def answer(link, muid, words):
            for start in range(0, len(records), 5):
                link.send(gnutella.HIT, gnutella.hit(host.listen, host.guid, records[start : start + 5]), ttl=3, muid=muid)

        host.answer_query = answer
        getter = self.node("getter").start([host.listen])
        before = self.tree()
        rows = getter.find("pecan", n=len([name for name, _, _ in records if b"pecan" in name]) - 4)
        self.assertGreater(len(rows), 15)
        # A terminal is told nothing that it would obey, and one line a file.
        table = getter.run("results", str(rows[0]["search"]), json=False).out
        self.assertTrue(table.replace("\n", "").replace("\u00a0", " ").isprintable(), repr(table))
        self.assertEqual(len(table.splitlines()), 1 + len(getter.ask("results", str(rows[0]["search"]))))
        for row in rows:
            done = getter.get(row)[-1]
            self.assertEqual(done["state"], "done", row)
            self.assertEqual(os.path.dirname(done["path"]), getter.downloads)
            self.assert_good_name(done["path"])
        new = self.tree() - before
        self.assertEqual({os.path.dirname(path) for path in new}, {getter.downloads})
        self.assertEqual(len(new), len(rows))

    def test_names_in_links(self):
        """Nor does the name in a magnet link lead anywhere."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        getter = self.node("getter").start()
        before = self.tree()
        for i, name in enumerate(self.HOSTILE):
            content = noise(1000 + i, 200 + i)
            host.add(content)
            quoted = "".join("%%%02x" % byte for byte in name)
            with self.subTest(name):
                done = getter.get(host.magnet(content, quoted))[-1]
                self.assert_whole(done, content)
                self.assert_good_name(done["path"])
        new = self.tree() - before
        self.assertEqual({os.path.dirname(path) for path in new}, {getter.downloads})

    def test_names_of_shared_files(self):
        """Own files may be called anything that the disk allows; they are told as text, and can be got."""
        names = [b"quince\nline.txt", b"quince \xff\xfe.txt", "quince \u202etxt.exe".encode(),
                 b"quince " + b"y" * 240 + b".txt", b"quince \x1b[31m.txt"]
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharer = self.node("sharer").start([ultrapeer], {name: noise(500 + i, 300 + i) for i, name in enumerate(names)})
        getter = self.node("getter").start([ultrapeer])
        rows = getter.find("quince", n=len(names))
        self.assertEqual(len(sharer.ask("library", "quince")), len(names))
        for row in rows:
            done = getter.get(row)[-1]
            self.assertEqual(done["state"], "done")
            self.assert_good_name(done["path"])


if __name__ == "__main__":
    main()
