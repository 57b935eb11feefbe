# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of one download: kept beside the others' speed, over several sources, pauses and restarts."""

from programs import Test, main, noise

SIZE = 8 * 1024 * 1024
LIMIT = 40000


class Limit(Test):
    def begin(self):
        """Two files, of which one is to be limited; a host gives one file at a time, so each has sharers of its own."""
        self.slow, self.fast = noise(SIZE, 41), noise(SIZE, 42)
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        for name, files in (("one sharer", {"slow medlar.bin": self.slow}),
                            ("other sharer", {"slow medlar.bin": self.slow}),
                            ("third sharer", {"fast medlar.bin": self.fast})):
            self.node(name).start([self.ultrapeer], files)
        self.getter = self.node("getter", settings={"download-limit": "2000000"}).start([self.ultrapeer])
        found = {row["name"]: row["id"] for row in self.getter.find("medlar", n=3)}
        self.number = self.getter.ask("get", str(found["slow medlar.bin"]))[0]["id"]
        self.getter.ask("limit", str(self.number), str(LIMIT))
        self.other = self.getter.ask("get", str(found["fast medlar.bin"]))[0]["id"]

    def row(self):
        return self.getter.download(self.number)

    def test_limit(self):
        """Both sources together bring no more; another download is done long before; without the limit it is done, too."""
        self.begin()
        self.assertEqual(self.row()["limit_bps"], LIMIT)
        self.assertIsNone(self.getter.download(self.other)["limit_bps"])
        self.getter.wait_download(self.number, "comes from both", lambda d: d["active_sources"] == 2)
        self.getter.wait_download(self.other, "is done", lambda d: d["state"] == "done")
        row = self.row()
        self.assertEqual(row["state"], "downloading")
        self.assertLess(row["received_bytes"], SIZE / 2)
        self.assertLessEqual(row["bps"], 2 * LIMIT)

        self.getter.ask("limit", str(self.number), "0")
        self.assertIsNone(self.row()["limit_bps"])
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.row(), self.slow)

    def test_kept(self):
        """A pause, a restart and a cancel that is taken back leave it as it is."""
        self.begin()
        number = str(self.number)
        self.getter.ask("pause", number)
        self.assertEqual(self.row()["limit_bps"], LIMIT)
        self.getter.ask("resume", number)
        self.getter.wait_download(self.number, "moves", lambda d: d["state"] == "downloading" and d["bps"] > 0)
        self.getter.ask("stop")
        self.getter.wait_exit()
        self.getter.start([self.ultrapeer])
        self.assertEqual(self.row()["limit_bps"], LIMIT)
        self.getter.wait_download(self.other, "is done", lambda d: d["state"] == "done")
        self.assertLess(self.row()["received_bytes"], SIZE)
        self.getter.ask("cancel", number)
        self.getter.ask("restore", number)
        self.assertEqual(self.row()["limit_bps"], LIMIT)
        self.getter.ask("limit", number, "100000000")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assertIsNone(self.row()["limit_bps"])

    def test_refused(self):
        """What is no limit, and what has none to be given, is said."""
        self.begin()
        self.assertEqual(self.getter.run("limit", str(self.number), "999").code, 2)
        self.assertEqual(self.getter.run("limit", "999", "5000").code, 3)
        self.getter.wait_download(self.other, "is done", lambda d: d["state"] == "done")
        self.assertEqual(self.getter.run("limit", str(self.other), "5000").code, 1)
        self.assertEqual(self.row()["limit_bps"], LIMIT)


main()
