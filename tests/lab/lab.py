# SPDX-License-Identifier: GPL-3.0-or-later
"""A small internet in network namespaces: hosts with public-looking addresses, and hosts behind NAT routers.

Nothing of the machine's own network is touched and nothing leads out: the "internet" is a router with one bridge, in
a namespace of its own. A laboratory has its own table of processes, list of namespaces and place for files, so that
laboratories do not meet, and with its first process everything goes, however that ended. Needs root.
"""
import base64
import ctypes
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import nat

NETNS = '/run/netns'
CLONE_NEWNET = 0x40000000
# Stands between all hosts that have IPv4. The neighbours of all namespaces share one table of the kernel with 1024
# places, which a laboratory fills in which every host is a neighbour of every other one.
ROUTER, ROUTER_MAC = '192.0.0.1', '02:00:00:00:00:01'
INSIDE = 'FILBERT_LAB_INSIDE'
TOOLS = 'conntrack', 'ip', 'mount', 'nft', 'setpriv', 'sysctl', 'unshare'

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """A command or an expectation failed; the text says which."""


def run(*command, data=None, timeout=30):
    """Runs a command to its end and returns what it wrote; Failure when it fails."""
    done = subprocess.run(command, input=data, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise Failure(f'{" ".join(command)}: exit {done.returncode}: {(done.stderr or done.stdout).strip()}')
    return done.stdout


def why_not():
    """Why this machine cannot have a laboratory, or None."""
    if os.geteuid() != 0:
        return 'network namespaces need root'
    for tool in TOOLS:
        if shutil.which(tool) is None:
            return f'{tool} is not installed'
    script = f"""mount -t tmpfs lab {NETNS} && ip netns add probe && ip -n probe link add v0 type veth peer name v1 &&
        echo 'table ip t {{ chain c {{ type nat hook postrouting priority 100; masquerade; }}; }}' |
        ip netns exec probe nft -f - && ip netns exec probe conntrack -L"""
    os.makedirs(NETNS, exist_ok=True)
    try:
        run(*ALONE, 'sh', '-c', script)
    except Failure as error:
        return f'this kernel or container allows no laboratory: {str(error).splitlines()[-1]}'
    return None


# A private table of processes and of mounts, which end with the program: not even SIGKILL leaves anything behind.
ALONE = ['unshare', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']


def enter():
    """Begins this program again where its processes, namespaces and files cannot be left behind. Returns the
    folder for its files. To be called first, when why_not() has nothing against it."""
    if os.environ.get(INSIDE) is None:
        os.environ[INSIDE] = '1'
        os.execvp(ALONE[0], [*ALONE, sys.executable, *sys.argv])
    del os.environ[INSIDE]
    run('mount', '-t', 'tmpfs', 'lab', NETNS)
    # libfaketime's memory there is named by process numbers, which are the same in every laboratory.
    run('mount', '-t', 'tmpfs', 'lab', '/dev/shm')
    top = tempfile.mkdtemp(prefix='files-', dir=NETNS)
    os.chmod(NETNS, 0o755)
    os.chmod(top, 0o711)
    return top


def sha1_of(path):
    """Of a file, as links tell it."""
    with open(path, 'rb') as file:
        return base64.b32encode(hashlib.sha1(file.read()).digest()).decode()


def wait_for(what, probe, seconds=60, every=0.25):
    """Asks probe() until its answer is true, and returns it; Failure names what was waited for."""
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f'{what}: not within {seconds} s')
        time.sleep(every)


class Host:
    """A host of the laboratory. @address is where it lives, @external how others see it."""

    def __init__(self, namespace, address, external, kind='public', edge=None):
        self.namespace = namespace
        self.address = address
        self.external = external
        self.kind = kind
        self.edge = edge or namespace

    @property
    def is_behind_nat(self):
        return self.address != self.external

    def command(self, *command):
        """The command line that runs @command on this host, in the same process."""
        return ['ip', 'netns', 'exec', self.namespace, *command]

    def run(self, *command, **options):
        return run(*self.command(*command), **options)

    def socket(self, kind=socket.SOCK_STREAM, address='0.0.0.0', port=0):
        """A socket of this process that lives on this host, bound and not blocking."""
        here = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        there = os.open(os.path.join(NETNS, self.namespace), os.O_RDONLY)
        try:
            _setns(there)
            made = socket.socket(socket.AF_INET, kind)
        finally:
            _setns(here)
            os.close(here)
            os.close(there)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.setblocking(False)
        made.bind((address, port))
        return made


def _setns(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


class Relay:
    """The process that keeps every packet back for a while (delay-relay.c)."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wire(self, *ends, delay_us, shape=()):
        """@shape: bytes a second, bytes of the queue before it, losses in a million."""
        self.process.stdin.write(' '.join([*ends, str(delay_us), *map(str, shape)]) + '\n')
        self.process.stdin.flush()
        if self.process.stdout.readline() != 'ready\n':
            raise Failure(f'no wire between {ends}')

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Lab:
    """The internet and its hosts; a context manager that takes everything down again.

    With @relay, the path of delay-relay, and @one_way_ms, a packet needs that long from any host to any other.
    """

    def __init__(self, relay=None, one_way_ms=0):
        self.namespaces = []
        self.n_wires = 0
        self.n_routers = 0
        self.delay_us = one_way_ms * 1000 // 2
        self.relay = Relay(relay) if self.delay_us else None
        self.core = self._add_namespace('net')
        run('ip', '-n', self.core, 'link', 'add', 'inet', 'address', ROUTER_MAC, 'up', 'type', 'bridge')
        run('ip', '-n', self.core, 'address', 'add', f'{ROUTER}/32', 'dev', 'inet')
        run('ip', '-n', self.core, 'route', 'add', 'default', 'dev', 'inet')
        run('ip', 'netns', 'exec', self.core, 'sysctl', '-qw', 'net.ipv4.ip_forward=1',
            'net.ipv4.conf.all.send_redirects=0', 'net.ipv4.conf.inet.send_redirects=0')

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.down()

    def down(self):
        if self.relay:
            self.relay.end()
            self.relay = None
        for namespace in reversed(self.namespaces):
            subprocess.run(['ip', 'netns', 'del', namespace], check=False)
        self.namespaces = []

    def _add_namespace(self, name):
        run('ip', 'netns', 'add', name)
        self.namespaces.append(name)
        # Else hosts find each other by link-local addresses too.
        run('ip', 'netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1',
            'net.ipv6.conf.default.disable_ipv6=1')
        run('ip', '-n', name, 'link', 'set', 'lo', 'up')
        return name

    def _wire(self, namespace, to, bridge, delay_us=0, end='eth0'):
        self.n_wires += 1
        port = f'w{self.n_wires}'
        if delay_us:
            self.relay.wire(namespace, end, to, port, delay_us=delay_us)
        else:
            run('ip', '-n', to, 'link', 'add', port, 'type', 'veth', 'peer', 'name', end, 'netns', namespace)
        run('ip', '-n', to, 'link', 'set', port, 'master', bridge, 'up')
        run('ip', '-n', namespace, 'link', 'set', end, 'up')

    def _public(self, name, address):
        namespace = self._add_namespace(name)
        self._wire(namespace, self.core, 'inet', self.delay_us)
        if ':' in address:
            self._set_address6(namespace, address)
        else:
            self._set_address(namespace, address)
        return namespace

    @staticmethod
    def _set_address6(namespace, address, end='eth0'):
        run('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', f'net.ipv6.conf.{end}.disable_ipv6=0',
            'net.ipv6.conf.lo.disable_ipv6=0')
        run('ip', '-n', namespace, '-6', 'address', 'add', f'{address}/128', 'nodad', 'dev', end)
        run('ip', '-n', namespace, '-6', 'route', 'replace', 'default', 'dev', end, 'src', address)

    @staticmethod
    def _set_address(namespace, address):
        run('ip', '-n', namespace, 'address', 'flush', 'dev', 'eth0')
        run('ip', '-n', namespace, 'address', 'add', f'{address}/32', 'dev', 'eth0')
        Lab._set_route(namespace, address)

    @staticmethod
    def _set_route(namespace, address):
        run('ip', '-n', namespace, 'route', 'replace', 'default', 'via', ROUTER, 'dev', 'eth0', 'onlink', 'src', address)

    def add_host(self, name, address, kind='public'):
        """A host with an address of its own, of either family: that everybody can connect to, or behind a firewall."""
        host = Host(self._public(name, address), address, address, kind)
        if kind == 'firewall':
            host.run('nft', '-f', '-', data=nat.firewall())
        return host

    def give_ipv6(self, host, address, kind='public'):
        """An address of that family as well, past whatever translates the other one."""
        self._wire(host.namespace, self.core, 'inet', self.delay_us, 'eth6')
        self._set_address6(host.namespace, address, 'eth6')
        if kind == 'firewall':
            host.run('nft', '-f', '-', data=nat.firewall('eth6'))

    def _route(self, router, kind, address, lan):
        """Makes @router one of @kind whose LAN is @lan; @address is its own one outside."""
        inside = f'{lan}.2'
        run('ip', '-n', router, 'link', 'add', 'lan', 'up', 'type', 'bridge')
        run('ip', '-n', router, 'address', 'add', f'{lan}.1/24', 'dev', 'lan')
        run('ip', 'netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1',
            f'net.netfilter.nf_conntrack_udp_timeout={nat.UDP_SECONDS}',
            f'net.netfilter.nf_conntrack_udp_timeout_stream={nat.UDP_SECONDS}')
        run('ip', 'netns', 'exec', router, 'nft', '-f', '-', data=nat.rules(kind, address, inside))
        return inside

    def _behind(self, name, router, lan):
        namespace = self._add_namespace(name)
        self._wire(namespace, router, 'lan')
        run('ip', '-n', namespace, 'address', 'add', f'{lan}.2/24', 'dev', 'eth0')
        run('ip', '-n', namespace, 'route', 'add', 'default', 'via', f'{lan}.1')
        return namespace

    def add_nat_host(self, name, address, kind='linux'):
        """A host behind a router of @kind (nat.py) with @address."""
        self.n_routers += 1
        lan = f'192.168.{self.n_routers}'
        edge = self._public(name + '-r', address)
        router = edge
        if kind == 'carrier':
            inside = self._route(edge, 'port', address, f'100.64.{self.n_routers}')
            router = self._behind(name + '-h', edge, f'100.64.{self.n_routers}')
            self._route(router, 'linux', inside, lan)
        else:
            self._route(edge, kind, address, lan)
        return Host(self._behind(name, router, lan), f'{lan}.2', address, kind, edge)

    def add(self, name, kind, address):
        """A host of that @kind."""
        if nat.KINDS[kind].is_router:
            return self.add_nat_host(name, address, kind)
        return self.add_host(name, address, kind)

    # What happens to hosts

    @staticmethod
    def plug(host, is_up):
        """Pulls the wire to the internet, or plugs it in again."""
        run('ip', '-n', host.edge, 'link', 'set', 'eth0', 'up' if is_up else 'down')
        if is_up:
            Lab._set_route(host.edge, host.external)

    @staticmethod
    def forget(host):
        """Its router forgets every mapping, as one that was switched off and on."""
        for table in re.findall(r'set (\w+)', run('ip', 'netns', 'exec', host.edge, 'nft', 'list', 'sets', 'ip')):
            run('ip', 'netns', 'exec', host.edge, 'nft', 'flush', 'set', 'ip', 'nat', table)
        run('ip', 'netns', 'exec', host.edge, 'conntrack', '-F')

    def move(self, host, address):
        """The host, or its router, gets another address, as from a provider every night."""
        if host.is_behind_nat:
            run('ip', 'netns', 'exec', host.edge, 'nft', 'flush', 'ruleset')
        else:
            host.address = address
        self._set_address(host.edge, address)
        host.external = address
        if host.is_behind_nat:
            inside = run('ip', '-n', host.edge, '-br', '-4', 'address', 'show', 'dev', 'lan').split()[2]
            inside = inside.rsplit('.', 1)[0] + '.2'
            kind = 'port' if host.kind == 'carrier' else host.kind
            run('ip', 'netns', 'exec', host.edge, 'nft', '-f', '-', data=nat.rules(kind, address, inside))
        run('ip', 'netns', 'exec', host.edge, 'conntrack', '-F')
