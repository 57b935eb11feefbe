# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks hosts for the lists of their files, honest ones and others."""

import html
import os
import re
import socket
import threading
import urllib.error
import urllib.request

import gnutella
from programs import DEADLINE, SANITIZED, Test, address, main, noise, sha1_text


class Browse(Test):
    FILES = {"maple %02d.txt" % i: noise(1000 + i, 400 + i) for i in range(30)}

    def listing(self, host, body, head="Content-Type: application/x-gnutella-packets", status="200 OK"):
        """Makes a host of Python answer "/" with this, and then close."""
        def serve(sock, line, headers):
            if not line.startswith("GET / "):
                return host.serve_right(sock, line, headers)
            sock.sendall(("HTTP/1.1 %s\r\n%s\r\n\r\n" % (status, head)).encode() + body)
            sock.shutdown(socket.SHUT_WR)
            return False

        host.serve = serve

    def host(self):
        host = gnutella.Host()
        self.addCleanup(host.close)
        return host

    def test_direct(self):
        """Everything that a host shares, in one command; what it lists can be downloaded."""
        sharer = self.node("sharer").start(files=self.FILES)
        getter = self.node("getter").start()
        rows = getter.ask("browse", sharer.listen)
        self.assertEqual({row["name"]: row["sha1"] for row in rows},
                         {name: sha1_text(content) for name, content in self.FILES.items()})
        for row in rows:
            self.assertEqual((row["address"], row["guid"], row["reach"], row["needs_push"], row["hops"]),
                             (sharer.listen, sharer.status()["guid"], "direct", False, 0))
        search = getter.ask("searches")[0]
        self.assertEqual((search["text"], search["active"], search["results"], search["reason"]),
                         (sharer.listen, False, 30, None))
        self.assertEqual(getter.ask("results", str(search["id"])), rows)
        self.assert_whole(getter.get(rows[7])[-1], self.FILES[rows[7]["name"]])
        getter.ask("close", str(search["id"]))
        self.assertEqual(getter.run("results", str(search["id"])).code, 3)

    def page(self, node, target="/", accept="text/html,application/xhtml+xml,*/*;q=0.8"):
        """What a web browser gets: status, content type and body."""
        request = urllib.request.Request("http://%s%s" % (node.listen, target), headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.headers["Content-Type"], reply.read()
        except urllib.error.HTTPError as error:
            return error.code, None, b""

    def test_page(self):
        """A browser gets pages with links to all that is shared, however it is called; programs get all at once."""
        odd = "<script>alert('&amp;\"')<b> %41.txt"
        files = {"%04d.txt" % i: b"%d" % i for i in range(1100)}
        files[odd] = b"odd"
        sharer = self.node("sharer").start(files=files)
        target, names, links, pages = "/", [], [], 0
        while target:
            status, kind, body = self.page(sharer, target)
            self.assertEqual((status, kind), (200, "text/html; charset=utf-8"))
            text = body.decode()
            self.assertNotIn("<script", text)
            self.assertNotIn(self.world.top, text)
            self.assertLess(len(body), 200_000)
            names += map(html.unescape, re.findall("<bdi>(.*?)</bdi>", text))
            links += re.findall('href="(/uri-res/[^"]*)"', text)
            target = (re.findall('href="(/[?]from=[0-9]+)"', text) or [None])[0]
            pages += 1
        self.assertEqual((pages, sorted(names)), (3, sorted(files)))
        self.assertEqual(self.page(sharer, links[names.index(odd)])[2], b"odd")
        for nonsense in "/?from=99999999999999999999", "/?from=-1", "/?from=x", "/?":
            self.assertEqual(self.page(sharer, nonsense)[0], 200)
        self.assertEqual(self.page(sharer, accept="image/png")[0], 406)
        getter = self.node("getter").start()
        self.assertEqual({row["name"] for row in getter.ask("browse", sharer.listen)}, set(files))

    def test_not_allowed(self):
        """The setting closes both, and single files go on."""
        sharer = self.node("sharer", settings={"browse-host": "false"}).start(files=self.FILES)
        getter = self.node("getter").start()
        self.assertEqual(self.page(sharer)[0], 403)
        result = getter.run("browse", sharer.listen)
        self.assertEqual((result.code, result.out), (1, ""))
        self.assertIn("nobody", result.err)
        name, content = next(iter(self.FILES.items()))
        self.assertEqual(self.page(sharer, "/uri-res/N2R?urn:sha1:" + sha1_text(content))[2], content)
        sharer.ask("set", "browse-host", "true")
        self.assertEqual(len(getter.ask("browse", sharer.listen)), len(self.FILES))

    def test_allowance_is_told(self):
        """Replies and hits say whether the list may be had, and say so anew when that changes."""
        sharer = self.node("sharer").start(files=self.FILES)
        link = gnutella.connect(sharer.listen, ultrapeer=True)
        self.addCleanup(link.close)
        content = self.FILES["maple 07.txt"]
        for allowed in (True, False, True):
            with self.subTest(allowed):
                sharer.ask("set", "browse-host", "true" if allowed else "false")
                with urllib.request.urlopen("http://%s/uri-res/N2R?urn:sha1:%s" % (sharer.listen, sha1_text(content)),
                                            timeout=60) as reply:
                    self.assertEqual("browse/1.0" in reply.headers["X-Features"], allowed)
                link.send(gnutella.QUERY, gnutella.query("maple 07"))
                hit = link.read_until(lambda m: m[0] == gnutella.HIT)[4]
                self.assertEqual(self.says_browse(hit), allowed)

    @staticmethod
    def says_browse(hit):
        """Whether the extensions of a hit, behind the vendor and its data, name BH."""
        return b"BH" in hit[hit.rindex(b"FLBT"):]

    def test_by_guid(self):
        """One that is known by its GUID only is asked to connect, and shows its list on that connection."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharer = self.node("sharer", accepts=False).start([ultrapeer], self.FILES)
        getter = self.node("getter").start([ultrapeer])
        found = getter.find("maple", "07")[0]
        self.assertTrue(found["needs_push"])
        rows = getter.ask("browse", found["guid"])
        self.assertEqual({row["name"] for row in rows}, set(self.FILES))
        self.assertEqual({(row["guid"], row["reach"]) for row in rows}, {(sharer.status()["guid"], "push")})
        row = [row for row in rows if row["name"] == "maple 11.txt"][0]
        self.assert_whole(getter.get(row)[-1], self.FILES["maple 11.txt"])

    def stranger(self, endpoint=None, needs_push=True, accepts=True):
        """A host that a search has told of, at endpoint or where it listens, and the node that knows it from there."""
        host = self.host()
        content = noise(3000, 460)
        records = [(b"rowan.txt", len(content), sha1_text(content))]
        host.answer_query = lambda link, muid, words: link.send(
            gnutella.HIT, gnutella.hit(endpoint or host.listen, host.guid, records, push=needs_push), muid=muid, ttl=2)
        getter = self.node("getter", accepts=accepts).start([host.listen])
        self.assertEqual(getter.find("rowan")[0]["guid"], host.guid.hex())
        return host, getter

    def browse_pushed(self, host, getter):
        """Has the host come when it is asked to, and list a file of its own and one of somebody else."""
        def come():
            host.wait("a PUSH", lambda: host.pushes)
            with socket.create_connection(gnutella.split_endpoint(getter.listen), DEADLINE) as sock:
                sock.sendall(b"GIV 1:%s/rowan.txt\n\n" % host.guid.hex().upper().encode())
                asked.append(gnutella.read_head(sock))
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n\r\n" + b"".join(
                    gnutella.message(gnutella.HIT, gnutella.hit("127.9.9.9:6346", guid, [(name, 1, sha1_text(name))]))
                    for guid, name in ((host.guid, b"own.txt"), (os.urandom(16), b"other.txt"))))

        asked = []
        thread = threading.Thread(target=come)
        thread.start()
        rows = getter.ask("browse", host.guid.hex())
        thread.join()
        self.assertEqual(host.pushes, [(host.guid, getter.listen)])
        self.assertEqual([(line, headers["accept"]) for line, headers in asked],
                         [("GET / HTTP/1.1", "application/x-gnutella-packets")])
        self.assertEqual([(row["name"], row["guid"]) for row in rows], [("own.txt", host.guid.hex())])

    def test_pushed_stranger(self):
        """Who says that nobody gets in is asked by PUSH at once, and speaks for itself only."""
        host, getter = self.stranger()
        self.browse_pushed(host, getter)
        self.assertEqual(host.requests, [])

    def test_closed_stranger(self):
        """Who cannot be connected to, whatever its hit says, is asked by PUSH, too."""
        with socket.create_server((address(), 0)) as closed:
            endpoint = "%s:%d" % closed.getsockname()
        self.browse_pushed(*self.stranger(endpoint, needs_push=False))

    def test_both_closed(self):
        """Who cannot be called either is told so, and nobody is asked."""
        host, getter = self.stranger(accepts=False)
        result = getter.run("browse", host.guid.hex())
        self.assertEqual((result.code, result.out), (1, ""))
        self.assertIn("Neither", result.err)
        self.assertEqual(host.pushes, [])

    def test_no_way(self):
        """A host that nothing is known of, or that nobody answers for, is one sentence."""
        getter = self.node("getter").start()
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        nowhere = "x" * 64 + ".invalid:6346"  # no name may be as long
        for host, code in (("00112233445566778899aabbccddeeff", 1), ("127.0.0.1:%d" % port, 1), (nowhere, 1), ("nonsense", 2),
                           ("127.0.0.1:", 2), ("0" * 32, 2)):
            with self.subTest(host):
                result = getter.run("browse", host)
                self.assertEqual((result.code, result.out, len(result.err.splitlines())), (code, "", 1), result.err)
        self.assertEqual([search["active"] for search in getter.ask("searches")], [False, False, False])

    def test_refusals(self):
        """What the host says against it is told in words, and cannot be mistaken for an empty list."""
        getter = self.node("getter").start()
        for status, word in (("403 Browse Host Disabled", "nobody"), ("406 Not Acceptable", "nobody"),
                             ("429 Banned for 5m", "hour"), ("503 Busy", "later"), ("302 Found", "read")):
            with self.subTest(status):
                host = self.host()
                self.listing(host, b"", "Location: http://%s/" % getter.listen, status)
                result = getter.run("browse", host.listen)
                self.assertEqual((result.code, result.out), (1, ""))
                self.assertIn(word, result.err)

    def test_lies(self):
        """Neither garbage nor endless lists nor files of others do any harm; what was good in them is shown."""
        getter = self.node("getter").start()
        content = noise(3000, 450)
        record = (b"birch.txt", len(content), sha1_text(content))
        hit = gnutella.message(gnutella.HIT, gnutella.hit("127.9.9.9:6346", os.urandom(16), [record]))
        cases = {
            "garbage": (noise(50000, 451), 1),
            "half": (hit + hit[: len(hit) // 2], 1),
            "other messages": (gnutella.message(gnutella.QUERY, gnutella.query("birch")) + hit
                               + gnutella.message(gnutella.PUSH, gnutella.push(os.urandom(16), getter.listen)), 0),
            "no hit at all": (gnutella.message(gnutella.HIT, noise(300, 452)) + hit, 0),
            "to be pushed": (gnutella.message(gnutella.HIT, gnutella.hit("127.9.9.9:6346", os.urandom(16), [record],
                                                                         push=True)), 0),
        }
        for name, (body, code) in cases.items():
            with self.subTest(name):
                host = self.host()
                host.add(content)
                self.listing(host, body)
                result = getter.run("browse", host.listen)
                self.assertEqual(result.code, code, result.err)
                # It was asked, so it speaks for itself: the address that it named does not count.
                self.assertLessEqual({(row["address"], row["needs_push"], row["reach"]) for row in result.rows()},
                                     {(host.listen, False, "direct")})
                if code == 0:
                    self.assert_whole(getter.get(result.row())[-1], content)
                    os.unlink(getter.ask("downloads")[-1]["path"])
                    getter.ask("clear")
        self.assertIsNone(getter.process.poll())

    def test_endless(self):
        """A list without an end stops at the number of results that a search may have."""
        getter = self.node("getter").start()
        host = self.host()
        memory = getter.rss_bytes()
        name = b"aspen %06d " + b"x" * 100 + b".txt"

        def serve(sock, line, headers):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n\r\n")
            n = 0
            while True:  # until the node has had enough
                records = [(name % (n + i), 1, sha1_text(b"%d" % (n + i))) for i in range(50)]
                sock.sendall(gnutella.message(gnutella.HIT, gnutella.hit(host.listen, host.guid, records)))
                n += 50

        host.serve = serve
        result = getter.run("browse", host.listen)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(len(result.rows()), 10000)
        if not SANITIZED:
            self.assertLess(getter.rss_bytes() - memory, 40 * 1024 * 1024)

    def test_silence_and_close(self):
        """A host that says nothing keeps nobody: the wait ends, and closing the search ends the connection."""
        getter = self.node("getter").start()
        host = self.host()

        def serve(sock, line, headers):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n\r\n")
            sock.settimeout(None)
            host._note(host.queries, sock.recv(1))
            return False

        host.serve = serve
        result = getter.run("browse", host.listen, "--wait", "1")
        self.assertEqual((result.code, len(result.err.splitlines())), (5, 1), result.err)
        search = getter.ask("searches")[0]
        self.assertTrue(search["active"])
        getter.ask("close", str(search["id"]))
        host.wait("the end of the connection", lambda: host.queries == [b""])

    def test_many(self):
        """Only some hosts are asked at a time, and each of them once."""
        getter = self.node("getter").start()
        host = self.host()
        host.serve = lambda sock, line, headers: bool(sock.recv(1))
        codes = [getter.run("browse", host.listen, "--wait", "0").code for _ in range(9)]
        self.assertEqual(codes, [5] * 8 + [1])


if __name__ == "__main__":
    main()
