# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of hosts of the laboratory: what stands between each of them and the internet.

A router's mapping tells which port outside stands for a port inside: one for all destinations (endpoint-
independent) or a new one for each. Its filtering tells who may answer: everybody, the addresses that were sent
to, or only the ports that were sent to. (RFC 4787 names both.) test-nat.py measures that each kind is what it
says.
"""
import collections

# What a mapping of UDP lives without traffic; one of TCP lives long.
UDP_SECONDS = 60
TCP_SECONDS = 7200

# A mapping for all destinations gives another port than the one inside, so that nobody can do without asking.
PORT_SHIFT = 0x1400

# How a router with consecutive ports numbers them.
FIRST_PORT, N_PORTS = 20000, 4000

ALL, BY_HOST, BY_PORT = 'all', 'by host', 'by port'

Kind = collections.namedtuple('Kind', 'name words is_router mapping filtering')

KINDS = {kind.name: kind for kind in (
    Kind('public', 'a public address', False, ALL, ALL),
    Kind('firewall', 'a public address behind a firewall', False, ALL, BY_PORT),
    Kind('full', 'a full cone', True, ALL, ALL),
    Kind('address', 'an address-restricted cone', True, ALL, BY_HOST),
    Kind('port', 'a port-restricted cone', True, ALL, BY_PORT),
    Kind('symrandom', 'symmetric, ports at random', True, BY_PORT, BY_PORT),
    Kind('symseq', 'symmetric, consecutive ports', True, BY_PORT, BY_PORT),
    Kind('linux', 'Linux masquerade', True, ALL, BY_PORT),
    Kind('linuxopen', 'Linux masquerade without a rule for its own input', True, ALL, BY_PORT),
    Kind('carrier', 'Linux masquerade behind the NAT of a carrier', True, ALL, BY_PORT),
)}

UNASKED = 'iifname "eth0" meta l4proto { tcp, udp } ct state new'


def firewall(interface='eth0'):
    """The nft rules of a host that lets in answers only, by either family."""
    unasked = UNASKED.replace('eth0', interface)
    return f'table inet filter {{ chain in {{ type filter hook input priority 0; {unasked} drop; }}; }}'


_FILTER_KEYS = {
    # filtering: the type of the set, what an outgoing packet puts in, what an incoming one is looked up by
    ALL: ('inet_service', 'th sport', '{port}'),
    BY_HOST: ('inet_service . ipv4_addr', 'th sport . ip daddr', '{port} . ip saddr'),
    BY_PORT: ('inet_service . ipv4_addr . inet_service', 'th sport . ip daddr . th dport',
              '{port} . ip saddr . th sport'),
}


def _cone(filtering, address, inside):
    """One port outside for a port inside. The set "open" remembers what went out, since connection tracking
    knows only answers from where something was sent to."""
    kind, going_out, coming_in = _FILTER_KEYS[filtering]
    port = f'th dport xor {PORT_SHIFT:#x}'
    coming_in = coming_in.format(port=port)
    sets, learn, pre = [], [], []
    for protocol, seconds in ('udp', UDP_SECONDS), ('tcp', TCP_SECONDS):
        sets.append(f'set open_{protocol} {{ type {kind}; flags dynamic,timeout; timeout {seconds}s; size 65535; }}')
        learn.append(f'oifname "eth0" ip saddr {inside} meta l4proto {protocol} '
                     f'update @open_{protocol} {{ {going_out} }};')
        pre.append(f'iifname "eth0" meta l4proto {protocol} {coming_in} @open_{protocol} '
                   f'dnat ip to {inside}:{port};')
    return '\n'.join([*sets, f'chain learn {{ type filter hook postrouting priority 99; {" ".join(learn)} }}',
                      f'chain pre {{ type nat hook prerouting priority -100; {" ".join(pre)} }}',
                      _post(f'snat ip to {address}:th sport xor {PORT_SHIFT:#x}')])


def _post(translation):
    return (f'chain post {{ type nat hook postrouting priority 100; '
            f'oifname "eth0" meta l4proto {{ tcp, udp }} {translation}; oifname "eth0" masquerade; }}')


def _consecutive(address):
    # A map, since a bare number would reach the packet in the byte order of this machine.
    ports = ', '.join(f'{i} : {FIRST_PORT + i}' for i in range(N_PORTS))
    return _post(f'snat ip to {address}:numgen inc mod {N_PORTS} map {{ {ports} }}')


def rules(kind, address, inside):
    """The nft rules of a router of @kind, with @address outside and the one host @inside."""
    if kind in ('full', 'address', 'port'):
        translation = _cone(KINDS[kind].filtering, address, inside)
    elif kind == 'symrandom':
        translation = _post('masquerade random,fully-random')
    elif kind == 'symseq':
        translation = _consecutive(address)
    else:
        translation = _post('masquerade')
    own_input = '' if kind == 'linuxopen' else f'{UNASKED} drop;'
    return f'''
        table ip nat {{
            {translation}
        }}
        table ip filter {{
            chain in {{ type filter hook input priority 0; {own_input} }}
            chain through {{ type filter hook forward priority 0; iifname "eth0" ct state new ct status dnat accept;
                {UNASKED} drop; ct state invalid drop; }}
        }}'''


def expected(downloader, sharer):
    """Whether the kinds of NAT allow bytes to flow between two hosts at all, and how: direct, push, punch or
    unreachable.

    Punching is possible where one side lets in packets from a port that it cannot know beforehand, where both keep
    their ports, and where the port of the side that does not can be foretold. Measured with probes by UDP and TCP
    between all these kinds of routers.
    """
    if sharer == 'public':
        return 'direct'
    if downloader == 'public':
        return 'push'
    kinds = {KINDS[downloader].name, KINDS[sharer].name}
    if kinds & {'full', 'address'}:
        return 'punch'
    if not kinds & {'symrandom', 'symseq'}:
        return 'punch'
    if 'symrandom' in kinds or kinds == {'symseq'}:
        return 'unreachable'
    return 'punch'
