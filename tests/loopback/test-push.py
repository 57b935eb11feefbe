# SPDX-License-Identifier: GPL-3.0-or-later
"""Push over HTTP: a real ultrapeer as push proxy, a real sharer behind it, and a real downloader (push.md §2, §4)."""

import base64
import os
import socket
import ssl
import threading

import gnutella
from programs import Test, address, main, noise, sha1_text


def service_id(guid):
    return base64.b32encode(guid).decode().rstrip("=")


class Caller:
    """Somebody who can be reached and asks push proxies: one address for asking and listening."""

    def __init__(self):
        self.address = address()
        self.listener = socket.create_server((self.address, 0), backlog=8)
        self.listener.settimeout(20)
        self.listen = "%s:%d" % self.listener.getsockname()

    def ask(self, proxy, target, method="GET", node=None, tls=False):
        """The status line of the proxy's answer."""
        sock = socket.create_connection(gnutella.split_endpoint(proxy), 20, (self.address, 0))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            sock = context.wrap_socket(sock)
        head = "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Test/1.0\r\n" % (method, target, proxy)
        if node != "":
            head += "X-Node: %s\r\n" % (node or self.listen)
        sock.sendall((head + "\r\n").encode())
        line, headers = gnutella.read_head(sock)
        assert headers["content-length"] == "0"
        sock.settimeout(20)
        assert sock.recv(1) == b""
        sock.close()
        return line.split(" ")[1]

    def take_giv(self):
        """The connection that came, and its GIV line."""
        sock, _ = self.listener.accept()
        sock.settimeout(20)
        line = b""
        while not line.endswith(b"\n\n"):
            line += sock.recv(1)
        return sock, line.decode()

    def is_left_alone(self, seconds=1.0):
        self.listener.settimeout(seconds)
        try:
            self.listener.accept()
            return False
        except socket.timeout:
            return True
        finally:
            self.listener.settimeout(20)

    def close(self):
        self.listener.close()


class Proxy(Test):
    def network(self, files):
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharer = self.node("sharer", accepts=False).start([ultrapeer], files)
        caller = Caller()
        self.addCleanup(caller.close)
        guid = bytes.fromhex(sharer.status()["guid"])
        # It asks for its proxies as soon as it knows who is one.
        ultrapeer.until("the proxied leaf", lambda: caller.ask(
            ultrapeer.listen, "/gnutella/push-proxy?ServerId=" + service_id(guid)) == "202")
        return ultrapeer, caller, guid, caller.take_giv()

    def test_file_over_giv(self):
        """202, the sharer calls with GIV, and files go over that connection, one after the other."""
        contents = [noise(200000, seed) for seed in (1, 2)]
        _, caller, guid, (sock, line) = self.network({"one.txt": contents[0], "two.txt": contents[1]})

        self.assertEqual(line, "GIV 0:%s/file\n\n" % guid.hex().upper())
        for content in contents:
            sock.sendall(("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nUser-Agent: Test/1.0\r\n\r\n" %
                          sha1_text(content)).encode())
            status, headers = gnutella.read_head(sock)
            self.assertIn(" 200 ", status + " ")
            self.assertTrue(headers["x-fw-node-info"].startswith(guid.hex().upper()))
            self.assertRegex(headers["x-push-proxy"], r"^(pptls=8,)?127\.")
            body = b""
            while len(body) < len(content):
                body += sock.recv(65536)
            self.assertEqual(body, content)
        sock.close()

    def test_spellings(self):
        """What gtk-gnutella and LimeWire send, and the older ones; one of them over TLS."""
        ultrapeer, caller, guid, (sock, _) = self.network({"one.txt": noise(1000, 1)})

        sock.close()
        for method, target, tls in (("HEAD", "/gnutella/push-proxy?ServerID=%s&tls=false" % service_id(guid), False),
                                    ("GET", "/gnet/push-proxy?guid=" + guid.hex(), True),
                                    ("GET", "/gnutella/pushproxy?ServerId=" + service_id(guid), False)):
            self.assertEqual(caller.ask(ultrapeer.listen, target, method, tls=tls), "202", target)
            sock, line = caller.take_giv()
            self.assertTrue(line.startswith("GIV 0:"))
            sock.close()

    def test_refusals(self):
        """410 for who never asked, 400 for who names somebody else or nobody: and nobody is called."""
        ultrapeer, caller, guid, (sock, _) = self.network({"one.txt": noise(1000, 1)})
        victim = Caller()
        self.addCleanup(victim.close)

        sock.close()
        target = "/gnutella/push-proxy?ServerId="
        self.assertEqual(caller.ask(ultrapeer.listen, target + service_id(os.urandom(16))), "410")
        for node in (victim.listen, "", "10.0.0.1:25", "victim.example:80", caller.address, caller.address + ":0"):
            self.assertEqual(caller.ask(ultrapeer.listen, target + service_id(guid), node=node), "400", node)
        self.assertEqual(caller.ask(ultrapeer.listen, target + "short"), "400")
        self.assertTrue(victim.is_left_alone())
        self.assertTrue(caller.is_left_alone(0.1))

    def test_storm(self):
        """Hundreds of wishes of one caller make the sharer call a few times only."""
        ultrapeer, caller, guid, (sock, _) = self.network({"one.txt": noise(1000, 1)})

        sock.close()
        answers = [caller.ask(ultrapeer.listen, "/gnutella/push-proxy?ServerId=" + service_id(guid)) for _ in range(100)]
        self.assertLessEqual(answers.count("202"), 30)
        self.assertEqual(answers.count("202") + answers.count("503"), 100)
        calls = 0
        while not caller.is_left_alone():
            calls += 1
        self.assertLessEqual(calls, 5)


