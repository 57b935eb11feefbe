# SPDX-License-Identifier: GPL-3.0-or-later
"""LimeWire, gtk-gnutella and older programs as far as their rules go, on both ends of a transfer: what they let us send,
what they send, and what they give a source up for."""

import socket
import threading
import time

import gnutella
from programs import DEADLINE, Failed, Test, address, main, noise, sha1_text

MOST_LINES, LONGEST_LINE = 20, 2048  # of a head that LimeWire reads
PIECE = 128 * 1024                   # that LimeWire asks for when it has no tree
POLL_MIN_S, POLL_MAX_S = 15, 30     # of its queue
MEGABYTE = 1000 * 1000

# LimeWire sends a page in the place of the file to whoever has one of these in its name.
NO_PROGRAMS = ("Mozilla", "Morpheus", "DA", "Download", "FlashGet", "GetRight", "Go!Zilla", "Inet", "MIIxpc", "MSProxy",
               "Mass", "MLdonkey", "NetAnts", "NetZip", "Teleport")


class Dropped(Failed):
    """What LimeWire gives a connection up for."""


def read_as_limewire(sock):
    """The first line and the headers of a head; LimeWire reads no more of one than so many lines, none that is longer, none
    that is folded, and knows names only as they are written everywhere."""
    lines = [read_line(sock)]
    while line := read_line(sock):
        if len(lines) > MOST_LINES:
            raise Dropped("too many lines: %r" % lines)
        if line[0] in " \t" or ":" not in line:
            raise Dropped("no header: %r" % line)
        lines.append(line)
    headers = {}
    for line in lines[1:]:
        name, value = line.split(":", 1)
        headers[name] = ",".join(filter(None, (headers.get(name), value.strip())))
    return lines[0], headers


def read_line(sock):
    line = b""
    while not line.endswith(b"\n"):
        byte = sock.recv(1)
        if not byte:
            raise ConnectionError("the other side has closed")
        line += byte
        if len(line) > LONGEST_LINE:
            raise Dropped("too long: %r" % line[:100])
    return line.rstrip(b"\r\n").decode("latin-1")


class LimeWire:
    """One that shares a file as LimeWire 5 does. has: the ranges of it that are there, first and last byte; None: all."""

    def __init__(self, content, has=None):
        self.content = content
        self.has = has
        self.sha1 = sha1_text(content)
        self.faults = []
        self.requests = []  # (target, headers)
        self.refused = []   # ranges that were answered with 416
        self.places = 0     # how often the other side has to wait
        self.times = []     # when it asked
        self.given = 0      # bytes
        self.connections = 0
        self.listener = socket.create_server((address(), 0), backlog=16)
        self.listen = "%s:%d" % self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def talk(self, sock):
        """Serves a connection, whoever made it."""
        self.connections += 1
        sock.settimeout(2 * DEADLINE)
        try:
            while True:
                line, headers = read_as_limewire(sock)
                method, target, version = line.split(" ")
                if (method, version) != ("GET", "HTTP/1.1"):
                    raise Dropped(line)
                self.requests.append((target, headers))
                self.times.append(time.monotonic())
                sock.sendall(self.answer(target, headers))
        except Dropped as error:
            self.faults.append(str(error))
        except OSError:
            pass
        finally:
            sock.close()

    def answer(self, target, headers):
        if any(name in headers.get("User-Agent", "") for name in NO_PROGRAMS):
            self.faults.append("a page for " + headers["User-Agent"])
        if "Host" not in headers:
            self.faults.append("no Host: %r" % headers)
        if target != "/uri-res/N2R?urn:sha1:" + self.sha1:
            return self.head("404 Not Found", 0)
        if headers.get("X-Gnutella-Content-URN", "urn:sha1:" + self.sha1) != "urn:sha1:" + self.sha1:
            return self.head("404 Not Found", 0)
        if self.places > 0:
            self.places -= 1
            return self.head("503 Service Unavailable", 0, "X-Queue: position=%d,length=2,limit=1,pollMin=%d,pollMax=%d" % (
                self.places + 1, POLL_MIN_S, POLL_MAX_S))
        return self.part(headers.get("Range", "bytes=0-"))

    def part(self, value):
        if not value.startswith("bytes=") or "," in value:
            self.faults.append("more than one range: " + value)
            return self.head("416 Requested Range Unavailable", 0)
        first, last = value[len("bytes="):].split("-")
        first, last = int(first), min(int(last or len(self.content)), len(self.content) - 1)
        if self.has is None:
            return self.bytes(first, last)
        for begin, end in self.has:
            if begin <= first <= end:
                return self.bytes(first, min(last, end))
        self.refused.append((first, last))
        return self.head("416 Requested Range Unavailable", 0, self.available())

    def available(self):
        return "X-Available-Ranges: bytes " + ", ".join("%d-%d" % part for part in self.has)

    def bytes(self, first, last):
        lines = ["Content-Range: bytes %d-%d/%d" % (first, last, len(self.content)),
                 "X-Gnutella-Content-URN: urn:sha1:" + self.sha1]
        if self.has is not None:
            lines.append(self.available())
        self.given += last - first + 1
        return self.head("206 Partial Content", last - first + 1, *lines) + self.content[first : last + 1]

    @staticmethod
    def head(status, length, *lines):
        return ("HTTP/1.1 %s\r\nServer: LimeWire/5.5.16\r\nContent-Type: application/binary\r\nContent-Length: %d\r\n"
                "X-Features: fwalt/0.1, browse/1.0, queue/0.1\r\n%s\r\n" % (
                    status, length, "".join(line + "\r\n" for line in lines))).encode()

    def close(self):
        self.listener.close()


