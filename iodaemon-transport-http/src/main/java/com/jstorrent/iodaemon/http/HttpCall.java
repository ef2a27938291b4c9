package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.route.Call;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request as its route sees it. Used by the thread of its connection. */
record HttpCall(
    HttpConnection connection,
    Request request,
    RequestBody requestBody,
    Target target,
    List<String> pathVariables)
    implements Call {
  private static final Logger LOG = LoggerFactory.getLogger(HttpCall.class);

  @Override
  public Map<String, String> query() {
    return target.query();
  }

  @Override
  public @Nullable String header(String name) throws OperationFailure {
    List<String> values = headers(name);
    if (values.size() > 1) {
      throw new OperationFailure(FailureCode.EINVAL, "The header " + name + " occurs twice.");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  @Override
  public List<String> headers(String name) {
    return request.fields().values(name);
  }

  @Override
  public boolean isHead() {
    return request.method().equals("HEAD");
  }

  @Override
  public boolean clientGone() {
    return connection.clientGone();
  }

  @Override
  public void exemptFromEviction() {
    connection.exemptFromEviction();
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
  public void cutOff() {
    try {
      connection.channel().close();
    } catch (IOException e) {
      LOG.trace("A connection had ended already: {}", e.toString());
    }
  }

  @Override
  public void endBody() {
    connection.endInput();
  }
}
