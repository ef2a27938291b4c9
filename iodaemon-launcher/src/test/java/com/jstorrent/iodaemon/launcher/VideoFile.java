package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * An MP4 of about 11 MB with half a minute of moving noise, and the time at which each byte is
 * needed.
 */
final class VideoFile {
  /** A packet of the video: when it is shown, and where its bytes end. */
  private record Packet(double seconds, long end) {}

  private final byte[] bytes;
  private final List<Packet> packets;

  private VideoFile(byte[] bytes, List<Packet> packets) {
    this.bytes = bytes;
    this.packets = packets;
  }

  /** Creates the file, or skips the test if ffmpeg is not installed. */
  static VideoFile make(Path folder) throws IOException {
    Program.assumeThere("ffmpeg", "-version");
    Program.assumeThere("ffprobe", "-version");
    Path file = folder.resolve("video.mp4");
    run(
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=30",
        "-vf", "noise=alls=40:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt",
        "yuv420p", "-g", "25", "-b:v", "3M", "-maxrate", "3M", "-bufsize", "1M", "-movflags",
        "+faststart", file.toString());
    Path list = folder.resolve("packets.csv");
    run(
        "ffprobe", "-v", "error", "-show_entries", "packet=pts_time,size,pos", "-of", "csv=p=0",
        "-o", list.toString(), file.toString());
    return new VideoFile(
        Files.readAllBytes(file),
        Files.readAllLines(list, StandardCharsets.US_ASCII)
            .stream()
            .map(VideoFile::packet)
            .toList());
  }

  private static void run(String... command) throws IOException {
    try (Program program = Program.start(command)) {
      program.awaitExit();
    }
  }

  private static Packet packet(String line) {
    String[] fields = line.split(",");
    return new Packet(
        Double.parseDouble(fields[0]), Long.parseLong(fields[1]) + Long.parseLong(fields[2]));
  }

  int size() {
    return bytes.length;
  }

  byte[] bytes(long start, long endInclusive) {
    return Arrays.copyOfRange(bytes, (int) start, (int) endInclusive + 1);
  }

  /** The time of the first frame that cannot be shown with only the bytes before this one. */
  double secondsAt(long offset) {
    return packets.stream()
        .filter(packet -> packet.end() > offset)
        .mapToDouble(Packet::seconds)
        .min()
        .orElseThrow();
  }
}
