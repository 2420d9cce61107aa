"""A disk whose power can be cut: what the guest wrote and did not flush is lost, or not, block by block.

Serves one raw image to QEMU over the NBD protocol (fixed newstyle handshake, simple replies) on a Unix socket. A write is
answered at once but stays in memory until FLUSH, or FUA, as in the cache of a real disk. Killing QEMU alone loses nothing:
the host's page cache keeps what the guest's disk would have forgotten. Offsets and lengths are whole sectors: the guest's block
layer sends no others.
"""

import os
import socket
import struct
import threading

SECTOR = 512
# What a disk writes whole or not at all: file systems count on 4 KiB, and a torn superblock is the disk's fault, not ours.
SECTORS_A_BLOCK = 8

INIT_MAGIC, OPTION_MAGIC, OPTION_REPLY_MAGIC = 0x4E42444D41474943, 0x49484156454F5054, 0x3E889045565A9
REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
FIXED_NEWSTYLE, NO_ZEROES = 1, 2
HAS_FLAGS, SEND_FLUSH, SEND_FUA = 1, 4, 8
OPT_EXPORT_NAME, OPT_ABORT, OPT_INFO, OPT_GO = 1, 2, 6, 7
REP_ACK, REP_INFO, REP_ERR_UNSUP, INFO_EXPORT = 1, 3, 0x80000001, 0
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
FUA = 1
EINVAL = 22


class Disk:
    """An image behind a volatile cache. `random` decides what survives a cut, so that its seed replays one."""

    def __init__(self, image, socket_path, random):
        self.random = random
        self.socket_path = socket_path
        self.lost_blocks = 0
        self._file = os.open(image, os.O_RDWR)
        self._size = os.fstat(self._file).st_size
        self._cache = {}
        self._lock = threading.Lock()
        self._writes_left = None
        self._when_cut = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(socket_path))
        self._listener.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_after(self, writes, then):
        """The power goes with the write that is the last of so many; `then()` must take the machine along.

        A moment on the clock would nearly always find the cache flushed: writes come in bursts that end in a flush.
        """
        with self._lock:
            self._writes_left, self._when_cut = writes, then

    def spare(self):
        """No cut comes any more of what was said before."""
        with self._lock:
            self._writes_left, self._when_cut = None, None

    def _cut(self):
        """Of what was never flushed, each block is on the disk with probability one half; one at least is not."""
        blocks = sorted({sector // SECTORS_A_BLOCK for sector in self._cache})
        lost = {block for block in blocks if self.random.random() < 0.5} or {self.random.choice(blocks)}
        self.lost_blocks += len(lost)
        self._write_back([sector for sector in self._cache if sector // SECTORS_A_BLOCK not in lost])
        self._cache.clear()
        self._when_cut()
        raise ConnectionAbortedError

    def _write_back(self, sectors):
        for sector in sectors:
            os.pwrite(self._file, self._cache.pop(sector), sector * SECTOR)

    def _serve(self):
        while True:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb") as incoming:
                try:
                    if self._shake_hands(connection, incoming):
                        self._answer(connection, incoming)
                except (ConnectionError, EOFError):
                    pass

    def _shake_hands(self, connection, incoming):
        connection.sendall(struct.pack(">QQH", INIT_MAGIC, OPTION_MAGIC, FIXED_NEWSTYLE | NO_ZEROES))
        (client_flags,) = struct.unpack(">I", _exactly(incoming, 4))
        export = struct.pack(">QH", self._size, HAS_FLAGS | SEND_FLUSH | SEND_FUA)
        while True:
            _, option, length = struct.unpack(">QII", _exactly(incoming, 16))
            _exactly(incoming, length)
            if option == OPT_EXPORT_NAME:
                connection.sendall(export if client_flags & NO_ZEROES else export + bytes(124))
                return True
            if option in (OPT_INFO, OPT_GO):
                self._option_reply(connection, option, REP_INFO, struct.pack(">H", INFO_EXPORT) + export)
                self._option_reply(connection, option, REP_ACK)
                if option == OPT_GO:
                    return True
            elif option == OPT_ABORT:
                self._option_reply(connection, option, REP_ACK)
                return False
            else:
                self._option_reply(connection, option, REP_ERR_UNSUP)

    @staticmethod
    def _option_reply(connection, option, kind, data=b""):
        connection.sendall(struct.pack(">QIII", OPTION_REPLY_MAGIC, option, kind, len(data)) + data)

    def _answer(self, connection, incoming):
        while True:
            magic, flags, kind, handle, offset, length = struct.unpack(">IHHQQI", _exactly(incoming, 28))
            if magic != REQUEST_MAGIC or kind == DISCONNECT:
                return
            data, error = b"", 0
            if kind == WRITE:
                self._write(offset, _exactly(incoming, length), flush=bool(flags & FUA))
            elif kind == READ:
                data = self._read(offset, length)
            elif kind == FLUSH:
                with self._lock:
                    self._write_back(list(self._cache))
            else:
                error = EINVAL
            connection.sendall(struct.pack(">IIQ", REPLY_MAGIC, error, handle) + data)

    def _write(self, offset, data, flush):
        first = offset // SECTOR
        sectors = range(first, first + len(data) // SECTOR)
        with self._lock:
            for number, sector in enumerate(sectors):
                self._cache[sector] = data[number * SECTOR : (number + 1) * SECTOR]
            if self._writes_left is not None:
                self._writes_left -= 1
                if self._writes_left == 0:
                    self._writes_left = None
                    self._cut()
            if flush:
                self._write_back(sectors)

    def _read(self, offset, length):
        first = offset // SECTOR
        with self._lock:
            data = bytearray(os.pread(self._file, length, offset))
            for number in range(length // SECTOR):
                cached = self._cache.get(first + number)
                if cached is not None:
                    data[number * SECTOR : (number + 1) * SECTOR] = cached
            return bytes(data)


def _exactly(incoming, length):
    data = incoming.read(length)
    if len(data) != length:
        raise EOFError
    return data
