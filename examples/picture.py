"""Draw the README's picture: seven plane waves, summed symbolically, coloured by a kernel with three outputs.

python examples/picture.py [picture.png]
"""

from __future__ import annotations

import math
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np

import rssn

WIDTH, HEIGHT, WAVES = 1000, 312, 7


def quasicrystal() -> tuple[rssn.Expr, rssn.Expr, rssn.Expr]:
    """Return red, green and blue in [0, 1] as formulas of x and y."""
    x, y = rssn.symbols("x y")
    angles = [math.pi * k / WAVES for k in range(WAVES)]
    waves = sum((rssn.cos(x * math.cos(a) + y * math.sin(a)) for a in angles[1:]), rssn.cos(x))
    height = waves / WAVES
    glow = rssn.exp(-(x**2 + y**2) / 6000)
    red, green, blue = (0.5 + 0.5 * rssn.sin(5 * height + phase + 2 * glow) for phase in (0.2, 1.1, 2.4))
    return red * (0.35 + 0.65 * glow), green * (0.4 + 0.5 * glow), 0.25 + 0.75 * blue * (0.5 + 0.5 * glow)


def png(pixels: np.ndarray) -> bytes:
    """Encode an array of shape (height, width, 3), uint8, as PNG."""
    height, width, _ = pixels.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def main() -> None:
    """Compile, evaluate one pixel a row, write the file."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "picture.png")
    kernel = rssn.compile(quasicrystal(), ["x", "y"], dtype="f32")
    x = np.linspace(-110, 110, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(-34, 34, HEIGHT, dtype=np.float32)[:, None]
    kernel(x, y)
    started = time.perf_counter()
    channels = kernel(x, y)
    seconds = time.perf_counter() - started
    target.write_bytes(png((np.stack(channels, axis=-1) * 255.999).astype(np.uint8)))
    nodes = kernel.statistics()["nodes"]
    print(f"{target}: {WIDTH} x {HEIGHT} pixels from {nodes} nodes in {seconds * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
