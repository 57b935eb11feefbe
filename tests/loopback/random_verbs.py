# SPDX-License-Identifier: GPL-3.0-or-later
"""Does with downloads what people do, at random and in haste, beside a model of what must come of it.
random_verbs.py [BUILD] [--steps N] [--seed N]

A node fetches a few files from another one, slowly. In every step a command is run for one of its downloads: got, paused,
resumed, tried again, cancelled, brought back, forgotten, given a priority or a limit; or several at once; or the node is
stopped, or killed, perhaps with a command under way; or part files go to another folder from now on. What a command has
answered must hold whatever comes after it, and what it was killed in has been done or not. After every step: what is on
the list and what is kept of cancelled downloads is what the model says, with its priority, its limit and every byte that
was there; no finished file is wrong. In the end everything is brought back and comes. Prints TAP."""

import argparse
import collections
import contextlib
import copy
import os
import random
import sqlite3
import subprocess
import sys
import time

FILES = 6
RATE = 600000
LONGEST_FLIGHT_S = 0.03  # from the start of a command to the kill


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


asked = arguments()
if asked.build:
    os.environ["FILBERTD"] = os.path.join(os.path.abspath(asked.build), "src", "filbertd")
    os.environ["FILBERTCTL"] = os.path.join(os.path.abspath(asked.build), "src", "filbertctl")

import programs  # noqa: E402: it looks for the programs in the environment

OK, FAILED, NOT_FOUND, NOT_RUNNING = 0, 1, 3, 4


class Wrong(AssertionError):
    """The node is not what the model says."""


class Item:
    """A download as the model knows it."""

    def __init__(self, id, file):
        self.id = id
        self.file = file
        # Or "removed", "gone"; "unknown": it was finished, and the row is kept or was forgotten, which nothing tells.
        self.place = "list"
        self.paused = False
        self.priority = 0
        self.limit = 0
        self.kept = 0        # bytes, when it was cancelled
        self.done = False

    def __repr__(self):
        return "%d of file %d: %s" % (self.id, self.file, vars(self))


