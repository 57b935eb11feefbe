# SPDX-License-Identifier: GPL-3.0-or-later
"""What uploads cost: a file to curl beside nginx with sendfile in the same run, the same over TLS, handshakes, and
many uploads at a time.  bench-upload.py DIRECTORY-OF-THE-PROGRAMS [plain|tls|handshakes|parallel]..."""

import contextlib
import pathlib
import selectors
import shutil
import socket
import ssl
import subprocess
import sys
import time
from statistics import median as middle

import nodes

FILE_BYTES = 1_000_000_000
N_HANDSHAKES = 1000
N_PARALLEL = 200
RATE_EACH = 1_000_000
SECONDS = 10

# One process, so that what it costs is easily told.
NGINX_CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {folder}/nginx-temp;
  proxy_temp_path {folder}/nginx-temp;
  fastcgi_temp_path {folder}/nginx-temp;
  uwsgi_temp_path {folder}/nginx-temp;
  scgi_temp_path {folder}/nginx-temp;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def does_listen(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


@contextlib.contextmanager
def nginx(world, root):
    """Yields the process and its port; None when there is no nginx."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        yield None
        return
    port = free_port()
    config = world.folder / "nginx.conf"
    config.write_text(NGINX_CONFIG.format(folder=world.folder, root=root, port=port))
    process = subprocess.Popen([binary, "-p", world.folder, "-e", world.folder / "nginx-error.log", "-c", config],
                               stdin=subprocess.DEVNULL)
    try:
        nodes.wait_for(lambda: does_listen(port) or process.poll() is not None, "nginx to listen")
        if process.poll() is not None:
            sys.exit(f"nginx did not start: {(world.folder / 'nginx-error.log').read_text()}")
        yield process, port
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def sharer(world):
    """Yields a node that shares one large file, and where that file is on it."""
    folder = nodes.share(world, "walnut", FILE_BYTES)
    with world.node("--share", folder, name="sharer") as node:
        nodes.wait_for(lambda: node.status()["shared_files"] == 1 and node.status()["hashing"] == 0,
                       "the file to be hashed", 300)
        yield node, folder, f"/uri-res/N2R?urn:sha1:{node.ctl('library')[0]['sha1']}"


def fetch(url, *options):
    """Fetches to nowhere; returns the seconds."""
    began = time.monotonic()
    subprocess.run(["curl", "--silent", "--fail", *options, "--output", "/dev/null", url], check=True)
    return time.monotonic() - began


def cost_of(pid, work):
    before = nodes.cpu_s(pid)
    seconds = work()
    return seconds, (nodes.cpu_s(pid) - before) * 1e9 / FILE_BYTES


def plain(world, node, folder, target):
    ours, theirs, ratios = [], [], []
    name = next(folder.iterdir()).name.replace(" ", "%20")

    with nginx(world, folder) as other:
        for _ in range(nodes.ROUNDS):
            ours.append(cost_of(node.pid, lambda: fetch(f"http://127.0.0.1:{node.port()}{target}")))
            if other is not None:
                process, port = other
                theirs.append(cost_of(process.pid, lambda: fetch(f"http://127.0.0.1:{port}/{name}")))
                ratios.append(ours[-1][0] / theirs[-1][0])
    nodes.bench("upload-1GB", middle(run[0] for run in ours), "s")
    nodes.bench("upload-cpu", middle(run[1] for run in ours), "s/GB")
    if not theirs:
        print("no nginx here: nothing to compare with")
        return
    nodes.bench("nginx-1GB", middle(run[0] for run in theirs), "s")
    nodes.bench("nginx-cpu", middle(run[1] for run in theirs), "s/GB")
    nodes.bench("upload-to-nginx", middle(ratios), "x")


def tls(world, node, folder, target):
    url = f"https://127.0.0.1:{node.port()}{target}"
    runs = [cost_of(node.pid, lambda: fetch(url, "--insecure")) for _ in range(nodes.ROUNDS)]

    nodes.bench("upload-tls", FILE_BYTES / 1e6 / middle(run[0] for run in runs), "MB/s")
    nodes.bench("upload-tls-cpu", middle(run[1] for run in runs), "s/GB")


def handshakes(world, node, folder, target):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    port = node.port()
    rates = []

    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    cpu = node.cpu_s()
    for _ in range(nodes.ROUNDS):
        began = time.monotonic()
        for _ in range(N_HANDSHAKES):
            with context.wrap_socket(socket.create_connection(("127.0.0.1", port))):
                pass
        rates.append(N_HANDSHAKES / (time.monotonic() - began))
    nodes.bench("upload-tls-handshakes", middle(rates), "1/s")
    nodes.bench("upload-tls-handshake-cpu", (node.cpu_s() - cpu) * 1000 / (nodes.ROUNDS * N_HANDSHAKES), "ms")


class Readers:
    """Many who fetch the same file, each from an address of its own, and count what they get."""

    def __init__(self, port, target, n):
        self.selector = selectors.DefaultSelector()
        self.got = [0] * n
        self.sockets = []
        for i in range(n):
            reader = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.{1 + i // 200}.{1 + i % 200}", 0))
            reader.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Reader/1\r\n\r\n".encode())
            reader.setblocking(False)
            self.selector.register(reader, selectors.EVENT_READ, i)
            self.sockets.append(reader)

    def read_for(self, seconds):
        """Returns what each one got."""
        before = list(self.got)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                data = key.fileobj.recv(1 << 18)
                if not data or (self.got[key.data] == 0 and not data.startswith(b"HTTP/1.1 200")):
                    sys.exit(f"an upload ended: {data[:200]!r}")
                self.got[key.data] += len(data)
        return [now - then for now, then in zip(self.got, before)]

    def close(self):
        for reader in self.sockets:
            reader.close()


def parallel(world, node, folder, target):
    node.ctl("set", "upload-slots", str(N_PARALLEL))
    node.ctl("set", "upload-limit-each", str(RATE_EACH))
    before = node.memory_kb()[1]
    readers = Readers(node.port(), target, N_PARALLEL)
    readers.read_for(2)
    cpu = node.cpu_s()
    each = [readers.read_for(1) for _ in range(SECONDS)]
    cpu = node.cpu_s() - cpu
    grown = (node.memory_kb()[1] - before) / 1024
    readers.close()
    nodes.bench("uploads-parallel", sum(map(sum, each)) / SECONDS / 1e6, "MB/s")
    nodes.bench("uploads-parallel-slowest", min(map(sum, zip(*each))) / SECONDS / 1e6, "MB/s")
    nodes.bench("uploads-parallel-slowest-second", min(map(min, each)) / 1e6, "MB/s")
    nodes.bench("uploads-parallel-fastest-second", max(map(max, each)) / 1e6, "MB/s")
    nodes.bench("uploads-parallel-cpu", cpu / SECONDS, "cores")
    nodes.bench("uploads-parallel-rss-anon", grown, "MB")


MEASUREMENTS = {"plain": plain, "tls": tls, "handshakes": handshakes, "parallel": parallel}


def main():
    world = nodes.World(pathlib.Path(sys.argv[1]))

    try:
        with sharer(world) as shared:
            for name in sys.argv[2:] or MEASUREMENTS:
                MEASUREMENTS[name](world, *shared)
    finally:
        world.close()


main()
