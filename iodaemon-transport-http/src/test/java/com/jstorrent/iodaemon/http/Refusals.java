package com.jstorrent.iodaemon.http;

import java.util.List;

/** Ways not to show the token, which is {@link HttpDaemon#TOKEN}. */
final class Refusals {
  /** Header lines, each list of them as it stands in a request. */
  static final List<String> CREDENTIALS =
      List.of(
          "", "X-JST-Auth: wrong\n", "X-JST-Auth: \n", "X-JST-Auth:\n", "X-JST-Auth: to\n",
          "X-JST-Auth: tokk\n", "X-JST-Auth: TOK\n", "X-JST-Auth: tok,tok\n",
          "X-JST-Auth: \"tok\"\n",
          "X-JST-Auth: Bearer tok\n", "X-JST-Auth: " + "x".repeat(8000) + "\n",
          "X-JST-Auth: tok\nX-JST-Auth: tok\n", "X-JST-Auth: wrong\nX-JST-Auth: tok\n",
          "X-JST-Auth: tok\nX-JST-Auth: wrong\n", "Authorization: tok\n",
          "Authorization: Basic tok\n",
          "Authorization: Basic OnRvaw==\n", "Authorization: Bearer\n",
          "Authorization: Bearer wrong\n",
          "Authorization: Bearertok\n", "Authorization: Bearer\ttok\n", "Authorization: bearer\n",
          "Authorization: Bearer Bearer tok\n", "Authorization: bearer TOK\n",
          "Authorization: bearer tok\nAuthorization: Basic eDp5\n",
          "Authorization: Basic eDp5, Bearer tok\n", "Authorization: Bearer token=tok\n",
          "X-JST-Auth: tok\nX-JST-Auth: tok\nAuthorization: Bearer tok\n",
          "X-JST-Auth:\nAuthorization: Bearer tok\n",
          "Authorization: Bearer tok tok\n",
          "Authorization: Digest tok\n",
          "Authorization: Bearer tok\nAuthorization: Bearer tok\n",
          "X-JST-Auth: wrong\nAuthorization: Bearer tok\n", "Cookie: X-JST-Auth=tok; token=tok\n",
          "X-JST-Token: tok\n", "Proxy-Authorization: Bearer tok\n",
          "Sec-WebSocket-Protocol: tok\n");

  private Refusals() {}
}
