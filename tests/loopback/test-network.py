# SPDX-License-Identifier: GPL-3.0-or-later
"""Search and download between real nodes, through an ultrapeer and along a line of five."""

import os

import gnutella
from programs import Test, main, noise, read, sha1_text, write


class Network(Test):
    def pair(self, files):
        """A sharer and a getter, both leaves of one ultrapeer."""
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharer = self.node("sharer").start([ultrapeer], files)
        getter = self.node("getter").start([ultrapeer])
        return ultrapeer, sharer, getter

    def test_search_and_get(self):
        """A leaf finds and gets what another leaf has."""
        content = noise(1500000, 1)
        ultrapeer, sharer, getter = self.pair({"hazel harvest report.txt": content})

        row = getter.find("hazel", "report")[0]
        self.assertEqual((row["name"], row["size"]), ("hazel harvest report.txt", len(content)))
        self.assertEqual(row["sha1"], sha1_text(content))
        self.assertEqual(row["address"], sharer.listen)
        self.assertEqual((row["hops"], row["reach"], row["needs_push"]), (1, "direct", False))

        done = getter.get(row)[-1]
        self.assert_whole(done, content)
        self.assertEqual(done["verified_bytes"], len(content))
        self.assertEqual(done["sha1"], sha1_text(content))
        self.assertEqual(os.path.dirname(done["path"]), getter.downloads)
        self.assertEqual(os.listdir(os.path.join(getter.profile, "incomplete")), [])
        history = getter.ask("history", "harvest")
        self.assertEqual([(h["name"], h["path"]) for h in history], [(done["name"], done["path"])])
        self.assertEqual(getter.ask("history", "walnut"), [])
        sharer.wait("the finished upload", lambda m: [
            u for u in m.rows["upload"].values()
            if u["sent_bytes"] >= len(content) and u["name"] == "hazel harvest report.txt"])

    def test_names_in_conflict(self):
        """Two files of one name: the second one is numbered, and so is one that the user put there."""
        contents = [noise(70000, seed) for seed in (2, 3)]
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        for i, content in enumerate(contents):
            self.node("sharer %d" % i).start([ultrapeer], {"walnut.txt": content})
        getter = self.node("getter").start([ultrapeer])
        mine = write(os.path.join(getter.downloads, "walnut.txt"), b"mine")

        for row in getter.find("walnut", n=2):
            getter.get(row)
        self.assertEqual(sorted(os.listdir(getter.downloads)), ["walnut (2).txt", "walnut (3).txt", "walnut.txt"])
        self.assertEqual(read(mine), b"mine")
        self.assertEqual({read(os.path.join(getter.downloads, "walnut (%d).txt" % i)) for i in (2, 3)}, set(contents))

    def test_ids_are_never_used_again(self):
        """After an end of either kind, what is new has a number that nothing had before."""
        ultrapeer, sharer, getter = self.pair({"almond %d.txt" % i: noise(5000, 10 + i) for i in range(3)})
        used = {"result": set(), "search": set(), "download": set()}

        for way in ("terminate", "kill", "kill"):
            rows = getter.find("almond", n=3)
            self.assertFalse({row["id"] for row in rows} & used["result"])
            self.assertFalse({row["search"] for row in rows} & used["search"])
            used["result"].update(row["id"] for row in rows)
            used["search"].update(row["id"] for row in getter.ask("searches"))
            done = getter.get([row for row in rows if row["download"] is None][0])[-1]
            self.assertEqual(done["state"], "done")
            self.assertNotIn(done["id"], used["download"])
            used["download"].add(done["id"])
            getattr(getter, way)()
            getter.start([ultrapeer])
        self.assertEqual(len(getter.ask("history")), 3)
        self.assertEqual({row["id"] for row in getter.ask("downloads")}, used["download"])

    def test_clear_and_get_again(self):
        """Verbs for the whole list leave the list as it was, but for what they are about."""
        content = noise(50000, 5)
        ultrapeer, sharer, getter = self.pair({"filbert.txt": content})
        row = getter.find("filbert")[0]
        ids = []

        for _ in range(3):
            done = getter.get(row)[-1]
            self.assert_whole(done, content)
            ids.append(done["id"])
            getter.ask("pause", "--all")
            getter.ask("resume", "--all")
            self.assertEqual([d["state"] for d in getter.ask("downloads")], ["done"])
            getter.ask("clear")
            self.assertEqual(getter.ask("downloads"), [])
            os.unlink(done["path"])
        self.assertEqual(len(set(ids)), 3)

    def test_unhashed_results_are_refused(self):
        """Nothing is downloaded that nothing could prove."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        payload = gnutella.hit(host.listen, host.guid, [(b"pecan.txt", 10, sha1_text(b""))])
        payload = payload.replace(b"urn:sha1:" + sha1_text(b"").encode(), b"")
        host.answer_query = lambda link, muid, words: link.send(gnutella.HIT, payload, ttl=3, muid=muid)
        getter = self.node("getter").start([host.listen])

        row = getter.find("pecan")[0]
        self.assertIsNone(row["sha1"])
        result = getter.run("get", str(row["id"]))
        self.assertEqual((result.code, len(result.err.splitlines())), (1, 1), result.err)
        self.assertEqual(getter.run("get", "999999").code, 3)


class Line(Test):
    """leaf – ultrapeer – ultrapeer – ultrapeer – leaf that nobody can connect to"""

    def line(self, files):
        nodes = [self.node("asker"), self.node("first", role="ultrapeer"), self.node("second", role="ultrapeer"),
                 self.node("third", role="ultrapeer"), self.node("sharer", accepts=False)]
        nodes[0].start()
        for node in nodes[1:4]:
            node.start()
        nodes[4].start(files=files)
        # Whoever has heard of an ultrapeer connects to it; this keeps the line a line.
        for i, j in ((0, 2), (0, 3), (1, 3), (3, 1), (4, 1), (4, 2)):
            nodes[i].ask("ban", nodes[j].address)
        nodes[4].connect(nodes[3])
        nodes[2].connect(nodes[3])
        nodes[1].connect(nodes[2])
        nodes[0].connect(nodes[1])
        return nodes

    def test_hit_and_push(self):
        """The query goes out, the hit comes back, the PUSH follows it, and the sharer brings the file."""
        content = noise(900000, 20)
        asker, first, second, third, sharer = self.line({"chestnut tale.txt": content})

        row = asker.find("chestnut")[0]
        self.assertEqual((row["hops"], row["needs_push"], row["reach"]), (3, True, "push"))
        self.assertEqual(row["guid"], sharer.status()["guid"])

        done = asker.get(row)[-1]
        self.assert_whole(done, content)
        sharer.wait("the upload", lambda m: [u for u in m.rows["upload"].values()
                                             if u["reach"] == "push" and u["sent_bytes"] >= len(content)])

        own = asker.ask("trace", str(row["search"]))
        self.assertLessEqual({"query-sent", "hit-received", "push-sent", "push-forwarded", "giv-received"},
                             {step["what"] for step in own})
        # Whoever is asked to call has said in its hit that it can do TLS.
        self.assertIn("tls runs upload", sharer.log_text(400))
        # The download's own trace is about its pushes: each way, and who answered; and how its sources are reached.
        steps = asker.ask("trace", "download:%d" % done["id"])
        self.assertEqual([step["what"] for step in steps],
                         ["push-sent", "push-forwarded", "giv-received", "way-begins", "way"])
        self.assertIn("asked by push", steps[-1]["text"])
        self.assertEqual(steps[0]["text"], "by UDP to the servent itself")
        for hops, (node, after) in enumerate(((first, second), (second, third), (third, None)), 1):
            push = node.until("the push", lambda: node.ask("trace", row["guid"]))
            self.assertEqual([(step["what"], step["hops"]) for step in push], [("push-forwarded", hops)], node.name)
            if after is not None:
                self.assertEqual(push[0]["peer"].split(":")[0], after.address)
            # The same in its log, for who has the logs of all hops side by side.
            node.wait_log("%s push-forwarded %s ttl %d hops %d" % (row["guid"], push[0]["peer"], push[0]["ttl"], hops))
            node.wait_log(" hit-routed ")
        # It came by UDP and along the line, and was answered once.
        sharer.until("both ways", lambda: sorted(
            (step["what"], step["hops"]) for step in sharer.ask("trace", row["guid"])) in (
                [("push-dropped", 0), ("push-received", 3)], [("push-dropped", 3), ("push-received", 0)]))

    def test_short_query(self):
        """A query with TTL 2 is passed on once, and on the last hop only to who may have what it looks for:
        the second ultrapeer's neighbourhood has no such file, though the third one's has."""
        asker, first, second, third, sharer = self.line({"beech tale.txt": noise(100, 21)})
        peer = gnutella.connect(first.listen, ultrapeer=True)
        self.addCleanup(peer.close)
        short, long = os.urandom(16), os.urandom(16)
        peer.send(gnutella.QUERY, gnutella.query("beech"), ttl=2, muid=short)
        peer.send(gnutella.QUERY, gnutella.query("beech"), ttl=4, muid=long)

        # What comes behind it overtakes nothing.
        found = peer.read_until(lambda m: m[0] == gnutella.HIT)
        self.assertEqual(found[3], long)
        self.assertIn(b"beech tale.txt", found[4])
        self.assertEqual([(s["what"], s["ttl"]) for s in first.ask("trace", short.hex())], [("query-received", 2)])
        for node in (second, third, sharer):
            self.assertEqual(node.ask("trace", short.hex()), [], node.name)
            self.assertIn("query-received", [s["what"] for s in node.ask("trace", long.hex())], node.name)

    def test_forged_push(self):
        """A PUSH for a servent that nobody knows makes nobody call anybody, and is told in the trace."""
        asker, first, second, third, sharer = self.line({})
        peer = gnutella.connect(first.listen)
        victim = gnutella.Host()
        self.addCleanup(peer.close)
        self.addCleanup(victim.close)
        guid = os.urandom(16)
        peer.send(gnutella.PUSH, gnutella.push(guid, victim.listen), ttl=4)
        # One for a servent that somebody knows, but from where its hits never came, goes no way either.
        known = bytes.fromhex(sharer.status()["guid"])
        peer.send(gnutella.PUSH, gnutella.push(known, victim.listen), ttl=4)
        peer.answers()

        for name in (guid, known):
            self.assertEqual([(s["what"], s["text"]) for s in first.ask("trace", name.hex())],
                             [("push-dropped", "no route")])
            self.assertEqual(second.ask("trace", name.hex()), [])
        self.assertEqual(victim.requests, [])


if __name__ == "__main__":
    main()
