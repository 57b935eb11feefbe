# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts rely on: exit codes, one line of error, and the names and types of what --json prints."""

import os
import re
import subprocess

from programs import FILBERTCTL, FILBERTD, Test, main, noise, read, write

TEXT, NUMBER, FLAG = str, int, bool
STATES = ("queued", "searching", "connecting", "downloading", "verifying", "done", "paused", "failed")
REACH = ("direct", "push", "punch", "unreachable")
SHA1, TTH, GUID = re.compile("[A-Z2-7]{32}$"), re.compile("[A-Z2-7]{39}$"), re.compile("[0-9a-f]{32}$")


class Unknown:
    """Or null."""

    def __init__(self, kind):
        self.kind = kind


CONTRACT = {
    "status": {
        "state": ("offline", "connecting", "online"), "role": ("leaf", "ultrapeer"), "guid": GUID, "version": TEXT,
        "listen": Unknown(TEXT), "external": Unknown(TEXT), "peers": NUMBER, "leaves": NUMBER,
        "tcp_reachable": Unknown(FLAG), "udp_reachable": Unknown(FLAG), "nat": Unknown(TEXT), "shared_files": NUMBER,
        "shared_bytes": NUMBER, "hashing": NUMBER, "down_bps": NUMBER, "up_bps": NUMBER},
    "peer": {
        "id": NUMBER, "address": TEXT, "user_agent": Unknown(TEXT), "role": ("leaf", "ultrapeer"),
        "direction": ("in", "out"), "compressed": FLAG, "encrypted": FLAG, "uptime_s": NUMBER, "in_messages": NUMBER,
        "out_messages": NUMBER},
    "result": {
        "id": NUMBER, "search": NUMBER, "name": TEXT, "size": NUMBER, "sha1": Unknown(SHA1), "tth": Unknown(TTH),
        "address": Unknown(TEXT), "guid": GUID, "vendor": Unknown(TEXT), "hops": NUMBER, "reach": REACH,
        "sources": NUMBER, "needs_push": FLAG},
    "download": {
        "id": NUMBER, "name": TEXT, "size": Unknown(NUMBER), "sha1": Unknown(SHA1), "tth": Unknown(TTH),
        "state": STATES, "reason": Unknown(TEXT), "reason_code": Unknown(TEXT), "verified_bytes": NUMBER,
        "received_bytes": NUMBER, "bps": NUMBER, "eta_s": Unknown(NUMBER), "sources": NUMBER, "reach": REACH,
        "path": Unknown(TEXT), "added": NUMBER, "finished": Unknown(NUMBER)},
    "upload": {
        "id": NUMBER, "name": TEXT, "peer": TEXT, "state": TEXT, "sent_bytes": NUMBER, "bps": NUMBER, "reach": REACH},
    "share": {"path": TEXT, "files": NUMBER, "bytes": NUMBER, "state": TEXT, "reason": Unknown(TEXT)},
}

SETTINGS = {
    # key: (values that are taken, values that are not)
    "download-limit": (("0", "70000"), ("-1", "x", "1.5", "", "99999999999999999999")),
    "upload-limit": (("0", "70000"), ("-1", "x", "")),
    "download-limit-each": (("0", "70000"), ("-1", "x", "")),
    "upload-limit-each": (("0", "70000"), ("-1", "x", "")),
    "upload-slots": (("0", "8"), ("-1", "70000", "x")),
    "max-downloads": (("1", "10"), ("0", "-1", "x")),
    "downloads-dir": ((), ("relative", "")),
    "incomplete-dir": ((), ("relative", "")),
    "listen-port": (("0", "65535"), ("-1", "65536", "x")),
    "role": (("leaf", "ultrapeer", "auto"), ("king", "")),
    "bind-interface": (("",), ()),
    "port-mapping": (("true", "false"), ("yes", "")),
    "share-finished": (("true", "false"), ("2",)),
    "share-partial": (("true", "false"), ("2",)),
    "browse-host": (("true", "false"), ("1",)),
}


