# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads that were cancelled: kept for 30 days with every byte, brought back, deleted. A look into one that comes."""

import os
import sqlite3

from programs import Test, main, noise, read

SIZE = 6 * 1024 * 1024
RATE = 1000000
DAY_S = 86400


class Removed(Test):
    def begin(self):
        """A download that is cancelled in its middle."""
        self.content = noise(SIZE, 31)
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.sharer = self.node("sharer", settings={"upload-limit": str(RATE)})
        self.sharer.start([self.ultrapeer], {"mulberry lane.bin": self.content})
        self.getter = self.node("getter").start([self.ultrapeer])
        row = self.getter.find("mulberry")[0]
        self.number = self.getter.ask("get", str(row["id"]))[0]["id"]
        self.getter.wait_download(self.number, "is in its middle", lambda d: d["received_bytes"] > SIZE / 2)
        self.getter.ask("cancel", str(self.number))

    def parts(self):
        return os.listdir(os.path.join(self.getter.profile, "incomplete"))

    def test_restore(self):
        """It leaves the list, outlives a restart, and comes back with what was there."""
        self.begin()
        self.assertEqual(self.getter.ask("downloads"), [])
        self.getter.ask("stop")
        self.getter.wait_exit()
        self.getter.start([self.ultrapeer])
        self.assertEqual(self.getter.ask("downloads"), [])
        kept = self.getter.ask("removed")
        self.assertEqual([row["id"] for row in kept], [self.number])
        self.assertEqual(kept[0]["kept_until"], kept[0]["removed"] + 30 * DAY_S)
        self.assertGreater(kept[0]["received_bytes"], SIZE / 4)
        self.assertLess(kept[0]["received_bytes"], SIZE)
        self.assertEqual(len(self.parts()), 1)

        before = sum(upload["sent_bytes"] for upload in self.sharer.ask("uploads"))
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.ask("restore", str(self.number))
        self.assertEqual(self.getter.ask("removed"), [])
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        after = sum(upload["sent_bytes"] for upload in self.sharer.ask("uploads"))
        self.assertLessEqual(after - before, SIZE - kept[0]["received_bytes"] + 1024 * 1024)

    def test_restore_twice(self):
        """What is on the list again in another way cannot be brought back, and says so."""
        self.begin()
        row = self.getter.find("mulberry")[0]
        again = self.getter.ask("get", str(row["id"]))[0]["id"]
        self.assertNotEqual(again, self.number)
        failed = self.getter.run("restore", str(self.number))
        self.assertEqual(failed.code, 1)
        self.assertIn("already", failed.err)
        self.assertEqual(len(self.getter.ask("removed")), 1)

    def test_forget(self):
        """Forgotten, nothing of it is left."""
        self.begin()
        self.assertEqual(len(self.parts()), 1)
        self.getter.ask("forget", str(self.number))
        self.assertEqual(self.getter.ask("removed"), [])
        self.getter.until("the part file is deleted", lambda: self.parts() == [])
        failed = self.getter.run("restore", str(self.number))
        self.assertEqual(failed.code, 3)

    def choose_another_folder(self):
        """For part files, after there is one."""
        self.other = os.path.join(self.world.top, "other")
        os.mkdir(self.other)
        self.getter.ask("set", "incomplete-dir", self.other)

    def test_restore_from_another_folder(self):
        """The part file is found where it lies, also after a restart, though another folder was chosen since."""
        self.begin()
        self.choose_another_folder()
        self.getter.ask("stop")
        self.getter.wait_exit()
        self.getter.start([self.ultrapeer])
        kept = self.getter.ask("removed")[0]["received_bytes"]
        before = sum(upload["sent_bytes"] for upload in self.sharer.ask("uploads"))
        self.getter.ask("restore", str(self.number))
        seen = read(self.getter.ask("preview", str(self.number))[0]["path"])
        self.assertEqual(seen, self.content[:len(seen)])
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        self.assert_whole(self.getter.download(self.number), self.content)
        after = sum(upload["sent_bytes"] for upload in self.sharer.ask("uploads"))
        self.assertLessEqual(after - before, SIZE - kept + 1024 * 1024)
        self.assertEqual(self.parts() + os.listdir(self.other), [])

    def test_forget_in_another_folder(self):
        """Nor does anything stay there."""
        self.begin()
        self.choose_another_folder()
        self.getter.ask("forget", str(self.number))
        self.getter.until("the part file is deleted", lambda: self.parts() == [])

    def test_preview(self):
        """A copy of what is there of the beginning, never the part file; it is gone when the node ends."""
        self.begin()
        self.getter.ask("restore", str(self.number))
        folder = os.path.join(self.getter.profile, "previews")
        path = self.getter.ask("preview", str(self.number))[0]["path"]
        self.assertEqual(os.path.dirname(path), folder)
        self.assertEqual(os.path.basename(path), "mulberry lane.bin")
        seen = read(path)
        self.assertGreater(len(seen), 0)
        self.assertLess(len(seen), SIZE)
        self.assertEqual(seen, self.content[:len(seen)])
        with open(path, "wb") as file:
            file.write(b"a program that writes into what it shows")
        self.sharer.ask("set", "upload-limit", "0")
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done")
        done = self.getter.download(self.number)
        self.assert_whole(done, self.content)
        self.assertEqual(self.getter.ask("preview", str(self.number))[0]["path"], done["path"])
        self.getter.ask("stop")
        self.getter.wait_exit()
        self.assertEqual(os.listdir(folder), [])

    def test_expire(self):
        """After 30 days it is deleted by itself."""
        self.begin()
        self.getter.ask("stop")
        self.getter.wait_exit()
        database = sqlite3.connect(os.path.join(self.getter.profile, "filbert.db"))
        database.execute("UPDATE downloads SET removed = removed - ?", (30 * DAY_S,))
        database.commit()
        database.close()
        self.getter.take_snapshot()
        self.getter.start([self.ultrapeer])
        self.assertEqual(self.getter.ask("removed"), [])
        self.getter.until("the part file is deleted", lambda: self.parts() == [])


main()
