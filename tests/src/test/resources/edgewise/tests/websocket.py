"""Plays RFC 6455 frames, made by hand, to /ws, which sends them back.  usage: websocket.py PORT SOCKET-FILE LARGE-FILE"""

import base64
import hashlib
import os
import socket
import struct
import sys

PORT, SOCKET = int(sys.argv[1]), sys.argv[2]
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def same(expected, found):
    if expected != found:
        raise AssertionError(f"not {expected!r:.200} but {found!r:.200}")


def tcp():
    return socket.create_connection(("127.0.0.1", PORT), timeout=20)


def unix():
    dialled = socket.socket(socket.AF_UNIX)
    dialled.settimeout(20)
    dialled.connect(SOCKET)
    return dialled


class WebSocket:
    """Opened by the handshake of section 4.1."""

    def __init__(self, dial):
        self.socket = dial()
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n"
        )
        same(b"HTTP/1.1 101 Switching Protocols\r\n", self.stream.readline())
        fields = dict(iter(lambda: self.stream.readline().strip().lower().partition(b": ")[::2], (b"", b"")))
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        same(accept.lower(), fields[b"sec-websocket-accept"])

    def send(self, opcode, payload, final=True, masked=True, reserved=0):
        size = len(payload)
        short = size if size < 126 else 126 if size < 1 << 16 else 127
        head = bytes([final << 7 | reserved << 4 | opcode, masked << 7 | short])
        head += struct.pack(">H", size) if short == 126 else struct.pack(">Q", size) if short == 127 else b""
        if masked:
            mask = os.urandom(4)
            pad = (mask * (size // 4 + 1))[:size]
            mixed = int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")
            head, payload = head + mask, mixed.to_bytes(size, "big")
        self.socket.sendall(head + payload)

    def receive(self):
        """The next frame: opcode, payload, whether it is final. A server masks nothing."""
        first, size = self.stream.read(2)
        if size > 125:
            size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
        return first & 0x7F, self.stream.read(size), first >> 7 == 1

    def echo(self, opcode, payload):
        self.send(opcode, payload)
        same((opcode, payload, True), self.receive())

    def ended(self, code):
        """The other side has closed with that code, and sends nothing more."""
        opcode, payload, final = self.receive()
        same((CLOSE, code, True), (opcode, int.from_bytes(payload[:2], "big"), final))
        same(b"", self.stream.read())
        self.socket.close()


def talk(dial):
    web = WebSocket(dial)
    web.echo(TEXT, "h\u00e9llo".encode())
    for size in (0, 1, 125, 126, 127, 65535, 65536, (1 << 20) - 1, 1 << 20):
        web.echo(BINARY, os.urandom(size))
    # A message in three parts, a ping between them: section 5.4. The parts come back as they are.
    web.send(TEXT, b"one ", final=False)
    web.send(CONTINUED, b"two ", final=False)
    web.send(PING, b"are you there?")
    web.send(CONTINUED, b"three")
    same((TEXT, b"one ", False), web.receive())
    same((CONTINUED, b"two ", False), web.receive())
    same((PONG, b"are you there?", True), web.receive())
    same((CONTINUED, b"three", True), web.receive())
    # Many at once, which are read only after all have been sent.
    for i in range(200):
        web.send(BINARY, bytes([i]) * 200)
    for i in range(200):
        same((BINARY, bytes([i]) * 200, True), web.receive())
    web.send(CLOSE, struct.pack(">H", 1000) + b"bye")
    web.ended(1000)


def refused(dial, code, opcode, payload, **how):
    web = WebSocket(dial)
    web.send(opcode, payload, **how)
    web.ended(code)


for dial in tcp, unix:
    talk(dial)
    refused(dial, 1002, TEXT, b"plain", masked=False)
    refused(dial, 1002, TEXT, b"compressed", reserved=4)
    refused(dial, 1002, 3, b"unknown")
    refused(dial, 1002, PING, b"x" * 126)
    refused(dial, 1002, PING, b"", final=False)
    refused(dial, 1002, CONTINUED, b"of nothing")
    refused(dial, 1009, BINARY, b"x" * ((1 << 20) + 1))

print("ok")
