package com.jstorrent.iodaemon.testkit;

import com.jstorrent.iodaemon.transport.HelloCodec;
import java.util.Arrays;
import java.util.List;

/** Hellos without JSON: capabilities with blanks between them; the answer ends with the ticket. */
final class PlainHello implements HelloCodec {

  @Override
  public ClientHello read(String text) {
    List<String> words = Arrays.stream(text.split(" ")).filter(word -> !word.isBlank()).toList();
    return new ClientHello(words, null);
  }

  @Override
  public String write(ServerHello hello) {
    return String.join(" ", hello.capabilities()) + "|"
        + (hello.ticket() == null ? "" : hello.ticket());
  }
}
