# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of their own for part files: they fill up, go away, become read-only, and come back. Nothing is lost, one
sentence says why nothing moves, and it goes on by itself. Only root can mount them."""

import contextlib
import os
import shutil
import sqlite3
import subprocess

from programs import DEADLINE, Test, main, noise, read, sha1_text, write

MIB = 1024 * 1024
FLOOR = 1024 * MIB  # what stays free
RETRY_S = 30        # how often a disk that said no is looked at again


def mount(*arguments):
    return subprocess.run(["mount", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def umount(*arguments):
    subprocess.run(["umount", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class SmallDisk(Test):
    def setUp(self):
        super().setUp()
        self.disk = os.path.join(self.world.top, "disk")
        os.mkdir(self.disk)

    def memory_disk(self, size):
        """A disk of that many bytes, which takes memory only for what is written."""
        if not mount("-t", "tmpfs", "-o", "size=%d" % size, "tmpfs", self.disk):
            self.skipTest("a file system can only be mounted by root")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], stderr=subprocess.DEVNULL)

    def loop_disk(self, size):
        """One that keeps its bytes while it is not mounted."""
        self.image = os.path.join(self.world.top, "image")
        with open(self.image, "wb") as file:
            file.truncate(size)
        if shutil.which("mkfs.ext4") is None:
            self.skipTest("there is no mkfs.ext4")
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", self.image], check=True)
        if not mount("-o", "loop", self.image, self.disk):
            self.skipTest("a file system can only be mounted by root, and needs a loop device")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], stderr=subprocess.DEVNULL)

    def begin(self, size, seed, rate, downloads=None, **options):
        """A download on that disk, in its middle."""
        self.content = noise(size, seed)
        sharer = self.node("sharer", settings={"upload-limit": str(rate)}).start(files={"rowan.bin": self.content})
        self.sharer = sharer
        sha1 = sha1_text(self.content)
        self.getter = self.node("getter", downloads=downloads,
                                settings={"incomplete-dir": self.disk, **options}).start()
        self.number = self.getter.ask("get", "magnet:?xt=urn:sha1:%s&dn=rowan.bin&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1, size, sharer.listen, sha1))[0]["id"]
        self.getter.wait_download(self.number, "has begun", lambda d: d["received_bytes"] > size / 4)

    def wait_paused(self, code):
        row = self.getter.wait_download(self.number, "is paused: " + code,
                                        lambda d: d["state"] == "paused" and d["reason_code"] == code)
        self.assertEqual((len(row["reason"].splitlines()), row["reason"][-1] in ".?"), (1, True), row)
        return row

    def hurry(self):
        self.sharer.ask("set", "upload-limit", "0")

    def wait_done(self, most=None):
        self.getter.wait_download(self.number, "is done", lambda d: d["state"] == "done", DEADLINE + RETRY_S)
        self.assert_whole(self.getter.download(self.number), self.content)
        if most is not None:
            self.assertLess(sum(row["sent_bytes"] for row in self.sharer.ask("uploads")), most)

    def test_fills_up(self):
        """Somebody else fills the disk down to the floor; when there is room again, it goes on by itself."""
        self.memory_disk(FLOOR + 40 * MIB)
        self.begin(12 * MIB, 300, 2 * MIB)
        big = os.path.join(self.disk, "big")
        with open(big, "wb") as file:
            for i in range(40):
                file.write(bytes(MIB))
        self.wait_paused("disk-full")
        usable = os.statvfs(self.disk)
        self.assertGreater(usable.f_bavail * usable.f_frsize, FLOOR - 45 * MIB)
        os.remove(big)
        self.hurry()
        self.wait_done(len(self.content) + 4 * MIB)

    def test_floor(self):
        """Of a disk that is no larger than the floor nothing is taken at all."""
        self.memory_disk(FLOOR)
        self.content = noise(1000, 301)
        getter = self.node("getter", settings={"incomplete-dir": self.disk}).start()
        id = getter.ask("get", "magnet:?xt=urn:sha1:%s&dn=rowan.bin&xl=1000&xs=http://127.0.0.1:9/x" %
                        sha1_text(self.content))[0]["id"]
        row = getter.wait_download(id, "is paused", lambda d: d["state"] == "paused")
        self.assertEqual(row["reason_code"], "disk-full")
        self.assertEqual(os.listdir(self.disk), [])

    def test_cancel_on_full_disk(self):
        """The profile lies on the disk, and not one byte is free, nor becomes so: cancelling works, and lasts."""
        self.memory_disk(64 * MIB)
        parts = os.path.join(self.world.top, "parts")
        profile = os.path.join(self.disk, "profile")
        self.begin(12 * MIB, 302, 2 * MIB, **{"incomplete-dir": parts})
        getter = self.getter
        getter.terminate()
        shutil.move(getter.profile, profile)
        getter.profile = profile
        getter.start()
        filler = open(os.path.join(self.disk, "big"), "wb", buffering=0)
        with filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(MIB))
        with open(os.path.join(self.disk, "small"), "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1024))
        self.assertEqual(os.statvfs(self.disk).f_bavail, 0)
        # What the database has kept for itself is used up as well.
        for i in range(200):
            getter.ask("priority", str(self.number), str(i))
            if any("no space left" in line for line in getter.log if line):
                break
        else:
            self.fail("the database found room")
        getter.ask("cancel", str(self.number))
        self.assertEqual(getter.ask("downloads"), [])
        getter.ask("forget", str(self.number))
        getter.until("the part file is gone", lambda: os.listdir(parts) == [])
        getter.kill()
        os.remove(os.path.join(self.disk, "big"))
        getter.start()
        self.assertEqual(getter.ask("downloads") + getter.ask("removed"), [])

    def test_too_large(self):
        """What is kept of cancelled downloads does not go for a file that cannot fit even then."""
        self.memory_disk(FLOOR + 40 * MIB)
        self.begin(12 * MIB, 306, 2 * MIB)
        self.getter.ask("cancel", str(self.number))
        kept = self.getter.ask("removed")
        cancelled, self.number = self.number, self.getter.ask(
            "get", "magnet:?xt=urn:sha1:%s&dn=yew.bin&xl=%d&xs=http://127.0.0.1:9/x" % (
                sha1_text(b"yew"), 100 * 1024 * MIB))[0]["id"]
        self.wait_paused("disk-full")
        self.assertEqual(self.getter.ask("removed"), kept)
        self.assertEqual(os.listdir(self.disk), ["%d.part" % cancelled])

    def is_put_down(self):
        """Whether the node has nothing open on the disk: what came is recorded before a part file is closed."""
        opened = "/proc/%d/fd" % self.getter.process.pid
        return self.getter.status() and not any(
            os.path.realpath(os.path.join(opened, fd)).startswith(self.disk + "/") for fd in os.listdir(opened))

    def test_room_is_made(self):
        """It goes when that makes the room. What it takes is known from what was recorded of it."""
        self.memory_disk(FLOOR + 16 * MIB)
        self.begin(12 * MIB, 307, 2 * MIB)
        self.getter.ask("pause", str(self.number))
        self.getter.until("the part file is closed", self.is_put_down)
        cancelled = self.number
        self.getter.ask("cancel", str(cancelled))
        self.number = self.getter.ask(
            "get", "magnet:?xt=urn:sha1:%s&dn=yew.bin&xl=%d&xs=http://127.0.0.1:9/x" % (
                sha1_text(b"yew"), 15 * MIB))[0]["id"]
        self.getter.until("nothing is kept", lambda: self.getter.ask("removed") == [])
        self.getter.until("the part file is deleted", lambda: "%d.part" % cancelled not in os.listdir(self.disk))

    def test_goes_away(self):
        """The drive is pulled out in the middle, and the node restarted without it: the part file is not begun anew on
        the disk below, and goes on when the drive is back."""
        self.loop_disk(FLOOR * 5 // 4)
        self.begin(12 * MIB, 303, MIB)
        umount("-l", self.disk)
        self.wait_paused("folder-gone")
        self.getter.terminate()
        self.getter.start()
        self.wait_paused("folder-gone")
        self.assertEqual(os.listdir(self.disk), [])
        mount("-o", "loop", self.image, self.disk)
        self.hurry()
        self.wait_done(len(self.content) + 4 * MIB)

    def test_forget_while_away(self):
        """What is forgotten while its drive is away is on no list any more, and is deleted when the drive is back."""
        self.loop_disk(FLOOR * 5 // 4)
        self.begin(12 * MIB, 308, MIB)
        self.getter.ask("cancel", str(self.number))
        umount("-l", self.disk)
        self.getter.ask("forget", str(self.number))
        self.assertEqual(self.getter.ask("removed"), [])
        self.getter.terminate()
        self.getter.start()
        self.assertEqual(self.getter.ask("removed"), [])
        self.assertEqual(self.getter.run("restore", str(self.number)).code, 3)
        self.getter.terminate()
        mount("-o", "loop", self.image, self.disk)
        self.assertEqual([name for name in os.listdir(self.disk) if name.endswith(".part")], ["%d.part" % self.number])
        self.getter.start()
        self.getter.until("the part file is deleted", lambda: "%d.part" % self.number not in os.listdir(self.disk))
        self.getter.terminate()
        with contextlib.closing(sqlite3.connect(os.path.join(self.getter.profile, "filbert.db"))) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM downloads").fetchone(), (0,))

    def test_read_only(self):
        """The file system is mounted read-only, as systems do with broken disks."""
        self.loop_disk(FLOOR * 5 // 4)
        self.begin(12 * MIB, 304, MIB)
        self.getter.terminate()
        mount("-o", "remount,ro", self.disk)
        self.getter.start()
        self.wait_paused("no-permission")
        mount("-o", "remount,rw", self.disk)
        self.hurry()
        self.wait_done(len(self.content) + 4 * MIB)

    def test_permission_is_lost(self):
        """The folder may not be changed any more, not even by root: the whole file waits in it, and is not fetched
        again."""
        self.loop_disk(FLOOR * 5 // 4)
        self.begin(6 * MIB, 305, MIB, downloads=os.path.join(self.disk, "done"))
        if subprocess.run(["chattr", "+i", self.disk], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("the file system knows no files that cannot be changed")
        self.addCleanup(subprocess.run, ["chattr", "-i", self.disk], stderr=subprocess.DEVNULL)
        self.hurry()
        self.wait_paused("no-permission")
        self.getter.kill()
        self.getter.start()
        self.wait_paused("no-permission")
        subprocess.run(["chattr", "-i", self.disk], check=True)
        self.wait_done(len(self.content) + 2 * MIB)


if __name__ == "__main__":
    main()