class FromLimeWire(Test):
    """We download."""

    def limewire(self, content, has=None):
        lime = LimeWire(content, has)
        self.addCleanup(lime.close)
        return lime

    @staticmethod
    def magnet(content, *hosts):
        return "magnet:?xt=urn:sha1:%s&dn=lime.bin&xl=%d%s" % (sha1_text(content), len(content), "".join(
            "&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (host.listen, sha1_text(content)) for host in hosts))

    def test_much_to_say(self):
        """A firewalled node that knows many places and has push proxies: its requests stay what LimeWire reads."""
        content = noise(30 * MEGABYTE, 900)
        proxies = [self.node("ultrapeer %d" % i, role="ultrapeer").start() for i in range(3)]
        limes = [self.limewire(content) for _ in range(14)]
        getter = self.node("getter", accepts=False, settings={"download-limit": "10000000"}).start(proxies)
        self.assert_whole(getter.get(self.magnet(content, *limes))[-1], content)
        self.assertEqual([lime.faults for lime in limes], [[]] * len(limes))
        requests = [headers for lime in limes for _, headers in lime.requests]
        self.assertEqual({headers["Range"].count(",") for headers in requests}, {0})
        # There was much to say.
        self.assertTrue(any("X-FW-Node-Info" in headers for headers in requests), requests)
        self.assertGreater(max(len(headers.get("X-Alt", "").split(",")) for headers in requests), 4)

    def test_some_of_it(self):
        """One that has parts only: these are asked for, on the same connection, and nothing else once they were listed."""
        content = noise(6 * MEGABYTE, 901)
        lime = self.limewire(content, [(MEGABYTE, 2 * MEGABYTE - 1), (3 * MEGABYTE, 4 * MEGABYTE - 1)])
        whole = gnutella.Host().add(content)
        self.addCleanup(whole.close)
        getter = self.node("getter").start()
        number = getter.ask("get", self.magnet(content, lime))[0]["id"]
        getter.wait_download(number, "has what there is", lambda d: d["received_bytes"] >= 2 * MEGABYTE)
        getter.ask("get", self.magnet(content, whole))
        self.assert_whole(getter.wait_download(number, "is done", lambda d: d["state"] == "done"), content)
        self.assertEqual((lime.faults, lime.connections, lime.given), ([], 1, 2 * MEGABYTE))
        self.assertLessEqual(len(lime.refused), 1)

    def test_queue(self):
        """We wait in its queue on the connection, and do not ask before it wants us to."""
        content = noise(MEGABYTE, 902)
        lime = self.limewire(content)
        lime.places = 1
        getter = self.node("getter").start()
        self.assert_whole(getter.get(self.magnet(content, lime))[-1], content)
        self.assertEqual((lime.faults, lime.connections), ([], 1))
        self.assertGreaterEqual(lime.times[1] - lime.times[0], POLL_MIN_S)

    def test_pushed(self):
        """One behind a firewall is asked by PUSH, and what we say on its connection keeps to the same rules."""
        content = noise(MEGABYTE, 903)
        lime = self.limewire(content)
        host = gnutella.Host()
        self.addCleanup(host.close)
        records = [(b"lime.bin", len(content), sha1_text(content))]
        host.answer_query = lambda link, muid, words: link.send(
            gnutella.HIT, gnutella.hit(host.listen, host.guid, records, push=True), muid=muid, ttl=2)
        getter = self.node("getter").start([host.listen])
        number = getter.ask("get", str(getter.find("lime")[0]["id"]))[0]["id"]
        host.wait("a PUSH", lambda: host.pushes)
        self.assertEqual(host.pushes[0], (host.guid, getter.listen))
        sock = socket.create_connection(gnutella.split_endpoint(getter.listen), DEADLINE)
        sock.sendall(b"GIV 0:%s/file\n\n" % host.guid.hex().upper().encode())
        threading.Thread(target=lime.talk, args=(sock,), daemon=True).start()
        self.assert_whole(getter.wait_download(number, "is done", lambda d: d["state"] == "done"), content)
        self.assertEqual((lime.faults, lime.connections), ([], 1))


class LimeWireGetter:
    """A connection over which LimeWire 5 gets a file: it gives the source up with Dropped where LimeWire does."""

    def __init__(self, test, content, listen=None, sock=None):
        self.content = content
        self.sock = sock or socket.create_connection(gnutella.split_endpoint(listen), DEADLINE, (address(), 0))
        self.sock.settimeout(DEADLINE)
        self.known = None  # ranges that it listed
        test.addCleanup(self.sock.close)

    def ask(self, first, last, *lines):
        """Returns the status, the headers and the bytes."""
        sha1 = sha1_text(self.content)
        self.sock.sendall((
            "GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nUser-Agent: LimeWire/5.5.16\r\nX-Queue: 0.1\r\n"
            "X-Gnutella-Content-URN: urn:sha1:%s\r\nRange: bytes=%d-%d\r\nX-Features: fwalt/0.1, browse/1.0, queue/0.1\r\n"
            "X-NMS1: urn:nms1:%s\r\nX-Downloaded: %d\r\n%s\r\n" % (
                sha1, sha1, first, last, sha1, first, "".join(line + "\r\n" for line in lines))).encode())
        line, headers = read_as_limewire(self.sock)
        status = int(line.split(" ")[1])
        body = b""
        while len(body) < int(headers["Content-Length"]):
            body += self.sock.recv(65536)
        if status == 206:
            self.check_part(first, last, headers, body)
        if status == 416:
            self.check_refusal(first, headers)
        if status == 503 and "X-Queue" in headers:
            told = dict(part.split("=") for part in headers["X-Queue"].split(","))
            if not all(told.get(name, "").isdigit() for name in ("position", "pollMin", "pollMax")):
                raise Dropped("no place: %r" % headers)
        if "X-Available-Ranges" in headers:
            self.known = self.read_ranges(headers["X-Available-Ranges"])
        return status, headers, body

    def check_part(self, first, last, headers, body):
        """What comes lies in what was asked, and begins where it does."""
        span, total = headers["Content-Range"][len("bytes "):].split("/")
        begin, end = map(int, span.split("-"))
        if (begin, int(total)) != (first, len(self.content)) or end > last or len(body) != end - begin + 1:
            raise Dropped("another part than %d-%d: %r" % (first, last, headers))
        if body != self.content[begin : end + 1]:
            raise Failed("wrong bytes")

    def check_refusal(self, first, headers):
        if "X-Available-Ranges" not in headers:
            raise Dropped("416 without ranges: %r" % headers)
        if any(begin <= first <= end for begin, end in self.known or []):
            raise Dropped("416 for what was listed: %r" % headers)

    @staticmethod
    def read_ranges(value):
        return [tuple(map(int, part.split("-"))) for part in value[len("bytes"):].split(",") if part.strip()]

    def get(self, first, last):
        """All of a range, in as many pieces as it takes."""
        while first <= last:
            status, headers, body = self.ask(first, min(first + PIECE - 1, last))
            if status != 206:
                raise Failed("%d %r" % (status, headers))
            first += len(body)


class ToLimeWire(Test):
    """It downloads from us."""

    def test_whole(self):
        """A file piece by piece over one connection, with as many places known as are told."""
        content = noise(2 * MEGABYTE, 910)
        sharer = self.node("sharer").start(files={"medlar " + "\u00e4" * 120 + ".bin": content})
        # Everybody names himself and the same ones behind firewalls.
        walled = ", ".join("%032X; %s" % (i, "; ".join("127.200.%d.%d:7001" % (i, j) for j in range(1, 5)))
                           for i in range(1, 9))
        for _ in range(30):
            place = address()
            sock = socket.create_connection(gnutella.split_endpoint(sharer.listen), DEADLINE, (place, 0))
            visitor = LimeWireGetter(self, content, sock=sock)
            self.assertEqual(visitor.ask(0, 9, "X-Alt: %s:7000" % place, "X-FAlt: " + walled)[0], 206)
            sock.close()
        getter = LimeWireGetter(self, content, sharer.listen)
        _, headers, _ = getter.ask(0, 9)
        self.assertEqual([len(headers[name].split(",")) for name in ("X-Alt", "X-FAlt")], [10, 5])
        self.assertIn("X-Thex-URI", headers)
        getter.get(0, len(content) - 1)

    def test_some_of_it(self):
        """Of a file that is not whole: what is listed is given, and what is not is refused with the list."""
        content = noise(12 * MEGABYTE, 911)
        sharer = self.node("sharer", settings={"upload-limit": "2000000"}).start(files={"plum.bin": content})
        node = self.node("node", settings={"share-partial": "true"}).start()
        number = node.ask("get", "magnet:?xt=urn:sha1:%s&dn=plum.bin&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1_text(content), len(content), sharer.listen, sha1_text(content)))[0]["id"]
        node.wait_download(number, "has proved some", lambda d: d["verified_bytes"] > 2500000)
        sharer.terminate()
        getter = LimeWireGetter(self, content, node.listen)
        last = len(content) - 1
        status, _, _ = getter.ask(last - 9, last)
        self.assertEqual(status, 416)
        self.assertGreater(sum(end - begin + 1 for begin, end in getter.known), 2000000)
        for begin, end in getter.known:
            getter.get(begin, end)
            # Without the list it would be taken for the whole file.
            self.assertIn("X-Available-Ranges", getter.ask(begin, end)[1])
        # More than is there: as far as it is.
        begin, end = getter.known[0]
        self.assertEqual(len(getter.ask(end - 9, last)[2]), 10)
        self.assertEqual(getter.ask(end + 1, last)[0], 416)

    def test_queue(self):
        """The words of its queue, in which it waits on the connection."""
        content = noise(MEGABYTE, 912)
        sharer = self.node("sharer", settings={"upload-slots": "1"}).start(files={"plum.bin": content})
        first, second = (LimeWireGetter(self, content, sharer.listen) for _ in range(2))
        self.assertEqual(first.ask(0, 9)[0], 206)
        status, headers, _ = second.ask(0, 9)
        self.assertEqual(status, 503)
        self.assertIn("X-Queue", headers)
        self.assertNotIn("close", headers.get("Connection", "").lower())
        self.assertTrue(headers.get("Retry-After", "0").isdigit())

    def test_pushed(self):
        """What a firewalled node says on the connection that it made, its proxies among it."""
        content = noise(MEGABYTE, 913)
        proxies = [self.node("ultrapeer %d" % i, role="ultrapeer").start() for i in range(3)]
        sharer = self.node("sharer", accepts=False).start(proxies, {"rowan.bin": content})
        guid = bytes.fromhex(sharer.status()["guid"])
        with socket.create_server((address(), 0)) as listener:
            listener.settimeout(DEADLINE)
            place = "%s:%d" % listener.getsockname()
            link = gnutella.connect(proxies[0].listen, ultrapeer=True, source=listener.getsockname()[0])
            self.addCleanup(link.close)
            link.send(gnutella.QUERY, gnutella.query("rowan"), ttl=3)
            link.read_until(lambda m: m[0] == gnutella.HIT)
            link.send(gnutella.PUSH, gnutella.push(guid, place), ttl=3)
            sock, _ = listener.accept()
        sock.settimeout(DEADLINE)
        self.assertRegex(read_line(sock), "^GIV [0-9]+:[0-9A-F]{32}/")
        self.assertEqual(read_line(sock), "")
        getter = LimeWireGetter(self, content, sock=sock)
        _, headers, _ = getter.ask(0, 9)
        self.assertEqual(headers["X-FW-Node-Info"][:32], guid.hex().upper())
        self.assertIn("X-Push-Proxy", headers)
        getter.get(0, len(content) - 1)


class OldGetters(Test):
    """What else comes to a sharer's door."""

    def setUp(self):
        super().setUp()
        self.content = noise(200000, 920)
        self.name = "sloe & co.bin"
        self.sharer = self.node("sharer").start(files={self.name: self.content})

    def open(self):
        sock = socket.create_connection(gnutella.split_endpoint(self.sharer.listen), DEADLINE, (address(), 0))
        sock.settimeout(DEADLINE)
        self.addCleanup(sock.close)
        return sock

    def test_by_index(self):
        """The first programs ask by the number and the name that the hit told, and know of no second request."""
        link = gnutella.connect(self.sharer.listen, ultrapeer=True)
        self.addCleanup(link.close)
        link.send(gnutella.QUERY, gnutella.query("sloe"))
        hit = link.read_until(lambda m: m[0] == gnutella.HIT)[4]
        index = int.from_bytes(hit[11:15], "little")
        name = self.name.replace(" ", "%20").replace("&", "%26")
        for target in "/get/%d/%s" % (index, name), "/get/%d/%s" % (index, self.name.replace(" ", "%20")):
            sock = self.open()
            sock.sendall(("GET %s HTTP/1.0\r\nUser-Agent: Gnutella\r\nRange: bytes=0-\r\n\r\n" % target).encode())
            status, headers, body = gnutella.read_reply(sock)
            self.assertIn(status, (200, 206))
            self.assertEqual((headers["connection"], body), ("close", self.content))
            self.assertEqual(sock.recv(1), b"")
        sock = self.open()
        for target, expected in (("/get/%d/other.bin" % index, 404), ("/get/%d/%s" % (index + 1, name), 404),
                                 ("/get/%d/%s" % (index, name), 206)):
            sock.sendall(("GET %s HTTP/1.0\r\nConnection: Keep-Alive\r\nRange: bytes=199990-\r\n\r\n" % target).encode())
            status, headers, body = gnutella.read_reply(sock)
            self.assertEqual((status, body), (expected, self.content[199990:] if expected == 206 else b""))

    def test_gtk_gnutella(self):
        """gtk-gnutella folds long headers, leaves out Range for all of it, and asks again before the reply is over."""
        target = "/uri-res/N2R?urn:sha1:" + sha1_text(self.content)
        more = "Host: x\r\nUser-Agent: gtk-gnutella/1.2.3\r\nX-Queue: 1.1\r\nAccept-Encoding: deflate\r\n"
        folded = ("X-Alt: 127.91.0.1:7000,\r\n\t127.92.0.1:7000,\r\n 127.93.0.1:7000\r\n"
                  "X-Features: tls/1.0,\r\n\tfwalt/0.1\r\n")
        sock = self.open()
        sock.sendall(("HEAD %s HTTP/1.1\r\n%s\r\n" % (target, more)).encode())
        status, headers, _ = gnutella.read_reply(sock, is_head=True)
        self.assertEqual((status, headers["content-length"]), (200, "200000"))
        sock.sendall(("GET %s HTTP/1.1\r\n%s%s\r\n" % (target, more, folded)).encode()
                     + ("GET %s HTTP/1.1\r\n%sRange: bytes=5-9\r\n\r\n" % (target, more)).encode())
        status, headers, body = gnutella.read_reply(sock)
        self.assertEqual((status, body), (200, self.content))
        self.assertNotIn("content-range", headers)
        status, headers, body = gnutella.read_reply(sock)
        self.assertEqual((status, body), (206, self.content[5:10]))


if __name__ == "__main__":
    main()
