# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of one transfer: kept beside the others' speed; of a download over several sources, pauses and restarts, of an
upload over connections that end and come back."""

from programs import Test, main, noise

SIZE = 8 * 1024 * 1024
LIMIT = 40000


class Limit(Test):
    def begin(self):
        """Two files with sharers of their own, of which one is to be limited."""
        self.slow, self.fast = noise(SIZE, 41), noise(SIZE, 42)
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        for name, files in (("one sharer", {"slow medlar.bin": self.slow}),
                            ("other sharer", {"slow medlar.bin": self.slow}),
                            ("third sharer", {"fast medlar.bin": self.fast})):
            self.node(name).start([self.ultrapeer], files)
        # What comes before the limit is there must not be more than it lets through: the speed is a mean of ten seconds.
        self.getter = self.node("getter", settings={"download-limit": str(LIMIT // 2)}).start([self.ultrapeer])
        found = {row["name"]: row["id"] for row in self.getter.find("medlar", n=3)}
        self.number = self.getter.ask("get", str(found["slow medlar.bin"]))[0]["id"]
        self.getter.ask("limit", str(self.number), str(LIMIT))
        self.getter.ask("set", "download-limit", "2000000")
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

    def test_same_host(self):
        """A download that is slow by its limit does not keep its only source from another one."""
        slow, fast = noise(SIZE, 43), noise(SIZE, 44)
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.node("sharer").start([ultrapeer], {"slow medlar.bin": slow, "fast medlar.bin": fast})
        self.getter = self.node("getter", settings={"download-limit": "2000000"}).start([ultrapeer])
        found = {row["name"]: row["id"] for row in self.getter.find("medlar", n=2)}
        self.number = self.getter.ask("get", str(found["slow medlar.bin"]))[0]["id"]
        self.getter.ask("limit", str(self.number), str(LIMIT))
        self.getter.wait_download(self.number, "has begun", lambda d: d["received_bytes"] > 0)
        other = self.getter.ask("get", str(found["fast medlar.bin"]))[0]["id"]
        row = self.getter.wait_download(other, "is done", lambda d: d["state"] == "done")
        self.assert_whole(row, fast)
        self.assertEqual(self.row()["state"], "downloading")
        self.getter.ask("limit", str(self.number), "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.row(), slow)

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


class UploadLimit(Test):
    def begin(self):
        """Two who get a file each from the same sharer, the first of them limited from its first bytes on."""
        self.slow, self.fast, self.next = noise(SIZE, 43), noise(SIZE, 44), noise(SIZE, 45)
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.sharer = self.node("sharer", settings={"upload-limit": str(LIMIT // 2)}).start(
            [self.ultrapeer], {"slow medlar.bin": self.slow, "fast medlar.bin": self.fast, "next medlar.bin": self.next})
        self.getters = [self.node("getter %d" % i).start([self.ultrapeer]) for i in range(2)]
        self.number = self.get(0, "slow medlar.bin")
        self.upload = self.sharer.wait("an upload", lambda m: [u for u in m.rows["upload"].values() if u["sent_bytes"] > 0])[0]
        self.sharer.ask("limit", "--upload", str(self.upload["id"]), str(LIMIT))
        self.sharer.ask("set", "upload-limit", "0")

    def get(self, getter, name):
        found = {row["name"]: row["id"] for row in self.getters[getter].find("medlar", n=3)}
        return self.getters[getter].ask("get", str(found[name]))[0]["id"]

    def row(self):
        return [row for row in self.sharer.ask("uploads") if row["id"] == self.upload["id"]][0]

    def assert_slow_while(self, name, content):
        """Another file is there, from the same host, long before the one that is limited."""
        number = self.get(1, name)
        self.assert_whole(self.getters[1].wait_download(number, "is done", lambda d: d["state"] == "done"), content)
        row = self.row()
        self.assertEqual((row["limit_bps"], row["name"]), (LIMIT, "slow medlar.bin"))
        self.assertIn(row["state"], ("sending", "waiting"))
        self.assertLess(row["sent_bytes"], SIZE / 2)
        self.assertLessEqual(row["bps"], 2 * LIMIT)

    def test_limit(self):
        """It is kept while others are fast, over another connection too, and without it the file is done."""
        self.begin()
        self.assert_slow_while("fast medlar.bin", self.fast)
        self.assertEqual({row["name"]: row["limit_bps"] for row in self.sharer.ask("uploads")},
                         {"slow medlar.bin": LIMIT, "fast medlar.bin": None})

        getter = self.getters[0]
        getter.ask("pause", str(self.number))
        self.sharer.wait("it ended", lambda m: m.rows["upload"][self.upload["id"]]["state"] != "sending")
        self.assertEqual(self.row()["limit_bps"], LIMIT)
        getter.ask("resume", str(self.number))
        self.sharer.wait("it goes on", lambda m: m.rows["upload"][self.upload["id"]]["state"] == "sending")
        self.assert_slow_while("next medlar.bin", self.next)

        self.sharer.ask("limit", "--upload", str(self.upload["id"]), "0")
        self.assertIsNone(self.row()["limit_bps"])
        self.assert_whole(getter.wait_download(self.number, "is done", lambda d: d["state"] == "done"), self.slow)

    def test_refused(self):
        """What is no limit, and what is no upload, is said; a download of the same number is another thing."""
        self.begin()
        number = str(self.upload["id"])
        self.assertEqual(self.sharer.run("limit", "--upload", number, "999").code, 2)
        self.assertEqual(self.sharer.run("limit", "--upload", "999", "5000").code, 3)
        self.assertEqual(self.sharer.run("limit", number, "5000").code, 3)
        self.assertEqual(self.getters[0].run("limit", "--upload", str(self.number), "5000").code, 3)
        self.assertEqual(self.row()["limit_bps"], LIMIT)


main()
