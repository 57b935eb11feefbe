# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads from many sources, of which some lie, break off, say nothing or never stop."""

import os
import socket
import sqlite3

import gnutella
from programs import DEADLINE, Test, main, noise, read


class Sources(Test):
    def test_two_sources(self):
        """Two sharers of one file, under two names, send parts of it at the same time."""
        content = noise(6000000, 40)
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharers = [self.node("sharer %d" % i, settings={"upload-limit": "1500000"}).start(
            [ultrapeer], {"olive song %d.bin" % i: content}) for i in range(2)]
        getter = self.node("getter").start([ultrapeer])

        row = getter.find("olive", n=2)[0]
        rows = getter.get(row)
        self.assert_whole(rows[-1], content)
        self.assertEqual(max(row["active_sources"] for row in rows), 2)
        sent = [sum(upload["sent_bytes"] for upload in sharer.ask("uploads")) for sharer in sharers]
        self.assertGreater(min(sent), len(content) / 10)
        self.assertLess(sum(sent), len(content) * 1.2)

    def name_others(self, name, content):
        """An ultrapeer whose hit is of a host that is not there and names one that is; and who gets the file."""
        network, other = gnutella.Host(), gnutella.Host().add(content)
        self.addCleanup(network.close)
        self.addCleanup(other.close)
        getter = self.node("getter").start([network.listen])
        places = (other.listen, getter.listen, "224.0.0.1:6346", "127.9.9.9:0")
        named = gnutella.ggep((b"ALT", b"".join(map(gnutella.pack_endpoint, places)), False), is_cobs=True)
        payload = gnutella.hit("127.9.9.8:9", os.urandom(16), [(name, len(content), gnutella.sha1_text(content))],
                               extension=named)
        network.answer_query = lambda link, muid, words: link.send(gnutella.HIT, payload, ttl=3, muid=muid)
        return getter, other

    def test_named_in_a_hit(self):
        """The file is got from a host that a hit names; neither ourselves nor a group of hosts become sources."""
        content = noise(300000, 45)
        getter, other = self.name_others(b"olive alts.bin", content)
        rows = getter.get(getter.find("olive")[0])
        self.assert_whole(rows[-1], content)
        self.assertEqual(max(row["sources"] for row in rows), 2)
        self.assertTrue(other.requests)

    def test_named_in_a_later_hit(self):
        """So it is when the hit comes for a download that is under way."""
        content = noise(300000, 46)
        getter, _ = self.name_others(b"olive later.bin", content)
        id = getter.ask("get", "magnet:?xt=urn:sha1:%s&dn=olive+later.bin" % gnutella.sha1_text(content))[0]["id"]
        getter.find("later")
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)

    def test_corrupt_sharer(self):
        """One of two sharers sends what is not the file: the file is right in the end."""
        content = noise(3000000, 41)
        wrong = bytearray(content)
        wrong[1000000:1000016] = b"not what it says"
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        honest = self.node("honest", settings={"upload-limit": "1500000"}).start([], {"maple.bin": content})
        liar = self.node("liar").start([], {"maple.bin": bytes(wrong)})
        liar.terminate()
        with sqlite3.connect(os.path.join(honest.profile, "filbert.db")) as database:
            sha1, tth = database.execute("SELECT sha1, tth FROM files").fetchone()
        with sqlite3.connect(os.path.join(liar.profile, "filbert.db")) as database:
            self.assertEqual(database.execute("UPDATE files SET sha1 = ?, tth = ?", (sha1, tth)).rowcount, 1)
        liar.start([ultrapeer])
        honest.connect(ultrapeer)
        getter = self.node("getter").start([ultrapeer])

        row = getter.find("maple", n=2)[0]
        self.assert_whole(getter.get(row, timeout=4 * DEADLINE)[-1], content)
        self.assertTrue(liar.ask("uploads"))

    def test_many_files_of_one_host(self):
        """A host that serves what it promised may be asked again and again."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        getter = self.node("getter").start()
        for i in range(20):
            content = noise(1000, 400 + i)
            host.add(content)
            self.assert_whole(getter.get(host.magnet(content, "%d.bin" % i))[-1], content)

    def test_only_corrupt_sources(self):
        """When everybody sends wrong bytes nothing is ever called done."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        content = noise(200000, 42)
        host.add(content)
        host.serve = host.serve_wrong
        getter = self.node("getter").start()
        id = getter.ask("get", host.magnet(content, "sour.bin"))[0]["id"]
        row = getter.wait_download(id, "has seen through it", lambda d: d["reason_code"] == "corrupt" and
                                   d["state"] not in ("verifying", "downloading", "done"))
        self.assertEqual(len(row["reason"].splitlines()), 1)
        self.assertEqual(os.listdir(getter.downloads), [])


