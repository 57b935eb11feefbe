#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures whether each kind of host of the laboratory maps and filters as it says (nat.py), by UDP and TCP.

usage: test-nat.py DELAY-RELAY

An observer with two addresses and two ports on each sees from where packets come and who may answer. All sockets
belong to this process: each lives in the namespace in which it was made.
"""
import errno
import os
import select
import signal
import socket
import sys
import time

import lab
import nat
from lab import Failure
from tap import Suite

OBSERVER, SECOND = '62.99.1.1', '71.99.2.2'
PORTS = 3478, 3479
PLACES = [(address, port) for address in (OBSERVER, SECOND) for port in PORTS]
ONE_WAY_MS = 25
# How long something may take that is expected to happen.
SECONDS = 5


def wait_readable(sock):
    if not select.select([sock], [], [], SECONDS)[0]:
        raise Failure(f'nothing arrived at {sock.getsockname()}')


def received_before(sock, token):
    """What arrived at the UDP socket before @token did: {data: sender}, @token's included."""
    arrived = {}
    while token not in arrived:
        wait_readable(sock)
        data, sender = sock.recvfrom(2048)
        arrived[data] = sender
    return arrived


def connect(sock, place):
    result = sock.connect_ex(place)
    if result not in (0, errno.EINPROGRESS):
        raise OSError(result, os.strerror(result))


def abort(sock):
    """Closes at once, without the wait that would keep the ports taken."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    sock.close()


class Observer:
    """Two addresses with two ports each; the last place is a stranger's to whoever sent to the first one."""

    def __init__(self, network):
        self.host = network.add_host('observer', OBSERVER)
        lab.run('ip', '-n', self.host.namespace, 'address', 'add', f'{SECOND}/32', 'dev', 'eth0')
        self.udp = {place: self.host.socket(socket.SOCK_DGRAM, *place) for place in PLACES}
        self.tcp = {place: self.host.socket(socket.SOCK_STREAM, *place) for place in PLACES}
        for listener in self.tcp.values():
            listener.listen()

    def sees_datagram(self, sock, place):
        token = os.urandom(8)
        sock.sendto(token, place)
        return received_before(self.udp[place], token)[token]

    def sees_connection(self, host, port, place):
        """Connects from @port of @host; returns where that seems to come from, and both ends."""
        sock = host.socket(socket.SOCK_STREAM, port=port)
        connect(sock, place)
        wait_readable(self.tcp[place])
        accepted, peer = self.tcp[place].accept()
        return peer, sock, accepted

    def knocks(self, address, outside):
        """A connection attempt from a port of its own: the observer's ones listen."""
        sock = self.host.socket(socket.SOCK_STREAM, address)
        connect(sock, outside)
        return sock


def mapping_of(seen):
    """RFC 4787 §4.1 from where the observer's places saw one socket."""
    if len(set(seen.values())) == 1:
        return nat.ALL
    return nat.BY_HOST if seen[OBSERVER, PORTS[0]] == seen[OBSERVER, PORTS[1]] else nat.BY_PORT


def filtering_of(by_stranger, by_other_port):
    """RFC 4787 §5 from who else reached a socket that had sent only to the first place."""
    return nat.ALL if by_stranger else nat.BY_HOST if by_other_port else nat.BY_PORT


def check_udp(observer, host):
    """Returns the mapping, the filtering and the ports that the places saw."""
    sock = host.socket(socket.SOCK_DGRAM)
    seen = {place: observer.sees_datagram(sock, place) for place in PLACES}
    fresh = host.socket(socket.SOCK_DGRAM)
    outside = observer.sees_datagram(fresh, PLACES[0])
    # The answer is sent last: when it is here, what did not come before it was kept out.
    for place, token in (PLACES[3], b'stranger'), (PLACES[1], b'other port'), (PLACES[0], b'answer'):
        observer.udp[place].sendto(token, outside)
    arrived = received_before(fresh, b'answer')
    return mapping_of(seen), filtering_of(b'stranger' in arrived, b'other port' in arrived), \
        [where[1] for where in seen.values()]


def free_port(host):
    with host.socket() as sock:
        return sock.getsockname()[1]


def callers(listener):
    """From where connections have arrived by now."""
    found = set()
    while select.select([listener], [], [], 0)[0]:
        accepted, (address, _port) = listener.accept()
        abort(accepted)
        found.add(address)
    return found


