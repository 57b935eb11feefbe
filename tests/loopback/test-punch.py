# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads between two real nodes that nobody can connect to: the ultrapeers carry only the signalling."""

from programs import Test, address, main, noise


class Punch(Test):
    def closed(self, name):
        """A node that accepts no connections, and sends datagrams from an address of its own."""
        return self.node(name, accepts=False, settings={"bind-interface": address()})

    def network(self, files, n_ultrapeers=1):
        ultrapeers = [self.node("ultrapeer %d" % i, role="ultrapeer").start() for i in range(n_ultrapeers)]
        sharer = self.closed("sharer").start(ultrapeers, files)
        getter = self.closed("getter").start(ultrapeers)
        return ultrapeers, sharer, getter

    def trace(self, node, row):
        return [step["what"] for step in node.ask("trace", "download:%d" % row["id"])]

    def test_both_closed(self):
        """Neither can be called, and the file arrives; every step can be told afterwards."""
        content = noise(3000000, 1)
        _, sharer, getter = self.network({"punched nut.bin": content})

        row = getter.find("punched")[0]
        self.assertEqual((row["reach"], row["needs_push"]), ("punch", True))
        done = getter.get(row)[-1]
        self.assert_whole(done, content)
        self.assertEqual(done["reach"], "punch")
        steps = self.trace(getter, done)
        for step in ("punch-asked", "punch-answered", "punch-knock", "punch-pair", "punch-udp", "punch-stream"):
            self.assertIn(step, steps)
        upload = sharer.wait("the upload", lambda m: [
            u for u in m.rows["upload"].values() if u["sent_bytes"] >= len(content)])[0]
        self.assertEqual(upload["reach"], "punch")
        self.assertEqual(getter.ask("uploads"), [])

    def test_way_is_told(self):
        """While a file comes, the way is told: how it came about, by whom it was signalled, over what, how long a
        round trip takes now, and the same in the trace."""
        (ultrapeer,), sharer, getter = self.network({"hickory.bin": noise(3000000, 7)})
        sharer.ask("set", "upload-limit", "300000")
        id = getter.ask("get", str(getter.find("hickory")[0]["id"]))[0]["id"]
        getter.wait_download(id, "has bytes", lambda d: d["verified_bytes"] > 0)

        def standing():
            rows = [s for s in getter.ask("sources", str(id)) if s["transport"]]
            return rows and rows[0]["rtt_us"] and rows[0]
        source = getter.until("the way stands", standing)
        self.assertEqual((source["reach"], source["transport"], source["encrypted"]), ("punch", "udp", True))
        self.assertLess(source["rtt_us"], 5000000)
        self.assertEqual(source["via"], [ultrapeer.listen])
        last = getter.ask("trace", "download:%d" % id)
        self.assertIn("way-begins", [step["what"] for step in last])
        self.assertEqual((last[-1]["what"], last[-1]["peer"]), ("way-stands", source["address"]))
        for part in ("both sides opened the path", "by UDP", "encrypted", "round trip"):
            self.assertIn(part, last[-1]["text"])

    def test_files_over_one_way(self):
        """The way that was opened for one file serves the next ones too."""
        contents = {"walnut %d.bin" % i: noise(400000, 10 + i) for i in range(3)}
        _, _, getter = self.network(contents)

        for row in getter.find("walnut", n=3):
            self.assert_whole(getter.get(row)[-1], contents[row["name"]])
        steps = self.trace(getter, getter.ask("downloads")[0])
        self.assertEqual(steps.count("punch-pair"), 1, steps)
        self.assertEqual(steps.count("giv-received"), 1, steps)

    def test_sharer_came_back(self):
        """The sharer goes away in the middle and comes back elsewhere: another way is opened for the rest."""
        content = noise(6000000, 20)
        ultrapeers, sharer, getter = self.network({"chestnut.bin": content})
        sharer.ask("set", "upload-limit", "500000")
        id = getter.ask("get", str(getter.find("chestnut")[0]["id"]))[0]["id"]
        getter.wait_download(id, "has bytes", lambda d: d["verified_bytes"] > 600000)
        sharer.kill()
        getter.wait_download(id, "has stopped", lambda d: d["state"] != "downloading")
        proved = getter.download(id)["verified_bytes"]
        sharer.start(ultrapeers)
        sharer.ask("set", "upload-limit", "0")
        done = getter.wait_download(id, "is done", lambda d: d["state"] == "done", 120)
        self.assert_whole(done, content)
        sent = sharer.wait("the rest", lambda m: [u for u in m.rows["upload"].values() if u["sent_bytes"] > 0])
        self.assertLessEqual(sum(u["sent_bytes"] for u in sent), len(content) - proved + 300000)


if __name__ == "__main__":
    main()
