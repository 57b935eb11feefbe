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


if __name__ == "__main__":
    main()
