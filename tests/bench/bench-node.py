# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node costs at rest, how soon it listens, how many queries a second it takes in over one link, and how
soon a search brings a hit.  bench-node.py DIRECTORY-OF-THE-PROGRAMS [idle|queries|hit|download|swarm]..."""

import contextlib
import subprocess
import sys
import time

import nodes
from statistics import median as middle

N_QUERIES = 1_000_000
FILE_BYTES = 1_000_000_000
LIMIT = 20_000_000
TEXTS = ["hazel nut", "live at the harvest", "squirrel", "autumn leaves 1958"]


def idle(world):
    rss, anonymous, listening = [], [], []

    # The first start makes the profile; what counts is every later one.
    with world.node(name="idle"):
        pass
    for _ in range(nodes.ROUNDS):
        with world.node(name="idle") as node:
            listening.append(node.ready - node.started)
            time.sleep(1)
            now = node.memory_kb()
            rss.append(now[0] / 1024)
            anonymous.append(now[1] / 1024)
    nodes.bench("idle-rss", middle(rss), "MB")
    nodes.bench("idle-rss-anon", middle(anonymous), "MB")
    nodes.bench("listening-after-exec", middle(listening) * 1000, "ms")


def take_queries(node, port, n):
    """Sends n queries and a ping; the pong says that everything before it was taken in."""
    muid = bytes(range(8)) + b"\xff" + bytes(range(6)) + b"\0"
    data = nodes.queries(n, TEXTS)
    link = nodes.RawLink(port)
    before = node.cpu_s()
    began = time.monotonic()

    link.send(data)
    link.send(nodes.ping(muid))
    for kind, name, _ in link.messages():
        if kind == 0x01 and name == muid:
            break
    else:
        sys.exit("the node closed the link")
    seconds = time.monotonic() - began
    cpu = node.cpu_s() - before
    taken = sum(peer["in_messages"] for peer in node.ctl("peers"))
    if taken < n:
        sys.exit(f"only {taken} of {n} queries were taken in")
    link.close()
    nodes.wait_for(lambda: not node.ctl("peers"), "the link to go")
    return n / seconds, n / cpu


def queries(world):
    with world.node("--role", "ultrapeer") as node:
        port = node.port()
        runs = [take_queries(node, port, N_QUERIES) for _ in range(nodes.ROUNDS)]
        # Most are over what one neighbour may ask for, and are dropped; bench-link.c lifts that limit.
        nodes.bench("queries-over-one-link", middle(run[0] for run in runs), "queries/s")
        nodes.bench("queries-per-cpu-second", middle(run[1] for run in runs), "queries/s")


def first_hit_ms(node, words):
    """From the search to its first hit, as the node saw it, and as somebody at the command line did."""
    began = time.monotonic()
    results = node.ctl("search", words, "--max", "1", "--wait", "5", check=False)
    seconds = time.monotonic() - began
    if not results:
        return None
    search = results[0]["search"]
    steps = node.ctl("trace", str(search))
    node.ctl("close", str(search))
    times = {step["what"]: step["time_us"] / 1000 for step in reversed(steps)}
    return times["hit-received"] - times["query-sent"], seconds * 1000


def wait_until_found(node, words):
    """Asks again and again, without waiting for earlier answers; tells when the first one came."""
    asking = []

    def is_found():
        asking.append(node.start_ctl("search", words, "--max", "1", "--wait", "1"))
        return any(process.poll() == 0 and process.stdout.read() for process in asking)

    nodes.wait_for(is_found, f"{words} to be found", step=0.03)
    found = time.monotonic()
    for process in asking:
        process.wait()
        process.stdout.close()
    for search in node.ctl("searches"):
        node.ctl("close", str(search["id"]))
    return found


def hit(world):
    with world.node("--role", "ultrapeer") as hub:
        address = f"127.0.0.1:{hub.port()}"
        with world.node("--role", "leaf", "--connect", address, "--share", nodes.share(world, "pecan", 50_000)) as sharer, \
                world.node("--role", "leaf", "--connect", address) as asker:
            nodes.wait_for(lambda: asker.status()["state"] == "online", "the asking leaf to be online")
            # Of its ultrapeer, which looks at its table: a leaf may have but a few searches under way.
            nodes.bench("leaf-found-after-start", wait_until_found(hub, "pecan harvest") - sharer.started, "s")
            if not all(peer["compressed"] for peer in asker.ctl("peers") + sharer.ctl("peers")):
                sys.exit("a link is not compressed")
            runs = [first_hit_ms(asker, "pecan harvest") for _ in range(nodes.ROUNDS)]
            nodes.bench("first-hit", middle(run[0] for run in runs), "ms")
            nodes.bench("first-hit-command-line", middle(run[1] for run in runs), "ms")


def fetch_with_curl(url, path):
    began = time.monotonic()
    subprocess.run(["curl", "--silent", "--fail", "--output", path, url], check=True)
    fetched = time.monotonic() - began
    subprocess.run(["sha1sum", path], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    path.unlink()
    return fetched, seconds


def one_pass(world):
    """SHA-1 and tree of the file in one pass by our own code, on one thread."""
    program = world.programs.parent / "tests" / "bench" / "bench-hash-file"
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    rate = next(float(line.split()[2]) for line in lines if line.startswith("bench hash-file-one-thread "))
    return FILE_BYTES / (rate * 1e6)


def fetch_with_node(sharer, getter, result):
    cpu = sharer.cpu_s(), getter.cpu_s()
    began = time.monotonic()
    last = getter.ctl("get", str(result), "--wait")[-1]
    seconds = time.monotonic() - began
    if last["state"] != "done":
        sys.exit(f"the download failed: {last}")
    cpu = sharer.cpu_s() - cpu[0], getter.cpu_s() - cpu[1]
    getter.ctl("cancel", str(last["id"]), check=False)
    getter.ctl("clear", check=False)
    for path in getter.downloads.iterdir():
        path.unlink()
    return seconds, *cpu


def download(world):
    with world.node("--role", "ultrapeer", "--share", nodes.share(world, "walnut", FILE_BYTES)) as sharer, \
            world.node("--role", "leaf", "--connect", f"127.0.0.1:{sharer.port()}") as getter:
        nodes.wait_for(lambda: sharer.status()["shared_files"] == 1 and sharer.status()["hashing"] == 0,
                       "the file to be hashed", 240)
        nodes.wait_for(lambda: getter.status()["state"] == "online", "the getting leaf to be online")
        result = nodes.wait_for(lambda: getter.ctl("search", "walnut", "--max", "1", "--wait", "2"), "the file")[0]
        url = f"http://127.0.0.1:{sharer.port()}/uri-res/N2R?urn:sha1:{result['sha1']}"
        ratios, walls, curls, serving, fetching, slower = [], [], [], [], [], []
        for _ in range(nodes.ROUNDS):
            curl_s, checked_s = fetch_with_curl(url, world.folder / "curl")
            curls.append(checked_s)
            pass_s = one_pass(world)
            seconds, served, fetched = fetch_with_node(sharer, getter, result["id"])
            walls.append(seconds)
            ratios.append(seconds / curls[-1])
            slower.append(max(curl_s, pass_s) / seconds)
            serving.append(served * 1e9 / FILE_BYTES)
            fetching.append(fetched * 1e9 / FILE_BYTES)
        nodes.bench("download-1GB", middle(walls), "s")
        nodes.bench("curl-and-sha1sum-1GB", middle(curls), "s")
        nodes.bench("download-to-curl", middle(ratios), "x")
        nodes.bench("download-speed-to-slower-of-curl-and-hashing", middle(slower), "x")
        nodes.bench("download-cpu-uploader", middle(serving), "s/GB")
        nodes.bench("download-cpu-downloader", middle(fetching), "s/GB")


def swarm(world):
    """Four sharers that give 20 MB/s each."""
    folder = nodes.share(world, "hazel", FILE_BYTES)
    rates = []

    with contextlib.ExitStack() as stack:
        sharers = [stack.enter_context(world.node("--share", folder, name=f"sharer-{i}")) for i in range(4)]
        getter = stack.enter_context(world.node(name="swarmer"))
        for sharer in sharers:
            sharer.ctl("set", "upload-limit", str(LIMIT))
            nodes.wait_for(lambda: sharer.status()["shared_files"] == 1, "the file to be hashed", 240)
        sha1 = sharers[0].ctl("library")[0]["sha1"]
        magnet = f"magnet:?xt=urn:sha1:{sha1}&dn=swarm&xl={FILE_BYTES}" + "".join(
            f"&xs=http://127.0.0.1:{sharer.port()}/uri-res/N2R?urn:sha1:{sha1}" for sharer in sharers)
        for _ in range(3):
            began = time.monotonic()
            last = getter.ctl("get", magnet, "--wait")[-1]
            rates.append(FILE_BYTES / (time.monotonic() - began) / 1e6)
            if last["state"] != "done":
                sys.exit(f"the download failed: {last}")
            getter.ctl("clear", check=False)
            for path in getter.downloads.iterdir():
                path.unlink()
    nodes.bench("swarm-of-four", middle(rates), "MB/s")
    nodes.bench("swarm-of-four-to-limit", middle(rates) * 1e6 / (4 * LIMIT), "x")


MEASUREMENTS = {"idle": idle, "queries": queries, "hit": hit, "download": download, "swarm": swarm}


def main():
    world = nodes.World(sys.argv[1])

    try:
        for name in sys.argv[2:] or MEASUREMENTS:
            MEASUREMENTS[name](world)
    finally:
        world.close()


main()
