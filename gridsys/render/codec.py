"""The page's payload: named integer arrays packed small, and read back.

Layout: ``uint32`` length of the header, JSON header (UTF-8), then the arrays one after another. An array is
zigzag-coded (after taking differences, where neighbours are alike) and stored as byte planes: first the low bytes of
all its numbers, then the next, so that gzip finds the many zeros. The whole is gzipped and written as base64. Arrays
that the page can do without at first are gzipped each by itself and follow, each after a point: the page inflates them
when it needs them.
``maps/src/codec.js`` is the same in the page.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gridsys.errors import RenderError

Ints = npt.NDArray[np.int64]

_LENGTH: Final = struct.Struct("<I")
_MAX_PLANES: Final = 4
_QUICK: Final = 2_000_000


class Packer:
    """Collects integer arrays and a header, and packs them."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._arrays: dict[str, tuple[int, int, int, int, int]] = {}
        self._late: list[bytes] = []

    def add(
        self, name: str, values: Sequence[int] | npt.NDArray[Any], *, delta: bool = False, late: bool = False
    ) -> None:
        """Add whole numbers under a name; ``delta`` stores differences of neighbours, ``late`` lets the page wait.

        Raises
        ------
        RenderError
            GS701 when a number, or a difference, does not fit 31 bits.

        Examples
        --------
        >>> packer = Packer()
        >>> packer.add("x", [5, 7, -2], delta=True)
        >>> unpack(packer.pack({"version": 1}))[1]["x"].tolist()
        [5, 7, -2]
        """
        array = np.asarray(values, dtype=np.int64)
        if delta and len(array):
            array = np.diff(array, prepend=0)
        coded = (array << 1) ^ (array >> 63)
        largest = int(coded.max(initial=0))
        planes = max(1, (largest.bit_length() + 7) // 8)
        if planes > _MAX_PLANES:
            raise RenderError(
                "GS701",
                "a number is too large to pack",
                where=f"{name}: {largest}",
                fix="draw layers that lie within one city; check the coordinates of the layer",
            )
        data = b"".join(((coded >> (8 * plane)) & 0xFF).astype(np.uint8).tobytes() for plane in range(planes))
        if late:
            self._late.append(data)
            self._arrays[name] = (0, len(array), planes, int(delta), len(self._late))
        else:
            self._arrays[name] = (len(self._blob), len(array), planes, int(delta), 0)
            self._blob += data

    def pack(self, header: dict[str, Any]) -> str:
        """Return header and arrays as base64 of gzip, late arrays after it.

        Examples
        --------
        >>> unpack(Packer().pack({"title": "东城区"}))[0]["title"]
        '东城区'
        """
        text = json.dumps({**header, "arrays": self._arrays}, ensure_ascii=False, separators=(",", ":")).encode()
        raw = _LENGTH.pack(len(text)) + text + bytes(self._blob)
        # The last percent is not worth seconds on a large page; mtime 0 keeps equal maps equal, byte for byte.
        packed = [
            gzip.compress(part, compresslevel=9 if len(part) < _QUICK else 7, mtime=0) for part in (raw, *self._late)
        ]
        return ".".join(base64.b64encode(part).decode("ascii") for part in packed)


def unpack(text: str) -> tuple[dict[str, Any], dict[str, Ints]]:
    """Return the header and the arrays of a packed payload.

    Raises
    ------
    RenderError
        GS701 when the text is not a payload of this system.

    Examples
    --------
    >>> header, arrays = unpack(Packer().pack({"version": 1}))
    >>> header["version"], arrays
    (1, {})
    """
    try:
        raw, *late = [gzip.decompress(base64.b64decode(part, validate=True)) for part in text.split(".")]
        (length,) = _LENGTH.unpack_from(raw)
        start = _LENGTH.size + length
        header = json.loads(raw[_LENGTH.size : start])
        arrays = {
            name: _unpack_array(late[part - 1] if part else raw, 0 if part else start + offset, count, planes, delta)
            for name, (offset, count, planes, delta, part) in header.pop("arrays").items()
        }
    except (binascii.Error, OSError, EOFError, struct.error, ValueError, LookupError) as error:
        raise RenderError(
            "GS701", "the payload cannot be read", why=str(error), fix="make the page again; it was cut or changed"
        ) from error
    return header, arrays


def _unpack_array(raw: bytes, offset: int, count: int, planes: int, delta: int) -> Ints:
    coded = np.zeros(count, dtype=np.int64)
    for plane in range(planes):
        part = np.frombuffer(raw, dtype=np.uint8, count=count, offset=offset + plane * count)
        coded |= part.astype(np.int64) << (8 * plane)
    values = (coded >> 1) ^ -(coded & 1)
    return np.cumsum(values) if delta else values
