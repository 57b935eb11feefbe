# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of the network made of a few lines of Python, which say whatever a test wants them to say."""

import os
import socket
import struct
import threading

from programs import DEADLINE, Deadline, Failed, address, sha1_text

PING, PONG, BYE, QRP, VENDOR, PUSH, QUERY, HIT = 0x00, 0x01, 0x02, 0x30, 0x31, 0x40, 0x80, 0x81


def split_endpoint(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def pack_endpoint(text, port_first=False):
    host, port = split_endpoint(text)
    parts = socket.inet_aton(host), struct.pack("<H", port)
    return parts[1] + parts[0] if port_first else parts[0] + parts[1]


def unpack_endpoint(data):
    return "%s:%d" % (socket.inet_ntoa(data[:4]), struct.unpack("<H", data[4:6])[0])


def message(kind, payload, ttl=1, hops=0, muid=None, size=None):
    return (muid or os.urandom(16)) + struct.pack("<BBBI", kind, ttl, hops,
                                                  len(payload) if size is None else size) + payload


def query(words, flags=0x8000):
    return struct.pack(">H", flags) + words.encode() + b"\0"


def push(guid, endpoint, index=1):
    return guid + struct.pack("<I", index) + pack_endpoint(endpoint)


def cobs(data):
    """Without a zero byte, as an extension among those of a hit's record has to be."""
    return b"".join(bytes([len(part) + 1]) + part for part in data.split(b"\0"))


def hit(endpoint, guid, records, push=False, extension=b""):
    """records: (name as bytes, size, sha1 as text). extension: of each of them."""
    out = bytes([len(records)]) + pack_endpoint(endpoint, port_first=True) + struct.pack("<I", 1000)
    for index, (name, size, sha1) in enumerate(records):
        out += struct.pack("<II", index + 1, size) + name + b"\0urn:sha1:" + sha1.encode()
        out += (b"\x1c" + extension if extension else b"") + b"\0"
    bits = 1 if push else 0
    return out + b"TEST\x02" + bytes([bits, 0x01]) + guid if push else out + b"TEST\x02\x00\x01" + guid


def ggep(*items, is_cobs=False):
    """items: (id, data, whether data is deflated already)."""
    out = b"\xc3"
    for i, (name, data, deflated) in enumerate(items):
        flags = (0x80 if i == len(items) - 1 else 0) | (0x20 if deflated else 0) | len(name)
        if is_cobs:
            flags |= 0x40
            data = cobs(data)
        length = len(data)
        digits = [0x40 | length & 0x3f]
        while length > 0x3f:
            length >>= 6
            digits.insert(0, 0x80 | length & 0x3f)
        out += bytes([flags]) + name + bytes(digits) + data
    return out


class Link:
    """One connection that speaks the overlay's protocol."""

    def __init__(self, sock, guid, headers):
        self.sock = sock
        self.guid = guid
        self.headers = headers  # of the other side, in lower case
        self.buffer = b""

    def send(self, kind, payload, **header):
        self.sock.sendall(message(kind, payload, **header))

    def read_message(self, deadline):
        """(kind, ttl, hops, muid, payload), or None when the other side has closed."""
        while True:
            if len(self.buffer) >= 23:
                kind, ttl, hops, size = struct.unpack("<BBBI", self.buffer[16:23])
                if len(self.buffer) >= 23 + size:
                    muid, payload = self.buffer[:16], self.buffer[23 : 23 + size]
                    self.buffer = self.buffer[23 + size :]
                    return kind, ttl, hops, muid, payload
            if deadline.over():
                raise Failed("no message came")
            self.sock.settimeout(deadline.left() or 0.001)
            try:
                more = self.sock.recv(65536)
            except socket.timeout:
                raise Failed("no message came") from None
            except ConnectionError:
                return None
            if not more:
                return None
            self.buffer += more

    def read_until(self, test, seconds=DEADLINE):
        """The first message that test() takes; pings on the way are answered."""
        deadline = Deadline(seconds)
        while True:
            found = self.read_message(deadline)
            if found is None:
                raise Failed("the link was closed")
            kind, ttl, hops, muid, payload = found
            if kind == PING and ttl == 1:
                self.send(PONG, struct.pack("<H4sII", 0, socket.inet_aton("127.0.0.0"), 0, 1), muid=muid)
            if test(found):
                return found

    def wait_closed(self, seconds=DEADLINE):
        """Reads until the other side closes; returns the messages that came before."""
        deadline = Deadline(seconds)
        messages = []
        while True:
            found = self.read_message(deadline)
            if found is None:
                return messages
            messages.append(found)

    def answers(self, seconds=DEADLINE):
        """Whether the other side is alive: it answers a ping."""
        muid = os.urandom(16)
        self.send(PING, b"", muid=muid)
        self.read_until(lambda m: m[0] == PONG and m[3] == muid, seconds)
        return True

    def close(self):
        self.sock.close()


def read_head(sock, seconds=DEADLINE):
    """The lines of a head, byte by byte so that nothing behind it is taken."""
    sock.settimeout(seconds)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            raise Failed("closed in the middle of a head: %r" % head)
        head += byte
    lines = head.decode("latin-1").split("\r\n")
    headers = dict((line.split(":", 1)[0].lower(), line.split(":", 1)[1].strip()) for line in lines[1:] if ":" in line)
    return lines[0], headers


def read_reply(sock, is_head=False):
    """The status, the headers and the body of a reply with a length."""
    line, headers = read_head(sock)
    body = b""
    while not is_head and len(body) < int(headers["content-length"]):
        piece = sock.recv(int(headers["content-length"]) - len(body))
        if not piece:
            raise Failed("closed in the middle of a body: %s" % line)
        body += piece
    return int(line.split(" ")[1]), headers, body


def our_headers(guid, ultrapeer, extra=""):
    return ("User-Agent: Test/1.0\r\nX-Ultrapeer: %s\r\nX-Query-Routing: 0.1\r\n"
            "X-Ultrapeer-Query-Routing: 0.1\r\nX-Dynamic-Querying: 0.1\r\nX-Degree: 32\r\nX-Max-TTL: 4\r\n"
            "GGEP: 0.5\r\nVendor-Message: 0.2\r\nBye-Packet: 0.1\r\nGUID: %s\r\n%s" % (
                "True" if ultrapeer else "False", guid.hex(), extra))


def connect(listen, ultrapeer=False, guid=None, source=None, final=""):
    """A link to a node, as a leaf or as an ultrapeer. final: headers of our last group."""
    guid = guid or os.urandom(16)
    sock = socket.create_connection(split_endpoint(listen), DEADLINE, (source or address(), 0))
    sock.sendall(("GNUTELLA CONNECT/0.6\r\n%s\r\n" % our_headers(guid, ultrapeer)).encode())
    line, headers = read_head(sock)
    if not line.startswith("GNUTELLA/0.6 200"):
        sock.close()
        raise Failed("refused: " + line)
    sock.sendall(("GNUTELLA/0.6 200 OK\r\n%s\r\n" % final).encode())
    return Link(sock, guid, headers)


class Host:
    """An ultrapeer that is also a source of files: takes connections on an address of its own.

    answer_query(link, muid, words): called for each query.
    serve(sock, line, headers): called for each HTTP request; returns whether the connection goes on.
    """

    def __init__(self, try_hosts=None):
        self.guid = os.urandom(16)
        self.files = {}       # sha1 → content
        self.requests = []    # (first line, headers) of every HTTP request
        self.queries = []
        self.pushes = []      # (GUID, who is to be called) of every PUSH
        self.handshakes = []
        self.links = []
        self.answer_query = lambda link, muid, words: None
        self.serve = self.serve_right
        self.refuse_with = None  # X-Try-Ultrapeers of a refusal
        self.changed = threading.Condition()
        self.socks = set()
        self.listener = socket.create_server((address(), 0), backlog=64)
        self.listen = "%s:%d" % self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def add(self, content):
        self.files[sha1_text(content)] = content
        return self

    def magnet(self, content, name, others=(), size=None):
        """A link to a file of this host and others; size: what it claims, 0 for nothing."""
        sha1 = sha1_text(content)
        size = len(content) if size is None else size
        sources = "".join("&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (host.listen, sha1) for host in (self, *others))
        return "magnet:?xt=urn:sha1:%s&dn=%s%s%s" % (sha1, name, "&xl=%d" % size if size else "", sources)

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.socks.add(sock)
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock):
        try:
            line, headers = read_head(sock)
            if line.startswith("GNUTELLA CONNECT/"):
                self._link(sock, headers)
            while line.split(" ")[0] in ("GET", "HEAD"):
                self._note(self.requests, (line, headers))
                if not self.serve(sock, line, headers):
                    break
                line, headers = read_head(sock)
        except (OSError, Failed):
            pass
        finally:
            sock.close()

    def _note(self, where, what):
        with self.changed:
            where.append(what)
            self.changed.notify_all()

    def wait(self, what, test, seconds=DEADLINE):
        deadline = Deadline(seconds)
        with self.changed:
            while not test():
                if deadline.over():
                    raise Failed("not seen: " + what)
                self.changed.wait(deadline.left())

    def _link(self, sock, headers):
        self._note(self.handshakes, headers)
        if self.refuse_with is not None:
            sock.sendall(("GNUTELLA/0.6 503 Full\r\nUser-Agent: Test/1.0\r\nX-Try-Ultrapeers: %s\r\n\r\n"
                          % self.refuse_with).encode())
            return
        sock.sendall(("GNUTELLA/0.6 200 OK\r\n%s\r\n" % our_headers(
            self.guid, True, "X-Ultrapeer-Needed: False\r\n")).encode())
        line, _ = read_head(sock)
        if not line.startswith("GNUTELLA/0.6 200"):
            return
        link = Link(sock, self.guid, headers)
        self._note(self.links, link)
        while True:
            found = link.read_until(lambda m: m[0] in (QUERY, PUSH), 24 * 3600)
            if found[0] == PUSH:
                self._note(self.pushes, (found[4][:16], unpack_endpoint(found[4][20:26])))
                continue
            words = found[4][2:].split(b"\0", 1)[0].decode(errors="replace")
            self._note(self.queries, words)
            self.answer_query(link, found[3], words)

    # Ways to serve

    def wanted(self, line):
        return self.files.get(line.split("urn:sha1:")[1].split(" ")[0]) if "urn:sha1:" in line else None

    @staticmethod
    def range_of(headers, content):
        value = headers.get("range", "bytes=0-").split("=")[1]
        first, last = value.split("-")
        return int(first), int(last) if last else len(content) - 1

    @classmethod
    def head_of(cls, first, last, total, extra=""):
        return ("HTTP/1.1 206 Partial Content\r\nServer: Test/1.0\r\nContent-Length: %d\r\n"
                "Content-Range: bytes %d-%d/%d\r\nContent-Type: application/octet-stream\r\n%s\r\n" % (
                    last - first + 1, first, last, total, extra)).encode()

    def serve_right(self, sock, line, headers):
        content = self.wanted(line)
        if content is None:
            sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        first, last = self.range_of(headers, content)
        last = min(last, len(content) - 1)
        sock.sendall(self.head_of(first, last, len(content)) + content[first : last + 1])
        return True

    def serve_wrong(self, sock, line, headers):
        """The right lengths, the wrong bytes."""
        content = self.wanted(line)
        first, last = self.range_of(headers, content)
        last = min(last, len(content) - 1)
        wrong = bytes(byte ^ 0x55 for byte in content[first : last + 1])
        sock.sendall(self.head_of(first, last, len(content)) + wrong)
        return True

    def close(self):
        self.listener.close()
        for sock in list(self.socks):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