def body(content, headers):
    first, last = gnutella.Host.range_of(headers, content)
    return first, min(last, len(content) - 1)


class Lies(Test):
    """A hostile source is asked first, an honest one later; the file has to come, and be right."""

    def lies(self):
        def respond(make):
            def serve(host, sock, line, headers):
                content = host.wanted(line)
                first, last = body(content, headers)
                sock.sendall(make(content, first, last))
                return False
            return serve

        def head(status, *lines):
            return ("HTTP/1.1 %s\r\n%s\r\n" % (status, "".join(line + "\r\n" for line in lines))).encode()

        def part(first, last, total, *more):
            return head("206 Partial Content", "Content-Range: bytes %d-%d/%d" % (first, last, total), *more)

        def endless(piece, before=b""):
            def serve(host, sock, line, headers):
                sock.sendall(before)
                # Ends when the other side has had enough.
                for _ in range(1 << 14):
                    sock.sendall(piece * 64)
                host.was_never_stopped = True
                return False
            return serve

        def silent(before):
            def serve(host, sock, line, headers):
                content = host.wanted(line)
                first, last = body(content, headers)
                sock.sendall(before(content, first, last))
                sock.settimeout(4 * DEADLINE)
                # Until the other side hangs up.
                while sock.recv(65536):
                    pass
                return False
            return serve

        return {
            "length too great": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (10 ** 15)) + c[a : b + 1]),
            "length too small": respond(lambda c, a, b: part(a, b, len(c), "Content-Length: 1") + c[a : b + 1]),
            "length below zero": respond(lambda c, a, b: head("200 OK", "Content-Length: -1") + c),
            "length of many digits": respond(lambda c, a, b: head("200 OK", "Content-Length: " + "9" * 30) + c),
            "two lengths": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1), "Content-Length: 5") + c[a : b + 1]),
            "no length": respond(lambda c, a, b: head("200 OK") + c),
            "no range": respond(lambda c, a, b: head(
                "206 Partial Content", "Content-Length: %d" % (b - a + 1)) + c[a : b + 1]),
            "another range": respond(lambda c, a, b: part(
                a + 1, b, len(c), "Content-Length: %d" % (b - a)) + c[a : b]),
            "range backwards": respond(lambda c, a, b: part(b, a, len(c), "Content-Length: 1") + c),
            "range beyond the end": respond(lambda c, a, b: part(
                a, 10 ** 12, 10 ** 13, "Content-Length: %d" % (10 ** 12)) + c),
            "another size": respond(lambda c, a, b: part(
                a, b, len(c) * 2, "Content-Length: %d" % (b - a + 1)) + c[a : b + 1]),
            "truncated": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1)) + c[a : (a + b) // 2]),
            "truncated head": respond(lambda c, a, b: b"HTTP/1.1 206 Partial Con"),
            "more than it said": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1)) + c[a : b + 1] + noise(300000, 1)),
            "wrong bytes": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1)) + noise(b - a + 1, 1)),
            "garbage": respond(lambda c, a, b: noise(100000, 2)),
            "another protocol": respond(lambda c, a, b: b"220 smtp.example.org ESMTP\r\n"),
            "compressed": respond(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1), "Content-Encoding: gzip") + c[a : b + 1]),
            "chunked": respond(lambda c, a, b: head("200 OK", "Transfer-Encoding: chunked") + b"ffffffffffff\r\n" + c),
            "redirect": respond(lambda c, a, b: head("302 Found", "Location: http://127.0.0.1:1/", "Content-Length: 0")),
            "not found": respond(lambda c, a, b: head("404 Not Found", "Content-Length: 0")),
            "a page": respond(lambda c, a, b: head("200 OK", "Content-Type: text/html", "Content-Length: 5") + b"hello"),
            "busy for ever": respond(lambda c, a, b: head("503 Busy", "Retry-After: 99999999999", "Content-Length: 0")),
            "endless headers": endless(b"X-More: and more\r\n", b"HTTP/1.1 206 Partial Content\r\n"),
            "endless line": endless(b"x" * 64, b"HTTP/1.1 206 Partial Content\r\nX-Long: "),
            "endless replies": endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
            "endless refusal": endless(b"no" * 50, head("404 Not Found", "Content-Length: 99999999999")),
            "silence": silent(lambda c, a, b: b""),
            "one byte and silence": silent(lambda c, a, b: b"H"),
            "one byte of the file and silence": silent(lambda c, a, b: part(
                a, b, len(c), "Content-Length: %d" % (b - a + 1)) + c[a : a + 1]),
        }

    def test_lies(self):
        lies = self.lies()
        getter = self.node("getter", settings={"max-downloads": "100"}).start()
        wanted = {}
        hosts = {}
        begin = getter.rss_bytes()

        for i, (name, lie) in enumerate(lies.items()):
            content = noise(150000 + i, 50 + i)
            liar, honest = gnutella.Host().add(content), gnutella.Host().add(content)
            self.addCleanup(liar.close)
            self.addCleanup(honest.close)

            def serve(sock, line, headers, liar=liar, lie=lie):
                return lie(liar, sock, line, headers)

            def serve_later(sock, line, headers, liar=liar, honest=honest):
                liar.wait("the question to the liar", lambda: liar.requests)
                return honest.serve_right(sock, line, headers)

            liar.was_never_stopped = False
            liar.serve = serve
            honest.serve = serve_later
            hosts[name] = liar
            magnet = liar.magnet(content, name.replace(" ", "-") + ".bin", [honest])
            wanted[name] = getter.ask("get", magnet)[0]["id"], content

        for name, (id, content) in wanted.items():
            with self.subTest(name):
                getter.wait_download(id, name, lambda d: d["state"] in ("done", "failed"), 3 * DEADLINE)
                self.assert_whole(getter.download(id), content)
                self.assertTrue(hosts[name].requests, "the liar was not asked")
                self.assertFalse(hosts[name].was_never_stopped)
        self.assertEqual(sorted(os.listdir(getter.downloads)),
                         sorted(name.replace(" ", "-") + ".bin" for name in lies))
        self.assertEqual(os.listdir(os.path.join(getter.profile, "incomplete")), [])
        self.assertLess(getter.rss_bytes() - begin, 64 * 1024 * 1024)

    def test_size_in_a_magnet(self):
        """A link without a size learns it from the first source."""
        getter = self.node("getter").start()
        for i, size in enumerate((0,)):
            with self.subTest(size=size):
                content = noise(100000, 90 + i)
                host = gnutella.Host().add(content)
                self.addCleanup(host.close)
                self.assert_whole(getter.get(host.magnet(content, "sized.bin", size=size))[-1], content)


