# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that vanish, cannot be written, or are full: nothing is lost, and one sentence says why."""

import os
import shutil
import socket
import subprocess

import gnutella
from programs import DEADLINE, Test, main, noise, read, write


class Folders(Test):
    def source(self, content, name, rate=None):
        """A node that serves one file, and a link to it."""
        sharer = self.node("sharer " + name, settings={"upload-limit": str(rate or 0)}).start(files={name: content})
        sha1 = gnutella.sha1_text(content)
        return sharer, "magnet:?xt=urn:sha1:%s&dn=%s&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1, name, len(content), sharer.listen, sha1)

    def assert_sentence(self, row):
        self.assertTrue(row["reason"], row)
        self.assertEqual(len(row["reason"].splitlines()), 1)
        self.assertEqual(row["reason"][-1], ".")
        self.assertTrue(row["reason_code"])

    def test_share_vanishes(self):
        """A folder that goes away takes its files out of the answers; when it is back, so are they."""
        content = noise(3000, 80)
        ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        sharer = self.node("sharer").start([ultrapeer], {"sequoia.txt": content})
        getter = self.node("getter").start([ultrapeer])
        getter.find("sequoia")

        os.rename(sharer.shared, sharer.shared + " elsewhere")
        sharer.wait("the loss", lambda m: [s for s in m.rows["share"].values() if s["state"] == "away" and s["reason"]])
        sharer.wait("no files", lambda m: m.status.get("shared_files") == 0)
        self.assertEqual(sharer.ask("library"), [])

        os.rename(sharer.shared + " elsewhere", sharer.shared)
        sharer.wait("the folder", lambda m: m.status.get("shared_files") == 1)
        self.assert_whole(getter.get(getter.find("sequoia")[0])[-1], content)

    def test_share_is_away_at_the_start(self):
        """A drive that is not there is no reason to forget its folder, or not to start."""
        sharer = self.node("sharer").start(files={"sequoia.txt": b"s" * 100})
        sharer.terminate()
        os.rename(sharer.shared, sharer.shared + " elsewhere")
        sharer.start()
        self.assertEqual(len(sharer.ask("shares")), 1)
        sharer.wait("the state", lambda m: [s for s in m.rows["share"].values() if s["state"] == "away" and s["reason"]])

    def test_link_leads_nowhere_at_the_start(self):
        """A link to a folder that is reached by a link to a drive that is away: the node starts with it as before, says
        so, and shares the folder when the drive is back."""
        content = noise(3000, 93)
        drive = os.path.join(self.world.top, "drive")
        links = os.path.join(self.world.top, "links")
        inner = os.path.join(drive, "folder", "inner")
        write(os.path.join(inner, "sequoia.txt"), content)
        os.mkdir(links)
        os.symlink("../drive/folder", os.path.join(links, "middle"))
        os.symlink(os.path.join(links, "middle", "inner"), os.path.join(links, "last"))
        sharer = self.node("sharer")
        sharer.shared = os.path.join(links, "last")
        sharer.start()
        before = sharer.ask("shares")
        self.assertEqual([row["path"] for row in before], [inner])
        sharer.terminate()
        os.rename(drive, drive + " elsewhere")
        sharer.launch(more=["--share", sharer.shared])
        sharer.wait_log("runs with the profile")
        away = sharer.wait("the state", lambda m: [s for s in m.rows["share"].values() if s["state"] == "away" and s["reason"]])
        self.assertEqual([row["id"] for row in away], [row["id"] for row in before])
        sharer.wait_log("is away. It is shared again when it is back.")
        os.rename(drive + " elsewhere", drive)
        sharer.wait("the folder", lambda m: m.status.get("shared_files") == 1)
        sharer.wait_log("is back.")
        self.assertEqual(self.ask(sharer.status()["listen"], content), (b"HTTP/1.1 200 OK", content))

    def test_refused_start_shares_nothing(self):
        """One folder that cannot be shared stops the start; then the good one before it is not shared either."""
        sharer = self.node("sharer")
        good = os.path.join(self.world.top, "good")
        write(os.path.join(good, "sequoia.txt"), b"s" * 100)
        sharer.launch(more=["--share", good, "--share", os.path.join(self.world.top, "bad")])
        code, text = sharer.wait_exit()
        self.assertEqual(code, 4, text)
        self.assertIn("bad", text)
        sharer.start()
        self.assertEqual(sharer.ask("shares"), [])

    def test_file_vanishes(self):
        """One file that is deleted while it is offered."""
        sharer, magnet = self.source(noise(3000, 81), "larch.txt")
        os.remove(os.path.join(sharer.shared, "larch.txt"))
        sharer.wait("no files", lambda m: m.status.get("shared_files") == 0)
        getter = self.node("getter").start()
        id = getter.ask("get", magnet)[0]["id"]
        row = getter.wait_download(id, "says why", lambda d: d["state"] == "searching" and d["reason"])
        self.assert_sentence(row)

    def test_downloads_folder_is_a_file(self):
        """There is no way to put the finished file in its place: it waits, says why, and is not fetched again."""
        content = noise(400000, 82)
        sharer, magnet = self.source(content, "willow.bin")
        getter = self.node("getter").start()
        os.rmdir(getter.downloads)
        write(getter.downloads, b"in the way")
        id = getter.ask("get", magnet)[0]["id"]
        row = getter.wait_download(id, "is stopped", lambda d: d["state"] in ("paused", "failed"))
        self.assert_sentence(row)
        self.assertEqual(read(getter.downloads), b"in the way")

        os.remove(getter.downloads)
        os.mkdir(getter.downloads)
        getter.ask("resume", str(id))
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)
        self.assertLess(sum(upload["sent_bytes"] for upload in sharer.ask("uploads")), len(content) * 1.5)

    def test_downloads_folder_vanishes(self):
        """A folder that was deleted is made again, or its loss is told."""
        content = noise(400000, 83)
        _, magnet = self.source(content, "willow.bin")
        getter = self.node("getter").start()
        os.rmdir(getter.downloads)
        id = getter.ask("get", magnet)[0]["id"]
        row = getter.wait_download(id, "is over", lambda d: d["state"] in ("paused", "failed", "done"))
        if row["state"] != "done":
            self.assert_sentence(row)
            os.mkdir(getter.downloads)
            getter.ask("resume", str(id))
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)

    def test_folder_that_cannot_be(self):
        """A setting that could not work is refused, and the old one stays."""
        getter = self.node("getter").start()
        file = write(os.path.join(self.world.top, "file"), b"")
        for bad in (file, "relative/path", "/proc/filbert", ""):
            with self.subTest(bad):
                result = getter.run("set", "downloads-dir", bad)
                self.assertIn(result.code, (1, 2), result.err)
                self.assertEqual(len(result.err.splitlines()), 1)
        rows = {row["key"]: row["value"] for row in getter.ask("settings")}
        self.assertEqual(rows["downloads-dir"], getter.downloads)

    def test_part_file_vanishes(self):
        """Somebody cleans the folder of part files up: the download begins again and is right."""
        content = noise(3000000, 84)
        sharer, magnet = self.source(content, "willow.bin", rate=800000)
        getter = self.node("getter").start()
        id = getter.ask("get", magnet)[0]["id"]
        getter.wait_download(id, "has begun", lambda d: d["received_bytes"] > len(content) / 3)
        getter.terminate()
        shutil.rmtree(os.path.join(getter.profile, "incomplete"))
        getter.start()
        sharer.ask("set", "upload-limit", "0")
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)

    def test_part_file_is_changed(self):
        """Somebody writes into a part file: the whole hash finds it."""
        content = noise(3000000, 85)
        sharer, magnet = self.source(content, "willow.bin", rate=800000)
        getter = self.node("getter").start()
        id = getter.ask("get", magnet)[0]["id"]
        getter.wait_download(id, "has begun", lambda d: d["received_bytes"] > len(content) / 3)
        getter.terminate()
        part = os.path.join(getter.profile, "incomplete", os.listdir(os.path.join(getter.profile, "incomplete"))[0])
        with open(part, "r+b") as file:
            file.write(b"not from the network")
        getter.start()
        sharer.ask("set", "upload-limit", "0")
        getter.wait_download(id, "is over", lambda d: d["state"] == "done" or d["reason_code"] == "corrupt")
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)

    def ask(self, listen, content):
        """What a node gives for the hash of the content: status line and body."""
        with socket.create_connection(gnutella.split_endpoint(listen), DEADLINE) as sock:
            sock.sendall(("GET /uri-res/N2R?urn:sha1:%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                          % gnutella.sha1_text(content)).encode())
            reply = b""
            while more := sock.recv(65536):
                reply += more
        return reply.split(b"\r\n", 1)[0], reply.split(b"\r\n\r\n", 1)[1]

    def swap(self, path, content):
        """Puts another file in the place of one, which looks as old as that."""
        old = os.stat(path)
        write(path + ".new", content)
        os.utime(path + ".new", ns=(old.st_atime_ns, old.st_mtime_ns))
        os.rename(path + ".new", path)

    def test_shared_file_is_swapped(self):
        """Another file of the same name, size and age, or a link to one: not a byte of it is given for the hash."""
        content, other = noise(30000, 88), noise(30000, 89)
        sharer, _ = self.source(content, "larch.txt")
        path = os.path.join(sharer.shared, "larch.txt")
        self.assertEqual(self.ask(sharer.listen, content), (b"HTTP/1.1 200 OK", content))
        self.swap(path, other)
        status, body = self.ask(sharer.listen, content)
        self.assertNotIn(b" 200 ", status)
        self.assertNotIn(other[:100], body)

        secret = write(os.path.join(self.world.top, "secret"), content)
        os.remove(path)
        os.symlink(secret, path)
        status, body = self.ask(sharer.listen, content)
        self.assertNotIn(b" 200 ", status)
        self.assertNotIn(content[:100], body)

    def test_finished_file_becomes_a_link(self):
        """A finished file is read again on demand: what is behind a link in its place is not it."""
        content = noise(300000, 92)
        _, magnet = self.source(content, "willow.bin")
        getter = self.node("getter").start()
        row = getter.get(magnet)[-1]
        self.assert_whole(row, content)
        secret = write(os.path.join(self.world.top, "secret"), content)
        os.remove(row["path"])
        os.symlink(secret, row["path"])
        getter.run("verify", str(row["id"]))
        getter.wait_download(row["id"], "is not what it was", lambda d: d["reason_code"] == "changed")
        self.assertEqual(read(secret), content)

    def test_change_is_remembered(self):
        """That a finished file was changed is known in the next life too, until it is read again and right."""
        content = noise(300000, 94)
        _, magnet = self.source(content, "willow.bin")
        getter = self.node("getter").start()
        row = getter.get(magnet)[-1]

        def assert_is(code):
            getter.ask("verify", str(row["id"]))
            getter.until("read again", lambda: getter.download(row["id"])["reason_code"] != "checking")
            for _ in range(2):
                seen = getter.download(row["id"])
                self.assertEqual((seen["state"], seen["reason_code"]), ("done", code))
                getter.terminate()
                getter.start()
            return seen

        for byte, code in ((content[1000] ^ 1, "changed"), (content[1000], None)):
            with open(row["path"], "r+b") as file:
                file.seek(1000)
                file.write(bytes([byte]))
            seen = assert_is(code)
            if code is not None:
                self.assert_sentence(seen)

    def test_disk_too_small(self):
        """More than fits is not begun; the sentence says what is needed and what there is."""
        host = gnutella.Host()
        self.addCleanup(host.close)
        content = noise(1000, 86)
        host.add(content)
        getter = self.node("getter").start()
        id = getter.ask("get", host.magnet(content, "huge.bin", size=10 ** 15))[0]["id"]
        row = getter.wait_download(id, "is paused", lambda d: d["state"] == "paused")
        self.assert_sentence(row)
        self.assertEqual(row["reason_code"], "disk-full")
        self.assertEqual(host.requests, [])

    def test_disk_full(self):
        """A disk without room pauses a download; another folder, and it goes on."""
        small = os.path.join(self.world.top, "small")
        os.mkdir(small)
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", small], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("a file system can only be mounted by root")
        self.addCleanup(subprocess.run, ["umount", "-l", small])
        content = noise(200000, 87)
        _, magnet = self.source(content, "willow.bin")
        getter = self.node("getter", settings={"incomplete-dir": small}).start()
        id = getter.ask("get", magnet)[0]["id"]
        row = getter.wait_download(id, "is paused", lambda d: d["state"] == "paused")
        self.assert_sentence(row)
        self.assertEqual(row["reason_code"], "disk-full")

        getter.ask("set", "incomplete-dir", os.path.join(self.world.top, "large"))
        getter.ask("resume", str(id))
        getter.wait_download(id, "is done", lambda d: d["state"] == "done")
        self.assert_whole(getter.download(id), content)

    def test_profile_cannot_be_written(self):
        node = self.node("node")
        shutil.rmtree(node.profile)
        write(node.profile, b"a file")
        node.launch()
        code, text = node.wait_exit()
        self.assertEqual((code, len(text.splitlines())), (4, 1), text)


if __name__ == "__main__":
    main()
