package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.route.Call;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** One request as its route sees it. Used by the thread of its connection. */
record HttpCall(
    HttpConnection connection,
    ClassicHttpRequest request,
    RequestBody requestBody,
    Target target,
    List<String> pathVariables)
    implements Call {

  @Override
  public Map<String, String> query() {
    return target.query();
  }

  @Override
  public @Nullable String header(String name) throws OperationFailure {
    Header[] headers = request.getHeaders(name);
    if (headers.length > 1) {
      throw new OperationFailure(FailureCode.EINVAL, "The header " + name + " occurs twice.");
    }
    return headers.length == 0 ? null : headers[0].getValue();
  }

  @Override
  public List<String> headers(String name) {
    return Arrays.stream(request.getHeaders(name)).map(Header::getValue).toList();
  }

  @Override
  public boolean isHead() {
    return request.getMethod().equals("HEAD");
  }

  @Override
  public boolean clientGone() {
    return connection.clientGone();
  }

  @Override
  public OptionalLong bodyLength() {
    return requestBody.length();
  }

  @Override
  public InputStream body() throws IOException {
    return requestBody.stream();
  }

  @Override
  public void read(ByteBuffer into) throws IOException {
    requestBody.read(into);
  }

  @Override
  public void endBody() {
    connection.endInput();
  }

  /** Persistence, upgrades and 100 Continue came with HTTP/1.1. */
  static boolean isOlderThan11(HttpRequest request) {
    return request.getVersion() != null && request.getVersion().lessEquals(HttpVersion.HTTP_1_0);
  }
}
