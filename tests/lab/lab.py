# SPDX-License-Identifier: GPL-3.0-or-later
"""A small internet in network namespaces: hosts with public-looking addresses, and hosts behind NAT routers.

Nothing of the machine's own network is touched and nothing leads out: the "internet" is a bridge in a namespace
of its own, and every name carries this process's id, so that laboratories do not meet. Needs root, ip and nft.
"""
import os
import shutil
import subprocess
import time


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
    for tool in 'ip', 'nft', 'setpriv':
        if shutil.which(tool) is None:
            return f'{tool} is not installed'
    name = f'fil{os.getpid()}-probe'
    try:
        run('ip', 'netns', 'add', name)
    except Failure:
        return 'this kernel or container allows no network namespaces'
    try:
        run('ip', 'netns', 'exec', name, 'nft', '-f', '-', data='table ip t { chain c { type nat hook postrouting '
            'priority 100; masquerade; }; }')
        run('ip', '-n', name, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
    except Failure:
        return 'this kernel has no veth pairs or no address translation'
    finally:
        run('ip', 'netns', 'del', name)
    return None


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

    def __init__(self, namespace, address, external):
        self.namespace = namespace
        self.address = address
        self.external = external

    @property
    def is_behind_nat(self):
        return self.address != self.external

    def command(self, *command):
        """The command line that runs @command on this host, in the same process."""
        return ['ip', 'netns', 'exec', self.namespace, *command]

    def run(self, *command, **options):
        return run(*self.command(*command), **options)


class Lab:
    """The internet and its hosts; a context manager that takes everything down again."""

    def __init__(self):
        self.prefix = f'fil{os.getpid()}'
        self.namespaces = []
        self.n_wires = 0
        self.core = self._add_namespace('net')
        run('ip', '-n', self.core, 'link', 'add', 'inet', 'up', 'type', 'bridge')

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.down()

    def down(self):
        for namespace in reversed(self.namespaces):
            subprocess.run(['ip', 'netns', 'del', namespace], check=False)
        self.namespaces = []

    def _add_namespace(self, name):
        namespace = f'{self.prefix}-{name}'
        run('ip', 'netns', 'add', namespace)
        self.namespaces.append(namespace)
        # Else hosts find each other by link-local addresses too.
        run('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1',
            'net.ipv6.conf.default.disable_ipv6=1')
        run('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
        return namespace

    def _wire(self, namespace, to, bridge):
        self.n_wires += 1
        port = f'w{self.n_wires}'
        run('ip', '-n', to, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
        run('ip', '-n', to, 'link', 'set', port, 'master', bridge, 'up')
        run('ip', '-n', namespace, 'link', 'set', 'eth0', 'up')

    def _public(self, name, address):
        namespace = self._add_namespace(name)
        self._wire(namespace, self.core, 'inet')
        run('ip', '-n', namespace, 'address', 'add', f'{address}/32', 'dev', 'eth0')
        # Every address is a neighbour: an internet without routers.
        run('ip', '-n', namespace, 'route', 'add', 'default', 'dev', 'eth0', 'src', address)
        return namespace

    def add_host(self, name, address):
        """A host that everybody can connect to."""
        return Host(self._public(name, address), address, address)

    def add_nat_host(self, name, address, lan='192.168.7'):
        """A host behind a router with @address that hides it and lets in only what answers it."""
        router = self._public(name + '-r', address)
        run('ip', '-n', router, 'link', 'add', 'lan', 'up', 'type', 'bridge')
        run('ip', '-n', router, 'address', 'add', f'{lan}.1/24', 'dev', 'lan')
        inside = ['ip', 'netns', 'exec', router]
        run(*inside, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        run(*inside, 'nft', '-f', '-', data='''
            table ip nat { chain post { type nat hook postrouting priority 100; oifname "eth0" masquerade; }; }
            table ip filter {
                chain in { type filter hook input priority 0; iifname "eth0" ct state new drop; }
                chain through { type filter hook forward priority 0; iifname "eth0" ct state new drop; }
            }''')
        namespace = self._add_namespace(name)
        self._wire(namespace, router, 'lan')
        run('ip', '-n', namespace, 'address', 'add', f'{lan}.2/24', 'dev', 'eth0')
        run('ip', '-n', namespace, 'route', 'add', 'default', 'via', f'{lan}.1')
        return Host(namespace, f'{lan}.2', address)
