# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are fetched and given at the same time, trees, who tells whom of whom, and sources as old programs are."""

import os
import socket
import sqlite3
import struct

import gnutella
from programs import DEADLINE, Test, address, main, noise, sha1_text


def magnet(content, name, *listens):
    sha1 = sha1_text(content)
    sources = "".join("&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (listen, sha1) for listen in listens)
    return "magnet:?xt=urn:sha1:%s&dn=%s&xl=%d%s" % (sha1, name, len(content), sources)


def ask(listen, content, *lines, path="N2R", method="GET"):
    """One request; returns the status line, the headers, the lines of the head and the body."""
    host, port = gnutella.split_endpoint(listen)
    with socket.create_connection((host, port), DEADLINE, (address(), 0)) as sock:
        sock.sendall(("%s /uri-res/%s?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n" % (
            method, path, sha1_text(content), "".join(line + "\r\n" for line in lines))).encode())
        sock.settimeout(DEADLINE)
        data = b""
        while more := sock.recv(65536):
            data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
    return lines[0], headers, lines, body


def head_ping(listen, content, flags=0x11, offer=b""):
    """A HEAD ping by UDP, and what GGEP says in the pong (messages.md, LIME/23 and LIME/24)."""
    body = bytes([flags]) + b"urn:sha1:" + sha1_text(content).encode() + gnutella.ggep((b"RUX", offer, False))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address(), 0))
        sock.settimeout(DEADLINE)
        sock.sendto(gnutella.message(0x31, b"LIME" + struct.pack("<HH", 23, 2) + body), gnutella.split_endpoint(listen))
        pong = b""
        while pong[23:29] != b"LIME\x18\x00":
            pong = sock.recv(2048)
        return read_ggep(pong[31:])


def read_ggep(data):
    items, at, last = {}, 1, False
    while not last:
        last, name_len = data[at] & 0x80, data[at] & 0x0f
        name = data[at + 1:at + 1 + name_len].decode()
        at += 1 + name_len
        size = 0
        while True:
            size = size << 6 | data[at] & 0x3f
            at += 1
            if data[at - 1] & 0x40:
                break
        items[name] = data[at:at + size]
        at += size
    return items


def offer_of(endpoint):
    """An offer to punch of a host that is said to be at endpoint."""
    nonce, guid = os.urandom(8), os.urandom(16)
    host, port = endpoint
    return b"\x01\x08\x00\x00\x00\x00" + nonce + guid + b"\x01\x01" + socket.inet_aton(host) + struct.pack(">H", port)


