# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of the settings, where the bytes run: the usual ones, the second ones by hand and by the hours, and those of
each transfer. A file is far too large for the limit, so it is done only when the limit is lifted."""

import time

from programs import Test, main, noise, sha1_text

RATE = 20000  # bytes a second
SIZE = 8000000


class Limits(Test):
    def begin(self, name, sharer=None, getter=None):
        """A file on its way, with these settings of the two."""
        self.content = noise(SIZE, 800)
        self.sharer = self.node(name + " sharer", settings=sharer).start(files={"medlar.bin": self.content})
        self.getter = self.node(name + " getter", settings=getter).start()
        sha1 = sha1_text(self.content)
        self.begun = time.monotonic()
        link = "magnet:?xt=urn:sha1:%s&dn=medlar.bin&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1, SIZE, self.sharer.listen, sha1)
        self.number = self.getter.ask("get", link)[0]["id"]

    def assert_limited(self):
        """Something has come, and no more than the limit allows in the time that has passed."""
        row = self.getter.wait_download(self.number, "has begun", lambda d: d["received_bytes"] >= RATE)
        self.assertLessEqual(row["received_bytes"], RATE * (time.monotonic() - self.begun) + 2 * RATE)

    def assert_done(self):
        row = self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(row, self.content)

    def both_ways(self, settings, *lifts):
        """With the limits of one side, of what comes or goes, that hold until lifts are set there."""
        for way in "upload", "download":
            with self.subTest(way):
                own = {key.replace("WAY", way): value for key, value in settings.items()}
                self.begin(way, **{"sharer" if way == "upload" else "getter": own})
                self.assert_limited()
                node = self.sharer if way == "upload" else self.getter
                for key, value in lifts:
                    node.ask("set", key.replace("WAY", way), value)
                self.assert_done()

    def test_usual(self):
        self.both_ways({"WAY-limit": str(RATE), "alt-WAY-limit": "0"}, ("WAY-limit", "0"))

    def test_second_by_hand(self):
        """The second ones count while they are switched on, and the usual ones before."""
        self.both_ways({"WAY-limit": str(RATE), "alt-WAY-limit": "0"}, ("alt-limits", "on"))

    def test_second_no_more(self):
        self.both_ways({"WAY-limit": "0", "alt-WAY-limit": str(RATE), "alt-limits": "on"}, ("alt-limits", "off"))

    def test_second_by_hours(self):
        """Hours that never come, and those that are always."""
        self.both_ways({"WAY-limit": str(RATE), "alt-WAY-limit": "0", "alt-limits": "schedule"},
                       ("alt-schedule", "daily 00:00-24:00"))

    def test_hours_unasked(self):
        """Hours that have come do not count until they are to."""
        self.both_ways({"WAY-limit": str(RATE), "alt-WAY-limit": "0", "alt-schedule": "daily 00:00-24:00"},
                       ("alt-limits", "schedule"))

    def test_each(self):
        self.both_ways({"WAY-limit-each": str(RATE)}, ("WAY-limit-each", "0"))


if __name__ == "__main__":
    main()
