package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.client.address.DaemonAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The daemon's address, with the token and the name of the session that are sent to it. */
final class Server {
  private static final int SECRET_CHARS = 8;

  private final String origin;
  private final String token;
  private final @Nullable String session;

  private Server(String origin, String token, @Nullable String session) {
    this.origin = origin;
    this.token = token;
    this.session = session;
  }

  /**
   * @throws IllegalArgumentException when the address cannot be a daemon's, or the token has other characters than
   *     ASCII; the message does not quote the token
   */
  static Server of(URI base, String token) {
    if (!DaemonAddress.isOne(base, "http")
        || !(base.getRawPath().isEmpty() || base.getRawPath().equals("/"))
        || base.getRawQuery() != null
        || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "The address of a daemon is http://127.0.0.1:PORT and nothing else.");
    }
    requireField("token", token);
    return new Server("http://" + base.getRawAuthority(), token, null);
  }

  /** The same daemon, with calls that belong to the session of this name. */
  Server withSession(String name) {
    requireField("name of a session", name);
    return new Server(origin, token, name);
  }

  /** Checks a value before the JDK does: the JDK would quote a header that it refuses, and spoils other text. */
  private static void requireField(String what, String value) {
    if (value.isEmpty()
        || !value.chars().allMatch(c -> c >= ' ' && c < 0x7F)
        || !value.equals(value.strip())) {
      throw new IllegalArgumentException(
          "The " + what
              + " must consist of visible ASCII characters, with blanks between them at most.");
    }
  }

  URI resolve(String target) {
    return URI.create(origin + target);
  }

  String token() {
    return token;
  }

  @Nullable
  String session() {
    return session;
  }

  /**
   * Removes the token from a sentence, which may come from whatever has answered at this address. A token so short
   * that it may be a part of a word is no secret, and replacing it would spoil the sentence.
   */
  String withoutToken(String sentence) {
    return token.length() < SECRET_CHARS ? sentence : sentence.replace(token, "…");
  }

  @Override
  public String toString() {
    return origin;
  }
}