class Swarm(Test):
    def partial(self, shares=True):
        """A node that has some of a file and slowly gets the rest of it, and the one that has it all."""
        content = noise(12000000, 90)
        seed = self.node("seed", settings={"upload-limit": "1500000"}).start([], {"plum.bin": content})
        getter = self.node("getter", settings={"share-partial": "true"} if shares else None).start()
        id = getter.ask("get", magnet(content, "plum.bin", seed.listen))[0]["id"]
        getter.wait_download(id, "has proved some", lambda d: d["verified_bytes"] > 2500000)
        return content, seed, getter, id

    def test_proved_on_the_way(self):
        """The tree comes from the source, and bytes are proved while others are on their way."""
        content, seed, getter, id = self.partial()
        row = getter.download(id)
        self.assertEqual(row["state"], "downloading")
        self.assertLess(row["verified_bytes"], len(content))
        self.assertGreaterEqual(row["received_bytes"], row["verified_bytes"])
        getter.wait_download(id, "is done", lambda d: d["state"] == "done", 2 * DEADLINE)
        row = getter.download(id)
        self.assert_whole(row, content)
        self.assertIsNotNone(row["tth"])

    def test_given_on_the_way(self):
        """What is proved of an unfinished file is given to others, and they are told of who has all of it."""
        content, seed, getter, id = self.partial()
        third = self.node("third").start()
        other = third.ask("get", magnet(content, "plum.bin", getter.listen))[0]["id"]
        third.wait_download(other, "has some", lambda d: d["received_bytes"] > 1000000)
        self.assertEqual(getter.download(id)["state"], "downloading")
        self.assertGreater(sum(row["sent_bytes"] for row in getter.ask("uploads")), 1000000)
        third.wait_download(other, "knows both", lambda d: d["sources"] == 2)
        for node, number in (getter, id), (third, other):
            node.wait_download(number, "is done", lambda d: d["state"] == "done", 4 * DEADLINE)
            self.assert_whole(node.download(number), content)

    def test_partial_replies(self):
        """The replies for an unfinished file: what there is, nothing else, and no tree."""
        content, seed, getter, id = self.partial()
        status, headers, lines, body = ask(getter.listen, content, "Range: bytes=0-99999")
        self.assertIn(" 206 ", status)
        self.assertEqual(body, content[:100000])
        self.assertTrue(headers["x-available-ranges"].startswith("bytes 0-"))
        self.assertNotIn("x-thex-uri", headers)
        # Only as far as it is proved.
        status, headers, lines, body = ask(getter.listen, content)
        self.assertIn(" 206 ", status)
        self.assertLess(len(body), len(content))
        self.assertEqual(body, content[: len(body)])
        status, headers, lines, body = ask(getter.listen, content, "Range: bytes=%d-" % (len(content) - 10))
        self.assertIn(" 416 ", status)
        self.assertIn("x-available-ranges", headers)
        self.assertIn(" 404 ", ask(getter.listen, content, path="N2X")[0])

    def test_partial_pings(self):
        """Who pings hears that there is a part, which, and takes an offer to punch for it as well as for a whole."""
        content, seed, getter, id = self.partial()
        pong = head_ping(getter.listen, content)
        self.assertEqual(pong["C"][0] & 3, 2)
        self.assertTrue(pong["C"][0] & 8)
        first, last = struct.unpack(">II", pong["R"][:8])
        self.assertEqual(first, 0)
        self.assertGreaterEqual(last, 2000000)
        self.assertLess(last, len(content) - 1)
        self.assertNotIn("RUX", pong)
        self.assertNotIn("R", head_ping(getter.listen, content, 0x10))
        offer = offer_of((address(), 7777))
        answer = head_ping(getter.listen, content, offer=offer)["RUX"]
        self.assertEqual(answer[14:22], offer[6:14])
        self.assertEqual(head_ping(seed.listen, content)["C"][0] & 3, 1)

    def test_given_only_when_wanted(self):
        content, seed, getter, id = self.partial(shares=False)
        self.assertEqual(head_ping(getter.listen, content, offer=offer_of((address(), 7777)))["C"][0] & 3, 0)
        self.assertIn(" 404 ", ask(getter.listen, content, "Range: bytes=0-99")[0])
        getter.ask("set", "share-partial", "true")
        self.assertIn(" 206 ", ask(getter.listen, content, "Range: bytes=0-99")[0])

    def test_one_block_again(self):
        """A sharer that sends wrong bytes is found by the block, and only that comes again."""
        content = noise(16000000, 91)
        wrong = bytearray(content)
        for at in range(100, len(wrong), 1000000):
            wrong[at] ^= 1
        limit = {"upload-limit": "3000000"}
        sharers = [self.node("sharer %d" % i, settings=limit).start([], {"quince.bin": content}) for i in range(2)]
        liar = self.node("liar", settings=limit).start([], {"quince.bin": bytes(wrong)})
        liar.terminate()
        with sqlite3.connect(os.path.join(sharers[0].profile, "filbert.db")) as database:
            sha1, tth = database.execute("SELECT sha1, tth FROM files").fetchone()
        with sqlite3.connect(os.path.join(liar.profile, "filbert.db")) as database:
            self.assertEqual(database.execute("UPDATE files SET sha1 = ?, tth = ?", (sha1, tth)).rowcount, 1)
        liar.start()
        getter = self.node("getter").start()
        rows = getter.get(magnet(content, "quince.bin", *(node.listen for node in (*sharers, liar))),
                          timeout=4 * DEADLINE)
        self.assert_whole(rows[-1], content)
        sent = sum(row["sent_bytes"] for node in (*sharers, liar) for row in node.ask("uploads"))
        # A first lease of the liar at most, and what was on its way when it was cut off.
        self.assertLess(sent, len(content) + 2000000)
        self.assertLess(sum(row["sent_bytes"] for row in liar.ask("uploads")), 2000000)

    def test_killed_and_goes_on(self):
        """What was proved when the node was killed is neither fetched nor proved again."""
        content, seed, getter, id = self.partial()
        getter.wait_download(id, "has proved more", lambda d: d["verified_bytes"] > 6000000)
        getter.kill()
        getter.start()
        row = getter.download(id)
        self.assertGreater(row["verified_bytes"], 2000000)
        getter.wait_download(id, "is done", lambda d: d["state"] == "done", 4 * DEADLINE)
        self.assert_whole(getter.download(id), content)
        self.assertLess(sum(row["sent_bytes"] for row in seed.ask("uploads")), len(content) + 6000000)


