# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that jumps by a year, forward and back, while a node runs and between two runs: downloads go on, what was
cancelled is kept, copies of the database are taken and the right one comes back."""

import glob
import os
import time

import programs
from programs import Test, main, noise, sha1_text, write

YEAR_S = 365 * 86400
SIZE = 8 * 1024 * 1024


class Clock(Test):
    def setUp(self):
        super().setUp()
        libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        if not libraries:
            self.skipTest("libfaketime is not installed")
        if programs.SANITIZED:
            self.skipTest("libfaketime and the sanitizers do not get on")
        self.offset = os.path.join(self.world.top, "offset")
        self.set_clock(0)
        self.env = dict(self.world.env, LD_PRELOAD=libraries[0], FAKETIME_TIMESTAMP_FILE=self.offset,
                        FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1")

    def set_clock(self, seconds):
        """Sets the getter's clock that far from the right time, at once."""
        write(self.offset + ".new", b"%+d" % seconds)
        os.rename(self.offset + ".new", self.offset)

    def start(self, getter):
        getter.launch(env=self.env)
        getter.wait_log("runs with the profile")

    def begin(self):
        """A download in its middle, and one that was cancelled."""
        self.content = noise(SIZE, 400)
        self.sharer = self.node("sharer", settings={"upload-limit": "1000000"}).start(files={"walnut.bin": self.content})
        self.getter = self.node("getter")
        self.start(self.getter)
        self.number = self.get(self.content, "walnut.bin", self.sharer.listen)
        self.other = self.get(noise(1000, 401), "acorn.bin", "127.0.0.1:9")
        self.getter.ask("cancel", str(self.other))
        self.wait_more(1000000)

    def get(self, content, name, listen):
        sha1 = sha1_text(content)
        return self.getter.ask("get", "magnet:?xt=urn:sha1:%s&dn=%s&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1, name, len(content), listen, sha1))[0]["id"]

    def wait_more(self, bytes):
        self.getter.wait_download(self.number, "goes on", lambda d: d["received_bytes"] > bytes)

    def assert_kept(self):
        self.assertEqual([row["id"] for row in self.getter.ask("removed")], [self.other])

    def test_jumps_on_the_way(self):
        self.begin()
        for seconds in (YEAR_S, -YEAR_S, 0):
            self.set_clock(seconds)
            now = self.getter.download(self.number)["received_bytes"]
            self.wait_more(now + 500000)
            row = self.getter.ask("search", "hazel", "--wait", "0")
            self.assertEqual(row, [])
            self.assertLess(abs(self.getter.ask("searches")[-1]["started"] - time.time() - seconds), 1000)
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        self.assert_kept()

    def test_jumps_between_runs(self):
        self.begin()
        for seconds in (YEAR_S, -YEAR_S, 0):
            before = self.getter.download(self.number)["received_bytes"]
            self.getter.terminate()
            self.getter.take_snapshot()
            self.set_clock(seconds)
            self.start(self.getter)
            row = self.getter.download(self.number)
            self.assertGreaterEqual(row["received_bytes"], before)
            self.assert_kept()
            self.wait_more(before + 300000)
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        self.assertLess(sum(row["sent_bytes"] for row in self.sharer.ask("uploads")), SIZE + 1000000)

    def test_jumps_before_the_first_snapshot(self):
        """Nothing tells a new profile what time it is."""
        self.begin()
        self.getter.terminate()
        self.set_clock(YEAR_S)
        self.start(self.getter)
        self.assert_kept()

    def test_hours_of_the_limits(self):
        """The second limits begin by the wall clock, at the minute that the schedule names."""
        content = noise(SIZE, 402)
        sharer = self.node("sharer").start(files={"walnut.bin": content})
        self.getter = self.node("getter", settings={"download-limit": "20000", "alt-limits": "schedule"})
        self.start(self.getter)
        number = self.get(content, "walnut.bin", sharer.listen)
        self.getter.wait_download(number, "has begun", lambda d: d["received_bytes"] > 0)
        # Two seconds before a minute begins.
        now = int(time.time())
        begin = (now // 60 + 1) * 60
        self.set_clock(begin - 2 - now)
        self.getter.ask("set", "alt-schedule", time.strftime("%a %H:%M", time.localtime(begin)) + "-" + time.strftime(
            "%H:%M", time.localtime(begin + 3600)))
        self.getter.wait_download(number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(number), content)


if __name__ == "__main__":
    main()
