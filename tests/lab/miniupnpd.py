# SPDX-License-Identifier: GPL-3.0-or-later
"""miniupnpd on a router of the laboratory: a real program that opens ports, by PCP, NAT-PMP or UPnP."""
import os
import re
import shutil
import signal
import subprocess

from lab import run, wait_for

PROGRAM = 'miniupnpd'

# The chains that it fills; those of nat.py stay as they are, and let through what was redirected.
CHAINS = '''
    table inet upnp {
        chain miniupnpd {}
        chain prerouting_miniupnpd {}
        chain postrouting_miniupnpd {}
        chain pre { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
        chain post { type nat hook postrouting priority 101; jump postrouting_miniupnpd; }
        chain through { type filter hook forward priority 1; jump miniupnpd; }
    }'''

CONFIG = '''
    ext_ifname=eth0
    listening_ip=lan
    enable_natpmp={pmp}
    enable_upnp={upnp}
    port=5000
    uuid=8d2a6c3e-0f8b-4d0e-9a51-1f3f36b0c5aa
    upnp_table_name=upnp
    upnp_nat_table_name=upnp
    upnp_forward_chain=miniupnpd
    upnp_nat_chain=prerouting_miniupnpd
    upnp_nat_postrouting_chain=postrouting_miniupnpd
    lease_file=
    allow 1024-65535 192.168.0.0/16 1024-65535
    deny 0-65535 0.0.0.0/0 0-65535
    {more}
'''

# It matches the protocol by its place in the packet.
REDIRECTION = re.compile(r'@nh,72,8 (0x6|0x11) th dport (\d+) dnat')
PROTOCOLS = {'0x6': 'tcp', '0x11': 'udp'}


def is_there():
    return shutil.which(PROGRAM) is not None


class Miniupnpd:
    """The daemon on the router of @host."""

    def __init__(self, host, folder, pmp=True, upnp=True, more=''):
        self.host = host
        self.edge = ['ip', 'netns', 'exec', host.edge]
        self.config = os.path.join(folder, 'miniupnpd.conf')
        self.pid_file = os.path.join(folder, 'miniupnpd.pid')
        self.log_path = os.path.join(folder, 'miniupnpd.log')
        self.process = None
        yes = {True: 'yes', False: 'no'}
        with open(self.config, 'w', encoding='utf-8') as file:
            for line in CONFIG.format(pmp=yes[pmp], upnp=yes[upnp], more=more).splitlines():
                file.write(line.strip() + '\n')

    def start(self):
        run(*self.edge, 'nft', '-f', '-', data=CHAINS)
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen([*self.edge, PROGRAM, '-d', '-f', self.config, '-P', self.pid_file],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for('miniupnpd', self._listens, 20)
        return self

    def _listens(self):
        return ':5351' in run(*self.edge, 'ss', '-lun') or ':1900' in run(*self.edge, 'ss', '-lun')

    def announce(self):
        """Has it tell all hosts its address and its clock, as routers do when they start."""
        self.process.send_signal(signal.SIGUSR1)

    def stop(self):
        """Ends it, and all that it had opened is closed."""
        self.process.terminate()
        self.process.wait()
        run(*self.edge, 'nft', 'delete', 'table', 'inet', 'upnp')

    def open_ports(self):
        """What is redirected to hosts inside: {(protocol, port)}."""
        rules = run(*self.edge, 'nft', 'list', 'chain', 'inet', 'upnp', 'prerouting_miniupnpd')
        return {(PROTOCOLS[protocol], int(port)) for protocol, port in REDIRECTION.findall(rules)}

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()