class World:
    """The node, the one that has the files, and the model."""

    def __init__(self, chance):
        self.world = programs.World()
        self.chance = chance
        self.content = [programs.noise(chance.randrange(1, 1200000), "%d %d" % (asked.seed, i)) for i in range(FILES)]
        self.sharer = self.world.node("sharer", settings={"upload-limit": str(RATE), "upload-slots": "20"})
        self.sharer.start(files={"quince %d.bin" % i: content for i, content in enumerate(self.content)})
        self.folders = [os.path.join(self.world.top, "parts %d" % i) for i in range(3)]
        for folder in self.folders:
            os.mkdir(folder)
        self.node = self.world.node("getter", settings={"incomplete-dir": self.folders[0]}).start()
        self.items = {}
        self.said = collections.deque(maxlen=40)
        self.counts = collections.Counter()
        self.looked_at = set()  # finished files

    def magnet(self, file):
        sha1 = programs.sha1_text(self.content[file])
        return "magnet:?xt=urn:sha1:%s&dn=quince%%20%d.bin&xl=%d&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (
            sha1, file, len(self.content[file]), self.sharer.listen, sha1)

    # What is there

    def at(self, *places):
        return [item for item in self.items.values() if item.place in places]

    def pick(self, *places):
        """One of those, now and then one that is elsewhere or that never was."""
        there = self.at(*places)
        if self.chance.random() < 0.05 or not there:
            there = list(self.items.values()) + [Item(10 ** 9, 0)]
        return self.chance.choice(there)

    def other_of_file(self, item):
        return [other for other in self.at("list") if other.file == item.file and other is not item]

    def look(self):
        rows = {row["id"]: row for row in self.node.ask("downloads")}
        removed = {row["id"]: row for row in self.node.ask("removed")}
        return rows, removed

    def finished(self):
        return {row["id"] for row in self.node.ask("history")}

    # Commands: arguments, and what they do to the item of the model when they are answered with OK

    def command(self):
        kind = self.chance.choices(
            ["get", "pause", "resume", "retry", "cancel", "restore", "forget", "priority", "limit", "preview"],
            [8, 4, 5, 1, 8, 8, 3, 3, 3, 1])[0]
        if kind == "get":
            file = self.chance.randrange(FILES)
            return [kind, self.magnet(file)], file
        item = self.pick("removed") if kind in ("restore", "forget") else self.pick("list")
        words = [kind, str(item.id)]
        if kind == "priority":
            words.append(str(self.chance.randrange(-5, 6)))
        elif kind == "limit":
            words.append(str(self.chance.choice([0, 50000, 200000])))
        return words, item

    @staticmethod
    def apply(words, item):
        kind = words[0]
        if kind == "pause":
            item.paused = True
        elif kind == "resume":
            item.paused = False
        elif kind == "retry":
            item.paused = None
        elif kind == "cancel":
            item.place = "removed"
            item.kept = None
        elif kind == "restore":
            item.place = "list"
        elif kind == "forget":
            item.place = "gone"
        elif kind == "priority":
            item.priority = int(words[2])
        elif kind == "limit":
            item.limit = int(words[2])

    def got(self, file, id):
        """A new download, or the one that is there already."""
        there = [item for item in self.at("list") if item.file == file]
        if id in self.items:
            self.expect(self.items[id] in there, "number %d was given twice" % id)
            return
        self.expect(not there, "a second download of file %d: %d beside %s" % (file, id, there))
        self.expect(id > max(self.items, default=0), "number %d is not a new one" % id)
        self.items[id] = Item(id, file)

    def judge_answer(self, words, item, code):
        """Whether this code is a true answer."""
        kind = words[0]
        if item.place == "unknown" and kind in ("restore", "forget"):
            return code in (OK, FAILED, NOT_FOUND)
        wanted = "removed" if kind in ("restore", "forget") else "list"
        if item.id not in self.items or item.place != wanted:
            return code == NOT_FOUND
        if kind == "restore":
            return code == (FAILED if self.other_of_file(item) else OK)
        if kind in ("pause", "resume", "retry", "priority", "limit", "preview"):
            return code in (OK, FAILED)
        return code == OK

    def run(self):
        words, subject = self.command()
        result = self.node.run(*words)
        self.said.append((words[:2] if words[0] == "get" else words, result.code, result.err.strip()))
        self.counts[words[0]] += 1
        if words[0] == "get":
            self.expect(result.code == OK, "get failed")
            self.got(subject, result.row()["id"])
            return
        self.expect(self.judge_answer(words, subject, result.code), "the answer is wrong: %s" % subject)
        if result.code == FAILED and words[0] in ("pause", "resume", "priority", "limit"):
            self.expect(subject.id in self.finished(), "refused of one that is not done")
        if result.code == OK:
            self.apply(words, subject)
        elif subject.place == "unknown":
            self.learn(subject, may_go=True)

    def run_many(self):
        """Several commands for one download at the same time: each of them is done or not, in any order."""
        item = self.pick("list", "removed")
        kinds = self.chance.choices(["cancel", "restore", "forget", "pause", "resume", "restore"],
                                    k=self.chance.randrange(2, 5))
        running = [self.launch(kind, str(item.id)) for kind in kinds]
        codes = [process.wait() for process in running]
        self.said.append(("at once", item.id, kinds, codes))
        self.counts["at once"] += 1
        if item.id in self.items and item.place != "gone":
            self.learn(item, may_go=item.place == "unknown" or ("forget", OK) in zip(kinds, codes))

    def launch(self, *words):
        return subprocess.Popen(
            [programs.FILBERTCTL, "--profile", self.node.profile, "--json", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(self.world.env, FILBERTD="/bin/false"))

    def learn(self, item, may_go):
        """What became of a download that several things were done to; nowhere is only one that was forgotten or done."""
        rows, removed = self.look()
        self.expect(item.id not in rows or item.id not in removed, "%s is in both lists" % item)
        item.paused = item.kept = None
        if item.id in rows:
            item.place = "list"
        elif item.id in removed:
            item.place = "removed"
        elif item.id in self.finished():
            item.place, item.done = "unknown" if may_go else "removed", True
        else:
            self.expect(may_go, "%s is lost" % item)
            item.place = "gone"

    # The node's lives

    def stop(self):
        self.counts["stop"] += 1
        self.said.append("stop")
        self.node.terminate()
        self.start()

    def kill(self):
        self.counts["kill"] += 1
        self.said.append("kill")
        self.node.kill()
        self.start()

    def kill_in_flight(self):
        """What was under way is done or not."""
        words, subject = self.command()
        process = self.launch(*words)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(self.chance.random() * LONGEST_FLIGHT_S)
        self.node.kill()
        code = process.wait()
        self.said.append(("killed in", words[:2] if words[0] == "get" else words, code))
        self.counts["killed in " + words[0]] += 1
        self.start()
        if words[0] == "get":
            rows, _ = self.look()
            for id in sorted(set(rows) - set(self.items)):
                self.expect(rows[id]["sha1"] == programs.sha1_text(self.content[subject]), "another file: %s" % rows[id])
                self.got(subject, id)
            self.expect(code != OK or any(item.file == subject for item in self.at("list")), "what was got is lost")
            return
        if subject.id not in self.items or subject.place == "gone":
            return
        if subject.place == "unknown":
            self.learn(subject, may_go=True)
            return
        if code == OK:
            self.apply(words, subject)
            return
        copied, after = copy.copy(subject), copy.copy(subject)
        self.apply(words, after)
        self.learn(subject, may_go=words[0] == "forget")
        self.expect(subject.place in (copied.place, after.place, "unknown"), "%s has moved" % subject)
        if subject.place == "list" and words[0] in ("priority", "limit") and not subject.done:
            row = self.node.download(subject.id)
            subject.priority = row["priority"] if row["priority"] == after.priority else subject.priority
            subject.limit = after.limit if (row["limit_bps"] or 0) == after.limit else subject.limit

    def start(self):
        self.node.start()
        found = [name for name in os.listdir(self.node.profile) if "damaged" in name]
        self.expect(not found, "the database was damaged")

    def choose_folder(self):
        self.counts["folder"] += 1
        folder = self.chance.choice(self.folders)
        self.said.append(("folder", folder))
        self.node.ask("set", "incomplete-dir", folder)

    def clear(self):
        """Finished ones leave the list, and no others."""
        self.counts["clear"] += 1
        self.said.append("clear")
        self.node.ask("clear")
        rows, _ = self.look()
        gone = [item for item in self.at("list") if item.id not in rows]
        finished = self.finished() if gone else set()
        for item in gone:
            self.expect(item.id in finished, "%s was cleared" % item)
            item.place = "gone"

    # Looking

    def expect(self, is_right, what):
        if not is_right:
            raise Wrong(what)

    def check_kept(self, removed):
        for item in self.at("removed"):
            if item.id not in removed:
                # Cancelled when it was done: it can be brought back, but only the history tells of it.
                item.done = item.done or item.id in self.finished()
                self.expect(item.done, "%s is lost" % item)
                continue
            self.expect(not item.done, "%s was done" % item)
            bytes_kept = removed[item.id]["received_bytes"]
            self.expect(item.kept in (None, bytes_kept), "%s has %d bytes now" % (item, bytes_kept))
            item.kept = bytes_kept
        self.check_listed(removed)

    def check_listed(self, removed):
        self.expect(set(removed) == {item.id for item in self.at("removed") if not item.done}, "kept are %s" % removed)

    def check_row(self, item, row):
        self.expect(row["sha1"] == programs.sha1_text(self.content[item.file]), "another file: %s" % row)
        self.expect(row["state"] != "failed", "failed: %s" % row)
        if row["state"] == "done":
            item.done = True
            if row["path"] not in self.looked_at:
                self.expect(programs.read(row["path"]) == self.content[item.file], "the file is wrong: %s" % row)
                self.looked_at.add(row["path"])
            return
        self.expect(not item.done, "it was done: %s" % row)
        self.expect(row["priority"] == item.priority, "priority of %s: %s" % (item, row))
        self.expect((row["limit_bps"] or 0) == item.limit, "limit of %s: %s" % (item, row))
        is_paused = row["state"] == "paused"
        if item.paused is None:
            item.paused = is_paused
        if row["state"] != "verifying":
            self.expect(item.paused == is_paused, "%s: %s" % (item, row))

    def check(self):
        rows, removed = self.look()
        # One may be finished and cleared between the two looks, but nothing here does that.
        self.expect(set(rows) == {item.id for item in self.at("list")},
                    "on the list are %s, not %s" % (sorted(rows), sorted(item.id for item in self.at("list"))))
        self.check_kept(removed)
        for item in self.at("list"):
            self.check_row(item, rows[item.id])
        self.check_parts()

    def stray_parts(self):
        parts = [int(name.split(".")[0]) for folder in self.folders for name in os.listdir(folder)]
        known = {item.id for item in self.at("list", "removed") if not item.done}
        return [id for id in parts if id not in known or parts.count(id) > 1]

    def check_parts(self):
        """Each download that is not done has one part file at most, and nobody else has; the disk has its own thread."""
        deadline = programs.Deadline()
        while self.stray_parts():
            self.expect(not deadline.over(), "part files of nobody: %s" % self.stray_parts())

    def step(self):
        what = self.chance.choices(
            [self.run, self.run_many, self.stop, self.kill, self.kill_in_flight, self.choose_folder, self.clear],
            [60, 8, 2, 3, 8, 2, 2])[0]
        what()
        self.check()

    # The end

    def finish(self):
        """All that was not forgotten comes, and nothing else lies about."""
        self.sharer.ask("set", "upload-limit", "0")
        for item in self.at("removed"):
            code = self.node.run("restore", str(item.id)).code
            self.expect(code == (FAILED if self.other_of_file(item) else OK), "restored: %d" % code)
            if code == OK:
                item.place = "list"
        for item in self.at("list"):
            self.node.run("limit", str(item.id), "0")
            self.node.run("resume", str(item.id))
            self.node.run("retry", str(item.id))
        for item in self.at("list"):
            self.node.wait_download(item.id, "is done", lambda d: d["state"] == "done")
            row = self.node.download(item.id)
            self.expect(programs.read(row["path"]) == self.content[item.file], "the file is wrong: %s" % row)
        _, removed = self.look()
        self.check_listed(removed)
        self.node.terminate()
        self.check_disk()

    def check_disk(self):
        for name in os.listdir(self.node.downloads):
            content = programs.read(os.path.join(self.node.downloads, name))
            self.expect(content in self.content, "%s is no file that was asked for" % name)
        self.check_parts()
        with contextlib.closing(sqlite3.connect(os.path.join(self.node.profile, "filbert.db"))) as database:
            self.expect(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged")


def main():
    print("# seed %d" % asked.seed, flush=True)
    world = World(random.Random(asked.seed))
    began = time.monotonic()
    step = 0
    failure = None
    try:
        for step in range(asked.steps):
            world.step()
            if (step + 1) % 500 == 0:
                print("# %d steps, %d downloads, %.0f s" % (step + 1, len(world.items), time.monotonic() - began), flush=True)
        world.finish()
    except (Wrong, programs.Failed) as error:
        failure = error
        print("# in step %d: %s" % (step, str(error).replace("\n", "\n# ")))
        print("# the last: %s" % "\n#   ".join(str(said) for said in world.said))
        print("# log:\n# %s" % world.node.log_text(40).replace("\n", "\n# "))
    print("# %d downloads, %d finished files looked at; %s" % (
        len(world.items), len(world.looked_at), ", ".join("%s %d" % pair for pair in sorted(world.counts.items()))))
    print("%s 1 - nothing is lost and nothing is there twice\n1..1" % ("ok" if failure is None else "not ok"), flush=True)
    world.world.close()
    sys.exit(failure is not None)


if __name__ == "__main__":
    main()
