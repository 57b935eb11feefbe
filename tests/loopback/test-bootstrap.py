# SPDX-License-Identifier: GPL-3.0-or-later
"""How a first start finds the network by itself: UDP host caches, web caches, refusals that name others."""

import os
import socket
import threading

import gnutella
from programs import Deadline, Failed, Test, address, main, noise, write


class HostCache:
    """A UDP host cache; says nothing when it has no hosts."""

    def __init__(self, hosts):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address(), 0))
        self.name = "%s:%d" % self.sock.getsockname()
        self.hosts = hosts
        self.asked = []
        self.changed = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                data, sender = self.sock.recvfrom(65536)
            except OSError:
                return
            with self.changed:
                self.asked.append(data)
                self.changed.notify_all()
            if data[16] == gnutella.PING and self.hosts:
                packed = b"".join(gnutella.pack_endpoint(host) for host in self.hosts)
                pong = gnutella.pack_endpoint(self.name, port_first=True) + bytes(8)
                pong += gnutella.ggep((b"IPP", packed, False), (b"UDPHC", b"", False))
                self.sock.sendto(gnutella.message(gnutella.PONG, pong, muid=data[:16]), sender)

    def wait_asked(self, n=1):
        deadline = Deadline()
        with self.changed:
            while len(self.asked) < n:
                if deadline.over():
                    raise Failed("%s was not asked" % self.name)
                self.changed.wait(deadline.left())

    def close(self):
        self.sock.close()