class Downloader(Test):
    def offer(self, content, proxies):
        """An ultrapeer whose hit names push proxies of a host that only HTTP can reach; and who gets the file."""
        network = gnutella.Host()
        self.addCleanup(network.close)
        guid = os.urandom(16)
        nowhere = "%s:9" % address()
        plain = gnutella.hit(nowhere, guid, [(b"filbert.txt", len(content), sha1_text(content))], push=True)
        packed = b"".join(gnutella.pack_endpoint(proxy.listen) for proxy in proxies)
        payload = plain[:-16] + gnutella.ggep((b"PUSH", packed, False)) + guid
        network.answer_query = lambda link, muid, words: link.send(gnutella.HIT, payload, ttl=3, muid=muid)
        getter = self.node("getter").start([network.listen])
        return guid, getter

    def proxy(self, status):
        """A push proxy that answers with that; with 202 the host behind it calls and serves."""
        host = gnutella.Host()
        host.calls = True
        self.addCleanup(host.close)

        def call(node):
            sock = socket.create_connection(gnutella.split_endpoint(node), 20)
            sock.sendall(b"GIV 0:" + host.behind.hex().encode() + b"/file\n\n")
            try:
                while True:
                    line, headers = gnutella.read_head(sock)
                    host.serve_right(sock, line, headers)
            except (OSError, gnutella.Failed):
                sock.close()

        def serve(sock, line, headers):
            sock.sendall(("HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status).encode())
            if status.startswith("202") and host.calls:
                threading.Thread(target=call, args=(headers["x-node"],), daemon=True).start()
            return False

        host.serve = serve
        return host

    def test_http_push_proxy(self):
        """UDP and the way of the hit bring nobody; the first proxy knows nothing, the second one does it."""
        content = noise(700000, 7)
        gone, good = self.proxy("410 Not connected"), self.proxy("202 Push sent")
        good.add(content)
        good.behind, getter = self.offer(content, [gone, good])

        row = getter.find("filbert")[0]
        self.assertEqual((row["needs_push"], row["reach"]), (True, "push"))
        done = getter.get(row)[-1]
        self.assert_whole(done, content)
        for host in (gone, good):
            line, headers = host.requests[0]
            self.assertEqual(line, "GET /gnutella/push-proxy?ServerId=%s&file=1 HTTP/1.1" % service_id(good.behind))
            self.assertEqual(headers["x-node"], getter.listen)
        steps = [(step["what"], step["text"]) for step in getter.ask("trace", "download:%d" % done["id"])]
        # Both are asked at once: nobody waits for the one's answer when the other one has done it.
        for step in (("push-sent", "by UDP to a push proxy"), ("push-sent", "by HTTP to a push proxy"),
                     ("push-proxy-answered", "202: passed on over the servent's own connection"),
                     ("giv-received", "the servent connected to us")):
            self.assertIn(step, steps)
        (source,) = getter.ask("sources", str(done["id"]))
        self.assertEqual((source["reach"], source["delivered_bytes"]), ("push", len(content)))
        self.assertIn(good.listen, source["via"])
        self.assertEqual(source["hops"], row["hops"])

    def test_proxies_outlive_the_node(self):
        """The proxies of a source are kept with the download: the node ends, and asks them again."""
        content = noise(300000, 8)
        proxy = self.proxy("202 Push sent").add(content)
        proxy.calls = False
        proxy.behind, getter = self.offer(content, [proxy])

        row = getter.find("filbert")[0]
        self.assertEqual(getter.run("get", str(row["id"])).code, 0)
        proxy.wait("the wish", lambda: proxy.requests)
        getter.terminate()
        proxy.calls = True
        getter.start()
        download = getter.ask("downloads")[0]["id"]
        done = getter.wait_download(download, "the file", lambda d: d["state"] == "done")
        self.assert_whole(done, content)
        self.assertGreaterEqual(len(proxy.requests), 2)

    def test_forged_giv(self):
        """Nobody waits for it: closed without a byte, whatever it says; so is a line without end."""
        getter = self.node("getter").start()
        for hello in (b"GIV 0:" + os.urandom(16).hex().encode() + b"/file\n\n", b"GIV 0:" + b"0" * 32 + b"/\n\n",
                      b"GIV nonsense\n\n", b"GIV 0:" + b"a" * 5000):
            with socket.create_connection(gnutella.split_endpoint(getter.listen), 20, (address(), 0)) as sock:
                sock.sendall(hello)
                try:
                    self.assertEqual(sock.recv(1), b"", hello[:40])
                except ConnectionError:
                    pass
        self.assertEqual(getter.ask("downloads"), [])


if __name__ == "__main__":
    main()
