"""A cable between two TUN devices that delays, loses, doubles and reorders packets.

Arguments: the names of the two devices. Prints "ready" when they exist. Each line of the standard
input replaces what it does: delay ms, jitter ms, loss %, duplicates %, reordered %, kbit/s (0: no
limit). Ends with its standard input. For kernels without netem.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


ends = [tun(name) for name in sys.argv[1:3]]
print("ready", flush=True)
delay, jitter, loss, double, reorder, rate = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
waiting, count, free_at, lines = [], 0, [0.0, 0.0], b""

while True:
    timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
    ready, _, _ = select.select(ends + [0], [], [], timeout)
    now = time.monotonic()
    if 0 in ready:
        chunk = os.read(0, 4096)
        if not chunk:
            break
        lines += chunk
        while b"\n" in lines:
            line, lines = lines.split(b"\n", 1)
            delay, jitter, loss, double, reorder, rate = map(float, line.split())
    for end in (0, 1):
        if ends[end] not in ready:
            continue
        for _ in range(64):
            try:
                packet = os.read(ends[end], 65536)
            except OSError:
                break
            if random.random() * 100 < loss:
                continue
            sent = max(now, free_at[end]) + (len(packet) * 8 / (rate * 1000) if rate else 0)
            free_at[end] = sent
            early = random.random() * 100 < reorder
            due = sent if early else sent + (delay + random.uniform(-jitter, jitter)) / 1000
            for _ in range(2 if random.random() * 100 < double else 1):
                count += 1
                heapq.heappush(waiting, (due, count, 1 - end, packet))
    while waiting and waiting[0][0] <= time.monotonic():
        _, _, end, packet = heapq.heappop(waiting)
        try:
            os.write(ends[end], packet)
        except OSError:
            pass  # the link is down