class WebCache(gnutella.Host):
    """A web cache, or a plain list of hosts."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer.encode() if isinstance(answer, str) else answer
        self.serve = self.serve_answer
        self.url = "http://%s/gwc.php" % self.listen

    def serve_answer(self, sock, line, headers):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                     % (len(self.answer), self.answer))
        return False


class Bootstrap(Test):
    def newcomer(self, udp=(), web=(), lists=()):
        node = self.node("newcomer", bootstrap=True)
        write(os.path.join(node.profile, "bootstrap.ini"), (
            "[udp-host-caches]\nhosts=%s\n[web-caches]\nurls=%s\n[host-lists]\nurls=%s\n" % (
                ";".join(udp), ";".join(web), ";".join(lists))).encode())
        return node

    def host_cache(self, *hosts):
        cache = HostCache(hosts)
        self.addCleanup(cache.close)
        return cache

    def web_cache(self, answer):
        cache = WebCache(answer)
        self.addCleanup(cache.close)
        return cache

    def wait_online(self, node, *hosts):
        node.wait("the network", lambda m: m.status.get("state") == "online")
        self.assertIsNone(node.status()["sentence"])
        for host in hosts:
            node.wait("a link to " + host.listen, lambda m: any(
                peer["established"] and peer["address"] == host.listen for peer in m.rows["peer"].values()))

    def test_host_cache(self):
        """A UDP host cache names an ultrapeer; a search through it finds something."""
        content = noise(1000, 60)
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.node("sharer").start([ultrapeer], {"larch.txt": content})
        cache = self.host_cache(ultrapeer.listen)
        web = self.web_cache("")
        newcomer = self.newcomer([cache.name], [web.url]).start()

        self.wait_online(newcomer, ultrapeer)
        self.assert_whole(newcomer.get(newcomer.find("larch")[0])[-1], content)
        self.assertEqual(len(cache.asked), 1)
        self.assertIn(b"SCP", cache.asked[0])
        self.assertEqual(web.requests, [])

    def test_web_cache(self):
        """Where UDP brings nothing the web is asked, once, and not by the name of anything else."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        dead = self.host_cache()
        web = self.web_cache("I|pong|cache 1\r\nH|%s|60\r\nH|%s|9999999\r\nU|ftp://x/\r\n" % (
            ultrapeer.listen, "127.0.0.1:9"))
        newcomer = self.newcomer([dead.name], [web.url]).start()

        self.wait_online(newcomer, ultrapeer)
        self.assertEqual(len(dead.asked), 1)
        self.assertEqual(len(web.requests), 1)
        line, headers = web.requests[0]
        self.assertIn("client=FLBT", line)
        self.assertIn("net=gnutella", line)
        self.assertTrue(headers["user-agent"].startswith("Filbert/"))

    def test_host_list(self):
        """A plain list of hosts does too."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        web = self.web_cache("%s\nrubbish\n" % ultrapeer.listen)
        newcomer = self.newcomer(lists=[web.url]).start()
        self.wait_online(newcomer, ultrapeer)
        self.assertEqual(len(web.requests), 1)

    def test_bad_caches(self):
        """Caches that answer with rubbish, for ever, or not at all are passed over."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        page = self.web_cache("<html>" + "not a cache " * 100)
        binary = self.web_cache(noise(60000, 61))
        endless = self.web_cache(b"H|1.2.3.4:99|1\r\n" * 2000000)
        good = self.web_cache("H|%s|60\r\n" % ultrapeer.listen)
        closed = gnutella.Host()
        closed.close()
        newcomer = self.newcomer(web=[cache.url for cache in (page, binary, endless, good)] + [
            "http://%s/" % closed.listen, "http://", "rubbish"]).start()
        self.wait_online(newcomer, ultrapeer)
        for cache in (page, binary, endless, good):
            self.assertLessEqual(len(cache.requests), 2)

    def test_refusals_name_others(self):
        """An ultrapeer without room names another one."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        full = gnutella.Host()
        self.addCleanup(full.close)
        full.refuse_with = ultrapeer.listen
        cache = self.host_cache(full.listen)
        newcomer = self.newcomer([cache.name]).start()
        self.wait_online(newcomer, ultrapeer)
        self.assertEqual(len(full.handshakes), 1)
        self.assertEqual(full.handshakes[0]["x-ultrapeer"], "False")

    def test_hosts_are_remembered(self):
        """The second start needs no cache any more."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        cache = self.host_cache(ultrapeer.listen)
        newcomer = self.newcomer([cache.name]).start()
        self.wait_online(newcomer, ultrapeer)
        newcomer.terminate()
        newcomer.start()
        self.wait_online(newcomer, ultrapeer)
        self.assertEqual(len(cache.asked), 1)

    def test_no_network(self):
        """Nobody answers: the status says so in one sentence, and nothing ends."""
        silent = self.host_cache()
        newcomer = self.newcomer([silent.name]).start()
        silent.wait_asked()
        status = newcomer.status()
        self.assertNotEqual(status["state"], "online")
        self.assertEqual(len(status["sentence"].splitlines()), 1)
        self.assertEqual(status["sentence"][-1], ".")
        self.assertEqual(newcomer.ask("peers"), [])
        self.assertEqual(newcomer.ask("search", "nothing", "--wait", "1"), [])

    def test_nobody_to_ask(self):
        """An empty list is no reason to stop either."""
        newcomer = self.newcomer().start()
        status = newcomer.status()
        self.assertNotEqual(status["state"], "online")
        self.assertTrue(status["sentence"])

    def test_public_node_stays_away_from_private_hosts(self):
        """Without --private nobody makes a node talk to this machine or its network."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        cache = self.host_cache(host.listen)
        newcomer = self.newcomer([cache.name], [], [])
        newcomer.private = False
        newcomer.start()
        newcomer.ask("connect", host.listen)
        content = noise(1000, 62)
        host.add(content)
        id = newcomer.ask("get", host.magnet(content, "x.bin"))[0]["id"]
        row = newcomer.wait_download(id, "says why", lambda d: d["reason"])
        self.assertNotEqual(row["state"], "done")
        # What would be connected to now has been refused by then.
        newcomer.ask("search", "anything", "--wait", "1")
        self.assertEqual((host.handshakes, host.requests), ([], []))


if __name__ == "__main__":
    main()