def check_tcp(observer, host):
    """Returns the same for TCP."""
    seen, ends = {}, []
    port = free_port(host)
    for place in PLACES:
        seen[place], *both = observer.sees_connection(host, port, place)
        ends += both
    port = free_port(host)
    outside, sock, accepted = observer.sees_connection(host, port, PLACES[0])
    listener = host.socket(port=port)
    listener.listen()
    ends += [sock, accepted, observer.knocks(SECOND, outside), observer.knocks(OBSERVER, outside)]
    # Sent after the knocks: when it is here, and they are not, they were kept out.
    accepted.send(b'answer')
    wait_readable(sock)
    # What was let in answers, and the answer has to be answered before the listener tells.
    if nat.KINDS[host.kind].filtering != nat.BY_PORT:
        wait_readable(listener)
    came = callers(listener)
    for end in ends:
        abort(end)
    return mapping_of(seen), filtering_of(SECOND in came, OBSERVER in came), [where[1] for where in seen.values()]


def check_ports(kind, protocol, ports):
    """What sets the kinds of the same mapping apart."""
    steps = {b - a for a, b in zip(ports, ports[1:])}
    if kind == 'symseq' and steps != {1}:
        raise Failure(f'{protocol}: the ports are not consecutive: {ports}')
    if kind == 'symrandom' and all(abs(step) <= 2 for step in steps):
        raise Failure(f'{protocol}: the ports are not random: {ports}')


def early_packet_moves(observer, host):
    """Whether a packet from outside that comes before the first one to its sender moves the mapping."""
    sock = host.socket(socket.SOCK_DGRAM)
    outside = observer.sees_datagram(sock, PLACES[0])
    observer.udp[PLACES[3]].sendto(b'early', outside)
    observer.udp[PLACES[0]].sendto(b'answer', outside)
    received_before(sock, b'answer')
    return observer.sees_datagram(sock, PLACES[3]) != outside


def check(observer, host):
    wanted = nat.KINDS[host.kind]
    told = []
    for protocol, measure in ('UDP', check_udp), ('TCP', check_tcp):
        mapping, filtering, ports = measure(observer, host)
        if (mapping, filtering) != (wanted.mapping, wanted.filtering):
            raise Failure(f'{protocol}: maps {mapping} and filters {filtering}, ports {ports}; '
                          f'should be {wanted.mapping} and {wanted.filtering}')
        check_ports(host.kind, protocol, ports)
        told.append(f'{protocol} maps {mapping}, filters {filtering}, ports {" ".join(map(str, ports))}')
    if wanted.mapping == nat.ALL and early_packet_moves(observer, host) != (host.kind == 'linuxopen'):
        raise Failure('an early packet ' + ('keeps' if host.kind == 'linuxopen' else 'moves') + ' the mapping')
    return '; '.join(told)


def check_distance(relay):
    """The relay keeps packets back as long as it should, in both directions, and loses none."""
    with lab.Lab(relay, ONE_WAY_MS) as network:
        observer = Observer(network)
        sock = network.add('far', 'linux', '81.20.99.14').socket(socket.SOCK_DGRAM)
        times = []
        for i in range(20):
            begun = time.monotonic()
            outside = observer.sees_datagram(sock, PLACES[0])
            observer.udp[PLACES[0]].sendto(b'%d' % i, outside)
            received_before(sock, b'%d' % i)
            times.append((time.monotonic() - begun) * 1000)
    if min(times) < 2 * ONE_WAY_MS:
        raise Failure(f'there and back in {min(times):.1f} ms')
    return f'there and back in {sorted(times)[len(times) // 2]:.1f} ms'


def check_neighbours(observer):
    """Hosts are no neighbours of each other, of which the kernel bears only so many."""
    shown = observer.host.run('ip', '-4', 'neighbour', 'show', 'dev', 'eth0')
    neighbours = {line.split()[0] for line in shown.splitlines()}
    if neighbours != {lab.ROUTER}:
        raise Failure(f'the observer has the neighbours {neighbours}')


def main():
    suite = Suite()
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    lab.enter()
    # The laboratory is taken down also when the test runner has had enough.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with lab.Lab() as network:
        observer = Observer(network)
        for i, kind in enumerate(nat.KINDS.values()):
            host = network.add(kind.name, kind.name, f'81.20.{i}.14')
            suite.case(f'{kind.name}: {kind.words}', lambda h=host: check(observer, h))
        suite.case('all by way of one router', lambda: check_neighbours(observer))
    suite.case('a wire with delay', lambda: check_distance(sys.argv[1]))
    suite.end()


if __name__ == '__main__':
    main()