class Commands(Test):
    def assert_rows(self, kind, rows):
        self.assertTrue(rows, "no %s" % kind)
        for row in rows:
            for field, wanted in CONTRACT[kind].items():
                self.assertIn(field, row, kind)
                value = row[field]
                if isinstance(wanted, Unknown):
                    if value is None:
                        continue
                    wanted = wanted.kind
                what = "%s of %s: %r" % (field, kind, value)
                if isinstance(wanted, tuple):
                    self.assertIn(value, wanted, what)
                elif isinstance(wanted, re.Pattern):
                    self.assertRegex(value, wanted, what)
                else:
                    self.assertIs(type(value), wanted, what)

    def assert_fails(self, node, code, *arguments):
        """One line on stderr, and nothing on stdout."""
        for json in (True, False):
            result = node.run(*arguments, json=json)
            self.assertEqual((result.code, result.out), (code, ""), (arguments, result.err))
            self.assertRegex(result.err, r"\Afilbertctl: [^\n]*[^\s]\n\Z", arguments)

    def pair(self):
        self.content = noise(300000, 500)
        self.ultrapeer = self.node("ultrapeer", role="ultrapeer").start()
        self.sharer = self.node("sharer").start([self.ultrapeer], {"hazel one.txt": self.content,
                                                                   "hazel two.mp3": noise(500, 501)})
        return self.node("getter").start([self.ultrapeer])

    def test_rows(self):
        """Every list has the fields of the contract, in their types."""
        node = self.pair()
        self.assert_rows("status", node.ask("status"))
        self.assert_rows("status", self.ultrapeer.ask("status"))
        self.assert_rows("peer", node.ask("peers"))
        self.assert_rows("peer", self.ultrapeer.ask("peers"))
        rows = node.find("hazel", n=2)
        self.assert_rows("result", rows)
        got = node.get([row for row in rows if row["name"] == "hazel one.txt"][0])
        self.assert_rows("download", got)
        self.assert_whole(got[-1], self.content)
        self.assertEqual(got[-1]["active_sources"], 0)
        self.assertNotIn("retry-later", {row["reason_code"] for row in got})
        missing = node.ask("get", "magnet:?xt=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB")
        self.assert_rows("download", missing)
        self.assertEqual(missing[0]["size"], None)
        self.assert_rows("download", node.ask("downloads"))
        self.sharer.wait("the upload", lambda m: m.rows["upload"])
        self.assert_rows("upload", self.sharer.ask("uploads"))
        self.assert_rows("share", self.sharer.ask("shares"))
        for event in node.wait("events", lambda m: list(m.events)):
            self.assertIs(type(event["event"]), str)
            self.assertIs(type(event["id"]), int)
        for line in node.ask("settings"):
            self.assertEqual(set(line), {"key", "value"})
        self.assertEqual({line["key"] for line in node.ask("settings")} & set(SETTINGS), set(SETTINGS))

    def test_searches(self):
        """--max returns at once, --wait in any case, and both are checked."""
        node = self.pair()
        self.assertEqual(len(node.find("hazel", n=2)), 2)
        self.assertEqual(len(node.ask("search", "hazel", "--max", "1", "--wait", "60")), 1)
        self.assertEqual(node.ask("search", "hazel", "--wait", "0", "--type", "video"), [])
        self.assertEqual({row["kind"] for row in node.find("hazel", options=("--type", "audio"))}, {"audio"})
        for arguments in (("search",), ("search", "hazel", "--max", "0"), ("search", "hazel", "--wait", "-1"),
                          ("search", "hazel", "--wait", "x"), ("search", "hazel", "--type", "smell"),
                          ("search", "x"), ("search", ""), ("search", "--", "-hazel"), ("search", "...")):
            self.assert_fails(node, 2, *arguments)
        for command in ("results", "close", "trace"):
            self.assert_fails(node, 2, command)
            self.assert_fails(node, 2, command, "x")
            self.assert_fails(node, 2, command, "1", "2")
            self.assert_fails(node, 3, command, "999")
        self.assert_fails(node, 2, "results", "99999999999999999999")

    def test_downloads(self):
        """What cannot be done to a download is told apart from a download that there is not."""
        node = self.pair()
        done = str(node.get(node.find("hazel", "one")[0])[-1]["id"])
        missing = str(node.ask("get", "magnet:?xt=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB&dn=none.txt")[0]["id"])
        for arguments in (("get",), ("get", "x"), ("get", "magnet:?dn=x"), ("get", "magnet:?xt=urn:sha1:AAA"),
                          ("get", "http://127.0.0.1/"), ("pause",), ("pause", missing, "--all"),
                          ("priority", missing), ("priority", missing, "x"), ("priority", missing, "1001")):
            self.assert_fails(node, 2, *arguments)
        for command in ("pause", "resume", "retry", "verify", "cancel"):
            self.assert_fails(node, 2, command)
            self.assert_fails(node, 2, command, "x")
            self.assert_fails(node, 3, command, "999")
            if command not in ("cancel", "verify"):
                self.assert_fails(node, 1, command, done)
        self.assert_fails(node, 3, "get", "999")
        self.assert_fails(node, 3, "priority", "999", "1")
        self.assert_fails(node, 1, "verify", missing)

        for command, state in (("pause", "paused"), ("pause", "paused"), ("resume", "searching"),
                               ("resume", "searching"), ("retry", "searching")):
            self.assertEqual(node.ask(command, missing), [])
            row = node.download(int(missing))
            self.assertEqual(row["state"], state)
            self.assertTrue(row["reason"] and row["reason_code"])
        for command, state in (("pause", "paused"), ("retry", "paused"), ("resume", "searching")):
            node.ask(command, "--all")
            self.assertEqual(node.download(int(missing))["state"], state)
        node.ask("priority", missing, "-3")
        self.assertEqual(node.download(int(missing))["priority"], -3)
        self.assertEqual([row["id"] for row in node.ask("history", "one")], [int(done)])
        node.ask("clear")
        self.assertEqual([row["id"] for row in node.ask("downloads")], [int(missing)])
        self.assertEqual([row["id"] for row in node.ask("history", "one")], [int(done)])
        self.assertEqual(node.ask("history", "--clear"), [])
        self.assertEqual(node.ask("history"), [])
        node.ask("cancel", missing)
        self.assert_fails(node, 3, "cancel", missing)
        self.assertEqual(node.ask("downloads"), [])

    def test_verify_again(self):
        """A file that is done is read again on demand; one that was changed or deleted can be had again."""
        node = self.pair()
        result = node.find("hazel", "one")[0]
        row = node.get(result)[-1]
        number, path = row["id"], row["path"]

        def checked():
            row = node.download(number)
            return row if row["reason_code"] != "checking" else None

        node.ask("verify", str(number))
        row = node.until("read again", checked)
        self.assertEqual((row["state"], row["reason_code"]), ("done", None))
        with open(path, "r+b") as file:
            file.seek(1000)
            file.write(b"!")
        node.ask("verify", str(number))
        row = node.until("read again", checked)
        self.assertEqual((row["state"], row["reason_code"]), ("done", "changed"))
        again = node.get(result)[-1]
        self.assertNotEqual(again["path"], path)
        self.assert_whole(again, self.content)
        self.assertEqual([row["id"] for row in node.ask("downloads")], [again["id"]])

        os.unlink(again["path"])
        node.ask("verify", str(again["id"]))
        self.assertNotEqual(node.get(result)[-1]["id"], again["id"])

    def test_retry_changed(self):
        """One that was changed is downloaded again beside it, from the sources that are known; one that is right is not."""
        node = self.pair()
        row = node.get(node.find("hazel", "one")[0])[-1]
        number, path = row["id"], row["path"]
        self.assert_fails(node, 1, "retry", str(number))
        with open(path, "r+b") as file:
            file.write(b"!")
        changed = read(path)
        node.ask("verify", str(number))
        node.until("read again", lambda: node.download(number)["reason_code"] == "changed")
        node.ask("retry", str(number))
        new = node.ask("downloads")
        self.assertEqual(len(new), 1)
        self.assertNotEqual(new[0]["id"], number)
        self.assertGreater(new[0]["sources"], 0)
        node.wait_download(new[0]["id"], "is done", lambda d: d["state"] == "done")
        again = node.download(new[0]["id"])
        self.assert_whole(again, self.content)
        stem, extension = os.path.splitext(path)
        self.assertEqual(again["path"], f"{stem} (2){extension}")
        self.assertEqual(read(path), changed)

    def test_folders(self):
        """Finished files go into the folder of their kind, if it has one."""
        node = self.pair()
        songs = os.path.join(node.profile, "songs")
        self.assert_fails(node, 2, "set", "audio-dir", "songs")
        node.ask("set", "audio-dir", songs)
        self.assertEqual(os.path.dirname(node.get(node.find("hazel", "two")[0])[-1]["path"]), songs)
        self.assertNotEqual(os.path.dirname(node.get(node.find("hazel", "one")[0])[-1]["path"]), songs)
        node.ask("set", "audio-dir", "")
        setting = [row["value"] for row in node.ask("settings") if row["key"] == "audio-dir"]
        self.assertEqual(setting, [""])

    def test_settings(self):
        """Every key of the contract takes what it should, and says what it takes."""
        node = self.node("node").start()
        for key, (good, bad) in SETTINGS.items():
            for value in good:
                self.assertEqual(node.ask("set", key, value), [])
                self.assertEqual({line["key"]: line["value"] for line in node.ask("settings")}[key], value)
            for value in bad:
                self.assert_fails(node, 2, "set", key, value)
        self.assert_fails(node, 2, "set", "role")
        self.assert_fails(node, 3, "set", "nonsense", "1")
        for key in ("downloads-dir", "incomplete-dir"):
            folder = os.path.join(self.world.top, key)
            node.ask("set", key, folder)
            self.assertEqual({line["key"]: line["value"] for line in node.ask("settings")}[key], folder)
            self.assert_fails(node, 1, "set", key, "/proc/1/x")

    def test_network(self):
        node = self.node("node").start()
        for host in ("127.0.0.1", "foo:bar", "127.0.0.1:0", "127.0.0.1:65536", ":6346", "", "127.0.0.1:"):
            self.assert_fails(node, 2, "connect", host)
            self.assert_fails(node, 2, "browse", host)
        self.assertEqual(node.ask("connect", "127.0.0.1:1"), [])
        for address in ("x", "127.0.0.1/33", "300.1.1.1", ""):
            self.assert_fails(node, 2, "ban", address)
        self.assertEqual(node.ask("ban", "127.250.0.0/16"), [])
        self.assert_fails(node, 3, "disconnect", "999")
        other = self.node("other", role="ultrapeer").start()
        node.connect(other)
        for peer in node.ask("peers"):
            node.ask("disconnect", str(peer["id"]))
        node.wait("no link", lambda m: not m.rows["peer"])
        # It stays away until it is asked for again.
        self.assertEqual(node.run("disconnect", "1").code, 3)
        node.connect(other)

    def test_shares(self):
        """A folder is looked at, added without what looks private, and removed."""
        node = self.node("node").start()
        top = os.path.join(self.world.top, "mine")
        for name in ("song.mp3", "passwords.kdbx", "id_rsa"):
            write(os.path.join(top, name), name.encode())
        check = node.ask("shares", "check", top)[0]
        self.assertEqual((check["files"], check["audio"], check["private_files"]), (1, 1, 2))
        self.assertEqual(node.ask("shares"), [])
        node.ask("shares", "add", top)
        node.wait("the song", lambda m: [s for s in m.rows["share"].values() if s["files"] == 1])
        self.assertEqual([row["name"] for row in node.ask("library")], ["song.mp3"])
        self.assert_fails(node, 1, "shares", "add", top)
        node.ask("shares", "remove", top)
        node.ask("shares", "add", top, "--yes")
        node.wait("all of it", lambda m: [s for s in m.rows["share"].values() if s["files"] == 3])
        self.assertEqual([row["name"] for row in node.ask("library", "passwords")], ["passwords.kdbx"])
        node.ask("shares", "remove", top)
        self.assertEqual((node.ask("shares"), node.ask("library")), ([], []))
        for folder in ("/", "/etc", os.environ["HOME"], node.profile):
            self.assert_fails(node, 1, "shares", "add", folder)
            self.assert_fails(node, 1, "shares", "add", folder, "--yes")
        for verb in ("add", "check", "remove"):
            self.assert_fails(node, 3, "shares", verb, os.path.join(self.world.top, "nothing"))
        self.assert_fails(node, 2, "shares", "add")
        self.assert_fails(node, 2, "shares", "steal", top)

    def test_refused_starts(self):
        """What the options ask for and cannot be is said by the command that starts the node, and no node runs."""
        node = self.node("node")
        file = write(os.path.join(self.world.top, "file"), b"")
        options = ["--headless", "--private", "--no-bootstrap", "--listen", node.address + ":0"]
        for code, words, wrong in (
                (4, "Cannot share /nonexistent: ", ("--share", "/nonexistent")),
                (4, "Cannot share /: The whole computer is never shared", ("--share", "/")),
                (4, "Nothing can be written to the folder " + file, ("--downloads", file)),
                (2, "rubbish is not HOST:PORT.", ("--connect", "rubbish")),
                (2, "--role takes auto, leaf or ultrapeer, not queen", ("--role", "queen")),
                (2, "--nonsense", ("--nonsense",))):
            self.assert_fails(node, 4, "start", "--", *options, *wrong)
            self.assertIn(words, node.run("start", "--", *options, *wrong).err)
            self.assert_fails(node, 4, "status")
            done = subprocess.run([FILBERTD, "--profile", node.profile, *options, *wrong], capture_output=True, text=True)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stderr.splitlines()[-1])

    def test_folders_that_are_away(self):
        """A folder that was chosen before may be away when the node starts with the same options again."""
        node = self.node("node").start(files={"hazel.txt": b"hazel"})
        node.terminate()
        os.rename(node.shared, node.shared + " is away")
        os.rmdir(node.downloads)
        write(node.downloads, b"")
        options = node.arguments() + ["--share", node.shared]
        self.assertEqual(node.run("start", "--", *options[2:]).code, 0)
        self.assertEqual([share["path"] for share in node.ask("shares")], [node.shared])
        node.ask("stop")

    def test_usage(self):
        """Every command refuses what it does not know, and tells of itself."""
        node = self.node("node").start()
        for command in ("status", "stop", "doctor", "settings", "peers", "searches", "downloads", "uploads", "clear",
                        "monitor"):
            self.assert_fails(node, 2, command, "more")
            self.assert_fails(node, 2, command, "--nonsense")
            self.assertIn(command, node.run(command, "--help").out)
        self.assert_fails(node, 2, "frobnicate")
        for program in (FILBERTCTL, FILBERTD):
            done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
            self.assertEqual(done.stdout, "%s %s\n" % (os.path.basename(program), node.status()["version"]))


if __name__ == "__main__":
    main()
