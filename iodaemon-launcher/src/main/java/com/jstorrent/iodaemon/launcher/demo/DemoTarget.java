package com.jstorrent.iodaemon.launcher.demo;

import java.io.IOException;

/** Where the clients of the demo find their daemon. */
record DemoTarget(int port, String token, String rootKey) {

  DemoTransfer connect() throws IOException, InterruptedException {
    return DemoTransfer.connect(port, token, rootKey);
  }

  /** The status page, which takes the token from the fragment. */
  String statusPage() {
    return "http://127.0.0.1:" + port + "/#token=" + token;
  }

  /** Omits the token, so that it cannot get into the log. */
  @Override
  public String toString() {
    return "DemoTarget[" + port + "]";
  }
}
