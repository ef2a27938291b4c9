"""Prints the piece layer and the root of a file as BEP 52 has them, and nothing of the daemon's code."""
import hashlib
import sys

BLOCK = 16384


def sha256(data):
    return hashlib.sha256(data).digest()


def above(layer):
    return [sha256(layer[i] + layer[i + 1]) for i in range(0, len(layer), 2)]


with open(sys.argv[1], "rb") as file:
    content = file.read()
piece_length = int(sys.argv[2])

layer = [sha256(content[i:i + BLOCK]) for i in range(0, len(content), BLOCK)]
while len(layer) & (len(layer) - 1) or len(layer) * BLOCK < min(piece_length, len(content)):
    layer.append(bytes(32))

width = BLOCK
while len(layer) > 1:
    if width == piece_length and len(content) > piece_length:
        for node in layer[:-(-len(content) // piece_length)]:
            print('"%s"' % node.hex())
    layer = above(layer)
    width *= 2
print('{"root":"%s"}' % layer[0].hex() if layer else '{"root":null}')
