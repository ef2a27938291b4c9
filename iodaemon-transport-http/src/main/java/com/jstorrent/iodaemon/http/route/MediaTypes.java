package com.jstorrent.iodaemon.http.route;

import java.util.Locale;
import java.util.Map;

/** Media types by the ending of a file's name: audio, video, images and text, nothing with scripts. */
final class MediaTypes {
  static final String UNKNOWN = "application/octet-stream";

  private static final Map<String, String> BY_ENDING =
      Map.ofEntries(
          Map.entry("mp4", "video/mp4"),
          Map.entry("m4v", "video/mp4"),
          Map.entry("mkv", "video/x-matroska"),
          Map.entry("webm", "video/webm"),
          Map.entry("mov", "video/quicktime"),
          Map.entry("avi", "video/x-msvideo"),
          Map.entry("wmv", "video/x-ms-wmv"),
          Map.entry("mpg", "video/mpeg"),
          Map.entry("mpeg", "video/mpeg"),
          Map.entry("ts", "video/mp2t"),
          Map.entry("m2ts", "video/mp2t"),
          Map.entry("ogv", "video/ogg"),
          Map.entry("3gp", "video/3gpp"),
          Map.entry("flv", "video/x-flv"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("m4a", "audio/mp4"),
          Map.entry("m4b", "audio/mp4"),
          Map.entry("aac", "audio/aac"),
          Map.entry("flac", "audio/flac"),
          Map.entry("oga", "audio/ogg"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("opus", "audio/ogg"),
          Map.entry("wav", "audio/wav"),
          Map.entry("wma", "audio/x-ms-wma"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("png", "image/png"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("avif", "image/avif"),
          Map.entry("bmp", "image/bmp"),
          Map.entry("vtt", "text/vtt; charset=utf-8"),
          Map.entry("srt", "text/plain; charset=utf-8"),
          Map.entry("txt", "text/plain; charset=utf-8"));

  private MediaTypes() {}

  /** {@link #UNKNOWN} for everything that a browser may run: markup, SVG, PDF, scripts. */
  static String of(String name) {
    int dot = name.lastIndexOf('.');
    String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
    return dot < 0 ? UNKNOWN : BY_ENDING.getOrDefault(ending, UNKNOWN);
  }
}
