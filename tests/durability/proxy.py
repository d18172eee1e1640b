"""Stands between a program and a PostgreSQL server, and loses what it is told to lose."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from select import select
from threading import Thread
from typing import Final, Self

from tests.server import Server

SOCKET: Final = ".s.PGSQL.5432"
COMMIT: Final = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_CHUNK: Final = 1 << 16


class Cut(Enum):
    """When the connection of a commit is cut."""

    BEFORE = "before the server gets it"
    DURING = "while the server commits"
    AFTER = "when the server has answered"


class Proxy:
    """Passes on what program and server say.

    Args:
        server: Where to.
        folder: Where its own socket lies.
    """

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._cut: Cut | None = None
        self._then: Callable[[], object] = lambda: None
        self.lost = 0
        self.away = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()

    def url(self, database: str) -> str:
        """Return where a database is, through here."""
        return f"postgresql://owner@/{database}?host={self._folder}"

    def lose(self, cut: Cut, then: Callable[[], object] = lambda: None) -> None:
        """Cut the connection of the next commit, and then do something before anybody can connect again."""
        self._cut, self._then = cut, then

    def _accept(self) -> None:
        while True:
            try:
                program, _ = self._listening.accept()
            except OSError:
                return
            if self.away:
                program.close()
                continue
            self._threads.append(Thread(target=self._pass_on, args=(program,)))
            self._threads[-1].start()

    def _pass_on(self, program: socket.socket) -> None:
        with program, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(str(self._server.folder / SOCKET))
            while True:
                for said in select([program, server], [], [])[0]:
                    data = said.recv(_CHUNK)
                    if not data:
                        return
                    if said is program and self._cut is not None and data.endswith(COMMIT):
                        self._lose(data, server)
                        return
                    (server if said is program else program).sendall(data)

    def _lose(self, data: bytes, server: socket.socket) -> None:
        if self._cut is not Cut.BEFORE:
            server.sendall(data)
        if self._cut is Cut.AFTER:
            server.recv(_CHUNK)
        self._cut = None
        server.close()
        self._then()
        self.lost += 1