class OldSources(Test):
    """Sources that do as old programs do."""

    def source(self, size, seed, serve):
        content = noise(size, seed)
        host = gnutella.Host().add(content)
        self.addCleanup(host.close)
        host.connections = set()

        def note(sock, line, headers):
            host.connections.add(sock)
            return serve(host, sock, line, headers, content)

        host.serve = note
        return host, content

    def fetch(self, host, content, name):
        getter = self.node("getter").start()
        self.assert_whole(getter.get(host.magnet(content, name))[-1], content)

    def test_first_reply_cut(self):
        """gtk-gnutella gives 512 KiB to the first request of a connection, and all to the next."""
        def serve(host, sock, line, headers, content):
            first, last = host.range_of(headers, content)
            if len(host.requests) == 1:
                last = min(last, first + 512 * 1024 - 1)
            last = min(last, len(content) - 1)
            sock.sendall(host.head_of(first, last, len(content)) + content[first : last + 1])
            return True

        host, content = self.source(9000000, 100, serve)
        self.fetch(host, content, "cut.bin")
        self.assertEqual(len(host.connections), 1)

    def test_never_behind_the_first(self):
        """Nor does it bear a second request in the buffer before its first reply is out."""
        def serve(host, sock, line, headers, content):
            if len(host.requests) == 1:
                sock.settimeout(0.3)
                try:
                    early = sock.recv(1)
                except socket.timeout:
                    early = b""
                host.was_early = early != b""
            return host.serve_right(sock, line, headers)

        host, content = self.source(3000000, 101, serve)
        self.fetch(host, content, "patient.bin")
        self.assertFalse(host.was_early)

    def test_only_uri_res(self):
        """LimeWire 5 knows no /get/, and takes heads of 20 lines of 2048 bytes."""
        def serve(host, sock, line, headers, content):
            if not line.startswith("GET /uri-res/N2R?urn:sha1:") or len(headers) > 19:
                sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return True
            return host.serve_right(sock, line, headers)

        host, content = self.source(3000000, 102, serve)
        self.fetch(host, content, "lime.bin")

    def test_200_with_range(self):
        """Some say 200 with a Content-Range where they mean 206."""
        def serve(host, sock, line, headers, content):
            first, last = host.range_of(headers, content)
            last = min(last, len(content) - 1)
            sock.sendall(host.head_of(first, last, len(content)).replace(b"206 Partial Content", b"200 OK")
                         + content[first : last + 1])
            return True

        host, content = self.source(5000000, 103, serve)
        self.fetch(host, content, "two-hundred.bin")
        self.assertEqual(len(host.connections), 1)

    def test_416_with_ranges(self):
        """A partial source that says 416 lists what it has, and is asked for that on the same connection."""
        def serve(host, sock, line, headers, content):
            first, last = host.range_of(headers, content)
            if first < 1000000:
                sock.sendall(b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n"
                             b"X-Available-Ranges: bytes 1000000-2999999\r\n\r\n")
                return True
            last = min(last, len(content) - 1)
            sock.sendall(host.head_of(first, last, len(content), "X-Available-Ranges: bytes 1000000-2999999\r\n")
                         + content[first : last + 1])
            return True

        host, content = self.source(3000000, 104, serve)
        whole = gnutella.Host().add(content)
        self.addCleanup(whole.close)

        def later(sock, line, headers):
            host.wait("a second request", lambda: len(host.requests) >= 2)
            return whole.serve_right(sock, line, headers)

        whole.serve = later
        getter = self.node("getter").start()
        self.assert_whole(getter.get(host.magnet(content, "part.bin", [whole]))[-1], content)
        self.assertEqual(len(host.connections), 1)

    def test_heads_for_limewire(self):
        """However much there is to say, a head has at most 20 lines of less than 2048 bytes."""
        content = noise(2000000, 105)
        sharer = self.node("sharer").start([], {"medlar " + "x" * 200 + ".bin": content})
        for i in range(40):
            # Each names himself, so all of them are good.
            place = address()
            with socket.create_connection(gnutella.split_endpoint(sharer.listen), DEADLINE, (place, 0)) as sock:
                sock.sendall(("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\nX-Alt: %s:7000\r\n"
                              "Connection: close\r\n\r\n" % (sha1_text(content), place)).encode())
                while sock.recv(4096):
                    pass
        status, headers, lines, body = ask(sharer.listen, content, "Range: bytes=5-9", "X-Features: fwalt/0.1")
        self.assertEqual(body, content[5:10])
        self.assertLessEqual(len(lines), 20)
        self.assertLess(max(len(line) for line in lines), 2048)
        self.assertEqual(len(headers["x-alt"].split(",")), 10)
        tree = ask(sharer.listen, content, path="N2X")
        self.assertIn(" 200 ", tree[0])
        self.assertEqual(tree[1]["content-type"], "application/dime")
        self.assertEqual(int(tree[1]["content-length"]), len(tree[3]))
        self.assertEqual(tree[3][:2], b"\x0c\x10")
        self.assertIn(headers["x-thex-uri"].split(";")[1], headers["x-content-urn"])


if __name__ == "__main__":
    main()
