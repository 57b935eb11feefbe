# SPDX-License-Identifier: GPL-3.0-or-later
"""Reliable UDP beside kernel TCP (CUBIC) on the same paths.  bench-rudp.py PATH-SPEED DELAY-RELAY [CASE]...

Cases: loopback, veth, shaped, loss, beside, limewire. All but the first take network namespaces, and so root.
FILBERT_BENCH_ROUNDS says of how many runs each figure is the median (1)."""
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lab'))

import lab  # noqa: E402
from nodes import bench  # noqa: E402

ROUNDS = int(os.environ.get('FILBERT_BENCH_ROUNDS', '1'))
LINK = 100_000_000 // 8  # bytes a second of the shaped paths
HOSTS = 'one', '25.0.0.1', 'two', '25.0.0.2'


class Path:
    """Two hosts in namespaces and the wire between them; without @rtt_ms a veth pair."""

    def __init__(self, relay, rtt_ms=0, rate=LINK, lost=0.0, queue_ms=None):
        for name in HOSTS[0], HOSTS[2]:
            lab.run('ip', 'netns', 'add', name)
        self.relay = None
        if rtt_ms:
            # A queue as long as the path, as routers are told to have.
            queue = int(rate * max(queue_ms or rtt_ms, 10) / 1000)
            self.relay = lab.Relay(relay)
            self.relay.wire(HOSTS[0], 'eth0', HOSTS[2], 'eth0', delay_us=rtt_ms * 500,
                            shape=(rate, queue, int(lost * 1_000_000)))
        else:
            lab.run('ip', '-n', HOSTS[0], 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0',
                    'netns', HOSTS[2])
        for name, address in HOSTS[:2], HOSTS[2:]:
            lab.run('ip', '-n', name, 'address', 'add', address + '/24', 'dev', 'eth0')
            lab.run('ip', '-n', name, 'link', 'set', 'eth0', 'up')
            lab.run('ip', '-n', name, 'link', 'set', 'lo', 'up')

    def __enter__(self):
        return HOSTS

    def __exit__(self, *exception):
        if self.relay:
            self.relay.end()
        for name in HOSTS[0], HOSTS[2]:
            lab.run('ip', 'netns', 'del', name)


class Bench:
    def __init__(self, path_speed, relay):
        self.path_speed = path_speed
        self.relay = relay

    def start(self, protocol, seconds, hosts=()):
        return subprocess.Popen([self.path_speed, protocol, str(seconds), *hosts], stdout=subprocess.PIPE, text=True)

    @staticmethod
    def end(process):
        """Bytes per second, and CPU seconds of both ends per 10^9 bytes."""
        words = process.communicate()[0].split()
        if process.returncode != 0:
            raise lab.Failure(f'{process.args}: exit {process.returncode}')
        return float(words[0]), float(words[2])

    def measure(self, protocol, seconds, hosts=()):
        runs = [self.end(self.start(protocol, seconds, hosts)) for _ in range(ROUNDS)]
        return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)

    def unshaped(self, name, hosts=()):
        tcp, tcp_cpu = self.measure('tcp', 3, hosts)
        bench(f'{name}-tcp', tcp / 1e6, 'MB/s')
        bench(f'{name}-tcp-cpu', tcp_cpu, 's/GB')
        for protocol in 'rudp', 'rudp-tls':
            speed, cpu = self.measure(protocol, 3, hosts)
            bench(f'{name}-{protocol}', speed / 1e6, 'MB/s')
            bench(f'{name}-{protocol}-cpu', cpu, 's/GB')
            bench(f'{name}-{protocol}-ratio', speed / tcp, 'of-tcp')

    def loopback(self):
        self.unshaped('rudp-loopback')

    def veth(self):
        with Path(self.relay) as hosts:
            self.unshaped('rudp-veth', hosts)

    def shaped(self):
        for rtt_ms in 20, 40, 100:
            with Path(self.relay, rtt_ms) as hosts:
                for protocol in 'tcp', 'rudp':
                    speed, cpu = self.measure(protocol, 20, hosts)
                    bench(f'rudp-shaped-{rtt_ms}ms-{protocol}', speed / LINK * 100, '%-of-link')
                    bench(f'rudp-shaped-{rtt_ms}ms-{protocol}-cpu', cpu, 's/GB')

    def loss(self):
        for rtt_ms in 20, 40, 100:
            with Path(self.relay, rtt_ms, lost=0.005) as hosts:
                tcp, _ = self.measure('tcp', 15, hosts)
                rudp, _ = self.measure('rudp', 15, hosts)
                bench(f'rudp-loss-{rtt_ms}ms-tcp', tcp / 1e6, 'MB/s')
                bench(f'rudp-loss-{rtt_ms}ms-rudp', rudp / 1e6, 'MB/s')
                bench(f'rudp-loss-{rtt_ms}ms-ratio', rudp / tcp, 'of-tcp')

    def beside(self):
        for rtt_ms in 20, 40, 100:
            shares = []
            with Path(self.relay, rtt_ms) as hosts:
                for _ in range(ROUNDS):
                    both = [self.start(protocol, 30, hosts) for protocol in ('tcp', 'rudp')]
                    speeds = [self.end(process)[0] for process in both]
                    shares.append((speeds[1] / sum(speeds), sum(speeds)))
            bench(f'rudp-beside-{rtt_ms}ms', statistics.median(share for share, _ in shares) * 100, '%-of-both')
            both = statistics.median(speed for _, speed in shares)
            bench(f'rudp-beside-{rtt_ms}ms-both', both / LINK * 100, '%-of-link')

    def limewire(self):
        rtt_ms = 50
        with Path(self.relay, rtt_ms) as hosts:
            for protocol in 'limewire-512', 'limewire':
                speed, cpu = self.measure(protocol, 10, hosts)
                bench(f'rudp-{protocol}', speed * rtt_ms / 1000 / 1024, 'KiB-per-round-trip')


def main():
    path_speed, relay, *cases = sys.argv[1:]
    all_benches = Bench(path_speed, relay)
    cases = cases or ['loopback', 'veth', 'shaped', 'loss', 'beside', 'limewire']
    reason = lab.why_not() if os.environ.get(lab.INSIDE) is None and cases != ['loopback'] else None
    if reason:
        print(f'# only over loopback: {reason}')
        cases = ['loopback']
    elif cases != ['loopback']:
        lab.enter()
    for case in cases:
        getattr(all_benches, case)()


main()
