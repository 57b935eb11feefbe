# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers of a few lines that speak HTTP in every way in which programs were seen to, on both ends of a transfer."""

import os
import socket
import subprocess
import threading

import gnutella
from programs import DEADLINE, Test, address, main, noise, read, sha1_text

MEGABYTE = 1000 * 1000


class Uploader:
    """Serves one file. answer(uploader, first, last) gives the whole reply, and whether the connection goes on."""

    def __init__(self, test, content, answer):
        self.content = content
        self.answer = answer
        self.connections = 0
        self.targets = []
        self.listener = socket.create_server((address(), 0), backlog=16)
        self.listen = "%s:%d" % self.listener.getsockname()
        test.addCleanup(self.listener.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def talk(self, sock):
        try:
            with sock:
                goes_on = True
                while goes_on:
                    line, headers = gnutella.read_head(sock)
                    self.targets.append(line.split(" ")[1])
                    first, last = gnutella.Host.range_of(headers, self.content)
                    reply, goes_on = self.answer(self, first, min(last, len(self.content) - 1))
                    sock.sendall(reply)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
        except (OSError, AssertionError):
            pass

    def fill(self, head, first, last):
        """A head with its numbers, and the bytes."""
        head = head.format(a=first, b=last, l=last - first + 1, n=len(self.content), sha1=sha1_text(self.content))
        return head.encode() + self.content[first : last + 1]


def with_head(head, goes_on=True):
    return lambda self, first, last: (self.fill(head, first, last), goes_on)


def whole(head):
    return lambda self, first, last: (self.fill(head, 0, len(self.content) - 1), False)


def shifted(by_first, by_last):
    def answer(self, first, last):
        first, last = max(first + by_first, 0), min(last + by_last, len(self.content) - 1)
        return self.fill("HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n", first, last), True

    return answer


class FromOldPrograms(Test):
    """We download."""

    WAYS = {
        "folded": with_head("HTTP/1.1 206 OK\r\nServer: Old\r\n\tprogram\r\nContent-Range:\r\n bytes\r\n\t{a}-{b}/{n}\r\n"
                            "Content-Length:\r\n  {l}\r\n\r\n"),
        "line feeds": with_head("HTTP/1.1 206 OK\nContent-Range: bytes {a}-{b}/{n}\nContent-Length: {l}\n\n"),
        "case": with_head("HTTP/1.1 206 OK\r\ncONTENT-rANGE:Bytes={a}-{b}/{n}\r\ncontent-length :{l}\r\n\r\n"),
        "twice": with_head("HTTP/1.1 206 OK\r\n" + 2 * ("Content-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n") + "\r\n"),
        "no total": with_head("HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/*\r\nContent-Length: {l}\r\n\r\n"),
        "no length": with_head("HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\n\r\n"),
        "no range": with_head("HTTP/1.1 206 OK\r\nContent-Length: {l}\r\n\r\n"),
        "200 with a range": with_head("HTTP/1.1 200 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\nContent-Length: {l}\r\n\r\n"),
        "earlier": shifted(-1000, 0),
        "longer": shifted(0, 3000),
        "1.0 whole": whole("HTTP/1.0 200 OK\r\nContent-Length: {l}\r\n\r\n"),
        "no version": whole("HTTP 200 OK\r\nServer: Gnutella\r\nContent-type:application/binary\r\nContent-length: {l}\r\n\r\n"),
        "to the end": whole("HTTP/1.0 200 OK\r\nServer: Gnutella\r\n\r\n"),
        "1.1 whole": whole("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {l}\r\n\r\n"),
    }

    def test_ways(self):
        """All of these at once, each with a file of its own: whatever they write, it comes, and once."""
        getter = self.node("getter").start()
        peers = {}
        for i, (way, answer) in enumerate(self.WAYS.items()):
            peers[way] = Uploader(self, noise(MEGABYTE + i, 2000 + i), answer)
        numbers = {way: getter.ask("get", self.magnet(peer))[0]["id"] for way, peer in peers.items()}
        for way, peer in peers.items():
            with self.subTest(way):
                row = getter.wait_download(numbers[way], "is done", lambda d: d["state"] in ("done", "failed"))
                self.assert_whole(row, peer.content)
                self.assertEqual(peer.connections, 1)
                self.assertEqual(set(peer.targets), {"/uri-res/N2R?urn:sha1:" + sha1_text(peer.content)})

    @staticmethod
    def magnet(*peers, size=True):
        content = peers[0].content
        return "magnet:?xt=urn:sha1:%s&dn=old.bin%s%s" % (sha1_text(content), "&xl=%d" % len(content) if size else "", "".join(
            "&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (peer.listen, sha1_text(content)) for peer in peers))

    def test_one_gone(self):
        """One of three does not have it any more, one is busy and closes at once; the third brings it."""
        content = noise(3 * MEGABYTE, 2100)
        gone = Uploader(self, content, lambda *_: (b"HTTP/1.0 410 Not Sharing\r\n\r\nnothing here", False))
        busy = Uploader(self, content, lambda *_: (
            b"HTTP/1.0 503 Busy\r\nX-Queue: position=2,length=5,limit=4,pollMin=45,pollMax=120\r\n\r\n", False))
        good = Uploader(self, content, self.WAYS["line feeds"])
        getter = self.node("getter").start()
        self.assert_whole(getter.get(self.magnet(gone, busy, good))[-1], content)
        for peer in gone, busy:
            self.assertLessEqual(peer.connections, 1)

    def test_size_of_a_liar(self):
        """The first to answer says that the file is larger, and brings next to nothing; two others outvote it."""
        content = noise(2 * MEGABYTE, 2200)
        junk = noise(4 * MEGABYTE, 2201)
        begun = threading.Event()

        def drip(self, first, last):
            begun.set()
            return self.fill("HTTP/1.1 206 OK\r\nContent-Range: bytes {a}-{b}/{n}\r\n\r\n", first, last)[:1000], True

        liar = Uploader(self, junk, drip)
        good = [Uploader(self, content, self.WAYS["folded"]) for _ in range(2)]
        getter = self.node("getter").start()
        number = getter.ask("get", "magnet:?xt=urn:sha1:%s&dn=x&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1_text(content), liar.listen, sha1_text(content)))[0]["id"]
        getter.wait_download(number, "believes the liar", lambda d: d["size"] == len(junk))
        getter.ask("get", self.magnet(*good, size=False))
        self.assert_whole(getter.wait_download(number, "is done", lambda d: d["state"] == "done"), content)


class ToOldPrograms(Test):
    """They download from us."""

    def setUp(self):
        super().setUp()
        self.content = noise(300000, 2300)
        self.sha1 = sha1_text(self.content)
        self.sharer = self.node("sharer", role="ultrapeer").start(files={"quince & co.bin": self.content, "other.txt": b"other"})
        # The root of its tree, as it is told to everybody.
        self.tth = self.ask("HEAD", "/uri-res/N2R?urn:sha1:" + self.sha1)[1]["x-content-urn"].split(".")[1]
        link = gnutella.connect(self.sharer.listen, ultrapeer=True)
        self.addCleanup(link.close)
        link.send(gnutella.QUERY, gnutella.query("quince"))
        self.index = int.from_bytes(link.read_until(lambda m: m[0] == gnutella.HIT)[4][11:15], "little")

    def open(self, source=None):
        sock = socket.create_connection(gnutella.split_endpoint(self.sharer.listen), DEADLINE, (source or address(), 0))
        sock.settimeout(DEADLINE)
        self.addCleanup(sock.close)
        return sock

    def ask(self, method, target, *lines, sock=None):
        sock = sock or self.open()
        sock.sendall(("%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (method, target, "".join(l + "\r\n" for l in lines))).encode())
        return gnutella.read_reply(sock, method == "HEAD")

    def test_targets_and_ranges(self):
        """Every way to name the file, every kind of range, GET and HEAD, one behind the other on one connection."""
        size, name = len(self.content), "quince%20%26%20co.bin"
        there = ["/uri-res/N2R?urn:sha1:" + self.sha1, "/uri-res/n2r?URN:SHA1:" + self.sha1.lower(),
                 "/uri-res/N2R?urn:bitprint:%s.%s" % (self.sha1, self.tth), "/get/%d/%s" % (self.index, name),
                 "/get/%d/quince%%20&%%20co.bin" % self.index, "http://1.2.3.4:6346/uri-res/N2R?urn:sha1:" + self.sha1]
        gone = ["/uri-res/N2R?urn:bitprint:%s.%s" % (self.sha1, "A" * 39), "/uri-res/N2R?urn:sha1:" + "A" * 32,
                "/get/%d/%s" % (self.index + 1, name), "/get/%d/else.bin" % self.index]
        ranges = [(None, 200, 0, size), ("bytes=0-", 206, 0, size), ("bytes=100-199", 206, 100, 200),
                  ("bytes=-500", 206, size - 500, size), ("bytes=299990-", 206, 299990, size),
                  ("bytes=299990-400000", 206, 299990, size), ("bytes=5-9,20-30", 206, 5, 10),
                  ("bytes 7-8", 206, 7, 9), ("Bytes= 7 - 8", 206, 7, 9), ("bytes=300000-", 416, 0, 0)]
        sock = self.open()
        for target in there:
            for value, expected, first, end in ranges:
                for method in "HEAD", "GET":
                    with self.subTest((method, target, value)):
                        status, headers, body = self.ask(method, target, *(["Range: " + value] if value else []), sock=sock)
                        self.assertEqual(status, expected)
                        self.assertEqual(body, self.content[first:end] if method == "GET" else b"")
                        self.assertEqual(int(headers["content-length"]), end - first)
                        self.assertNotIn("multipart", headers.get("content-type", ""))
                        if expected == 206:
                            self.assertEqual(headers["content-range"], "bytes %d-%d/%d" % (first, end - 1, size))
                if value == "bytes=300000-":
                    # Ten refusals are the end of a connection.
                    sock.close()
                    sock = self.open()
        for target in gone:
            for method in "HEAD", "GET":
                with self.subTest((method, target)):
                    self.assertEqual(self.ask(method, target, sock=sock)[0], 404)

    def test_pipelined(self):
        """Requests one behind the other in one piece are answered in their order."""
        sock = self.open()
        line = "%s /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nRange: bytes=%d-%d\r\n\r\n"
        sock.sendall("".join(line % ("HEAD" if i % 5 == 4 else "GET", self.sha1, 1000 * i, 1000 * i + 999)
                             for i in range(50)).encode())
        for i in range(50):
            status, headers, body = gnutella.read_reply(sock, is_head=i % 5 == 4)
            self.assertEqual((status, headers["content-range"].split("/")[0]), (206, "bytes %d-%d" % (1000 * i, 1000 * i + 999)))
            self.assertEqual(body, b"" if i % 5 == 4 else self.content[1000 * i : 1000 * i + 1000])

    def test_places(self):
        """Whoever names himself, in any of the forms, is named to the next, and in our hits; then he is used."""
        host = gnutella.Host().add(self.content)
        self.addCleanup(host.close)
        urn = "urn:sha1:" + self.sha1
        at = [host.listen] + ["%s:7001" % address() for _ in range(2)]
        forms = ["X-Alt: %s" % at[0], "X-Gnutella-Alternate-Location: http://%s/uri-res/N2R?%s 2026-11-27T00:00:00Z" % (at[1], urn),
                 "Alternate-Location: http://127.99.0.1:7009/get/1/x, http://%s/uri-res/N2R?%s" % (at[2], urn)]
        for place, form in zip(at, forms):
            sock = self.open(place.split(":")[0])
            self.assertEqual(self.ask("HEAD", "/uri-res/N2R?" + urn, form, sock=sock)[0], 200)
        # Where nobody is.
        sock = self.open(at[1].split(":")[0])
        self.ask("HEAD", "/uri-res/N2R?" + urn, "X-Alt: 127.98.0.1:7001", sock=sock)
        told = self.ask("HEAD", "/uri-res/N2R?" + urn)[1]["x-alt"]
        self.assertEqual(sorted(told.split(",")), sorted(at))
        link = gnutella.connect(self.sharer.listen, ultrapeer=True)
        self.addCleanup(link.close)
        link.send(gnutella.QUERY, gnutella.query("quince"))
        hit = link.read_until(lambda m: m[0] == gnutella.HIT)[4]
        self.assertEqual(sorted(self.alts(hit)), sorted(at))
        # It has no slot for us, but its hit says who has the file as well.
        self.sharer.ask("set", "upload-slots", "0")
        getter = self.node("getter").start([self.sharer])
        self.assert_whole(getter.get(getter.find("quince")[0])[-1], self.content)
        self.assertTrue(any(line.startswith("GET /uri-res/N2R?" + urn) for line, _ in host.requests))

    @staticmethod
    def alts(hit):
        """The places that a hit names besides its own."""
        begin = hit.index(b"ALT") + len("ALT")
        data = hit[begin + 1 : begin + 1 + (hit[begin] & 0x3f)]
        out = b""
        while data:
            out += data[1 : data[0]] + b"\0"
            data = data[data[0]:]
        return [gnutella.unpack_endpoint(out[i : i + 6]) for i in range(0, len(out) - 1, 6)]

    BROWSERS = {
        "firefox": ["User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language: en-US,en;q=0.5",
                    "Accept-Encoding: gzip, deflate", "Sec-GPC: 1", "Connection: keep-alive", "Upgrade-Insecure-Requests: 1",
                    "Priority: u=0, i"],
        "chromium": ["Connection: keep-alive", "Upgrade-Insecure-Requests: 1",
                     "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                     "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
                     "Accept-Encoding: gzip, deflate", "Accept-Language: en-US,en;q=0.9"],
        "curl": ["User-Agent: curl/8.14.1", "Accept: */*"],
        "wget": ["User-Agent: Wget/1.25.0", "Accept: */*", "Accept-Encoding: identity", "Connection: Keep-Alive"],
    }

    def test_browsers(self):
        """The page and a file of it for browsers, which ask for a picture of us between the two."""
        for browser, lines in self.BROWSERS.items():
            with self.subTest(browser):
                sock = self.open()
                status, headers, body = self.ask("GET", "/", *lines, sock=sock)
                self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
                self.assertNotIn("content-encoding", headers)
                self.assertIn(b"quince", body)
                self.assertIn(b'href="/uri-res/N2R?urn:sha1:%s"' % self.sha1.encode(), body)
                self.assertEqual(self.ask("GET", "/favicon.ico", *lines, sock=sock)[0], 404)
                target = "/uri-res/N2R?urn:sha1:" + self.sha1
                status, headers, body = self.ask("GET", target, *lines, sock=sock)
                self.assertEqual((status, body), (200, self.content))
                self.assertIn("filename*=UTF-8''quince%20%26%20co.bin", headers["content-disposition"])
                # A player goes on in the middle.
                status, headers, body = self.ask("GET", target, "Range: bytes=100000-", *lines, sock=sock)
                self.assertEqual((status, body), (206, self.content[100000:]))

    def test_tools(self):
        """curl and wget fetch it whole, and go on where they were interrupted."""
        url = "http://%s/uri-res/N2R?urn:sha1:%s" % (self.sharer.listen, self.sha1)
        for tool, arguments in (("curl", ["-sS", "-f", "-C", "-", "-o"]), ("wget", ["-q", "-c", "-O"])):
            with self.subTest(tool):
                path = os.path.join(self.world.top, tool)
                with open(path, "wb") as file:
                    file.write(self.content[:123456])
                done = subprocess.run([tool, *arguments, path, url], stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE,
                                      env=dict(self.world.env, no_proxy="*"), check=False)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(read(path), self.content)


if __name__ == "__main__":
    main()