class Uploads(Test):
    """What a stranger may ask a sharer."""

    def setUp(self):
        super().setUp()
        self.secret = os.path.join(self.world.top, "secret.txt")
        with open(self.secret, "wb") as file:
            file.write(b"secret " * 30000)
        self.content = noise(210000, 43)

    def request(self, sock, target, extra=""):
        sock.sendall(("GET %s HTTP/1.1\r\nHost: x\r\nUser-Agent: Test/1.0\r\n%s\r\n" % (target, extra)).encode())
        line, headers = gnutella.read_head(sock)
        length = int(headers.get("content-length", "0"))
        data = b""
        while len(data) < length:
            more = sock.recv(length - len(data))
            if not more:
                break
            data += more
        return int(line.split(" ")[1]), headers, data

    def urn(self, content):
        return "/uri-res/N2R?urn:sha1:" + gnutella.sha1_text(content)

    def open(self, node):
        sock = socket.create_connection(gnutella.split_endpoint(node.listen), DEADLINE, (gnutella.address(), 0))
        self.addCleanup(sock.close)
        return sock

    def test_targets(self):
        """Nothing but shared files is served, whatever the request calls it."""
        node = self.node("sharer").start(files={"cedar.bin": self.content})
        sock = self.open(node)
        status, _, data = self.request(sock, self.urn(self.content), "Range: bytes=5-14\r\n")
        self.assertEqual((status, data), (206, self.content[5:15]))
        for target in ("/get/1/../../../../etc/passwd", "/get/0//etc/passwd", "/../secret.txt", "/secret.txt",
                       "/get/1/%2e%2e/%2e%2e/secret.txt", "/get/99/cedar.bin", "/get/-1/cedar.bin",
                       "/uri-res/N2R?urn:sha1:", self.urn(b"secret " * 30000), "/get/1", "file:///etc/passwd",
                       "/settings.ini", "/uri-res/N2R?urn:sha1:" + "A" * 900):
            with self.subTest(target):
                sock = self.open(node)
                status, _, data = self.request(sock, target)
                self.assertGreaterEqual(status, 400)
                self.assertNotIn(b"root:", data)
                self.assertNotIn(b"secret", data)
        for value in ("bytes=210000-", "bytes=-0", "bytes=5-1", "bytes=99999999999999999999-", "bytes=x"):
            with self.subTest(value):
                status, _, data = self.request(self.open(node), self.urn(self.content), "Range: %s\r\n" % value)
                self.assertIn(status, (200, 206, 400, 416))
                self.assertTrue(status >= 400 or data == self.content)
        self.assert_nobody_crashed()

    def test_swapped_for_a_link(self):
        """A shared file is replaced by a link to something that was never shared, while it is served."""
        node = self.node("sharer").start(files={"cedar.bin": self.content})
        sock = self.open(node)
        self.assertEqual(self.request(sock, self.urn(self.content), "Range: bytes=0-99\r\n")[2], self.content[:100])
        path = os.path.join(node.shared, "cedar.bin")
        os.remove(path)
        os.symlink(self.secret, path)
        for sock in (sock, self.open(node)):
            status, _, data = self.request(sock, self.urn(self.content), "Range: bytes=100-199\r\n")
            self.assertNotIn(b"secret", data)
            self.assertTrue(status >= 400 or data == self.content[100:200], status)
        self.assert_nobody_crashed()

    def test_replaced(self):
        """Another file under the old name has not the old hash: it is not sent for it."""
        node = self.node("sharer").start(files={"cedar.bin": self.content})
        path = os.path.join(node.shared, "cedar.bin")
        os.replace(self.secret, path)
        status, _, data = self.request(self.open(node), self.urn(self.content))
        self.assertGreaterEqual(status, 400)
        self.assertNotIn(b"secret", data)

    def test_folder_becomes_a_link(self):
        """Nor does a folder on the way lead anywhere else."""
        node = self.node("sharer")
        inner = os.path.join(node.shared, "inner")
        outside = os.path.join(self.world.top, "outside")
        for folder, content in ((inner, self.content), (outside, b"secret " * 30000)):
            os.mkdir(folder)
            with open(os.path.join(folder, "cedar.bin"), "wb") as file:
                file.write(content)
        node.start()
        self.assertEqual(self.request(self.open(node), self.urn(self.content))[0], 200)
        os.rename(inner, inner + " was here")
        os.symlink(outside, inner)
        status, _, data = self.request(self.open(node), self.urn(self.content))
        self.assertNotIn(b"secret", data)
        self.assertTrue(status >= 400 or data == self.content)

    def test_truncated_while_served(self):
        """A file that shrinks under the reader ends the upload, not the node."""
        content = noise(4000000, 44)
        node = self.node("sharer", settings={"upload-limit": "400000"}).start(files={"cedar.bin": content})
        sock = self.open(node)
        sock.sendall(("GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % self.urn(content)).encode())
        gnutella.read_head(sock)
        os.truncate(os.path.join(node.shared, "cedar.bin"), 100000)
        data = b""
        while True:
            try:
                more = sock.recv(65536)
            except ConnectionError:
                break
            if not more:
                break
            data += more
        self.assertLess(len(data), len(content))
        self.assertEqual(data, content[: len(data)])
        self.assertGreaterEqual(self.request(self.open(node), self.urn(content))[0], 400)
        self.assert_nobody_crashed()


if __name__ == "__main__":
    main()
