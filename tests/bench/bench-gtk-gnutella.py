# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a large file comes from gtk-gnutella to a node, and from a node to it, on a wire without delay or limit.

    GTK_GNUTELLA=/path/to/gtk-gnutella bench-gtk-gnutella.py FOLDER-OF-FILBERTD [MEGABYTES]

Without a binary, or where there may be no laboratory, it says so and measures nothing.
"""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import lab
import nodes
from lab import Failure, sha1_of, wait_for
from programs import Filbert, GtkGnutella

PORT = 6346
THEIRS, OURS = "24.16.1.10", "66.18.15.12"
BETWEEN_TWO_OF_IT = 4.5 * (1 << 20)  # bytes a second that one gtk-gnutella 1.2.3 fetches from another


def make_file(folder, name, size):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        for i in range(0, size, 1 << 20):
            file.write(i.to_bytes(8, "little") + os.urandom(min(1 << 20, size - i) - 8))
    os.chmod(path, 0o644)
    return sha1_of(path)


def is_offered(host, server, sha1):
    """Whether @server has hashed the file and gives it."""
    with host.socket() as sock:
        sock.settimeout(10)
        sock.connect((server.host.external, server.port))
        sock.sendall((f"HEAD /uri-res/N2R?urn:sha1:{sha1} HTTP/1.1\r\nHost: {server.listen}\r\n"
                      "User-Agent: Laboratory/1.0\r\nConnection: close\r\n\r\n").encode())
        return b" 200 " in sock.recv(4096).split(b"\r\n")[0]


def magnet(server, sha1, size, name):
    return f"magnet:?xt=urn:sha1:{sha1}&xl={size}&dn={name}&xs=http://{server.listen}/uri-res/N2R?urn:sha1:{sha1}"


def tell(name, size, seconds, cpu):
    nodes.bench(name, size / 1e6 / seconds, "MB/s")
    nodes.bench(f"{name}-to-two-of-it", size / seconds / BETWEEN_TWO_OF_IT, "x")
    nodes.bench(f"{name}-cpu", cpu * 1e9 / size, "s/GB")


def we_fetch(ours, theirs, sha1, size):
    wait_for("gtk-gnutella has hashed the file", lambda: is_offered(ours.host, theirs, sha1), 300, 1)
    cpu = nodes.cpu_s(ours.process.pid)
    began = time.monotonic()
    last = ours.get(magnet(theirs, sha1, size, "fetched.bin"), 600)
    seconds = time.monotonic() - began
    if last is None or last["state"] != "done" or sha1_of(last["path"]) != sha1:
        raise Failure(f"the download ended as {last}")
    os.unlink(last["path"])
    tell("from-gtk-gnutella", size, seconds, nodes.cpu_s(ours.process.pid) - cpu)


def they_fetch(ours, theirs, sha1, size):
    path = os.path.join(theirs.complete, "fetched-too.bin")

    wait_for("the node has hashed the file", lambda: is_offered(theirs.host, ours, sha1), 300, 1)
    cpu = nodes.cpu_s(ours.process.pid)
    began = time.monotonic()
    theirs.shell(f'download add "{magnet(ours, sha1, size, "fetched-too.bin")}"')
    wait_for("gtk-gnutella has fetched the file", lambda: os.path.exists(path) and os.path.getsize(path) == size, 900)
    seconds = time.monotonic() - began
    if sha1_of(path) != sha1:
        raise Failure("what it fetched is another file")
    tell("to-gtk-gnutella", size, seconds, nodes.cpu_s(ours.process.pid) - cpu)


def main():
    binary = os.environ.get("GTK_GNUTELLA")
    size = int(sys.argv[2] if len(sys.argv) > 2 else 1000) * 1_000_000
    reason = "GTK_GNUTELLA names no gtk-gnutella binary" if not binary else lab.why_not()

    if reason:
        print(f"nothing measured: {reason}")
        return
    top = lab.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with lab.Lab() as network:
        folders = [os.path.join(top, name) for name in ("theirs", "ours")]
        for folder in folders:
            os.mkdir(folder, 0o755)
        theirs = GtkGnutella(network.add_host("theirs", THEIRS), folders[0], PORT, binary)
        ours = Filbert(network.add_host("ours", OURS), folders[1], PORT, sys.argv[1])
        has, gives = (make_file(program.shared, "large.bin", size) for program in (theirs, ours))
        try:
            theirs.start(True, [THEIRS, OURS])
            ours.start("ultrapeer")
            we_fetch(ours, theirs, has, size)
            they_fetch(ours, theirs, gives, size)
        finally:
            ours.stop()
            theirs.stop()


main()
