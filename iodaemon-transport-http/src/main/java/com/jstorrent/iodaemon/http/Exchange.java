package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.http.RequestGate.Credential;
import com.jstorrent.iodaemon.http.RequestGate.Host;
import com.jstorrent.iodaemon.http.RequestGate.Origin;
import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.route.Route;
import com.jstorrent.iodaemon.http.wire.Field;
import com.jstorrent.iodaemon.http.wire.HttpConnection;
import com.jstorrent.iodaemon.http.wire.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer: the checks in the order of PROTOCOL.md § 2, then the route. */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final HttpConnection connection;
  private final Request request;
  private final Endpoints endpoints;
  private final RequestGate gate;
  private final RequestGate.Verdict verdict;
  private final RequestBody body;
  private final int port;
  private boolean last; // whether the connection ends after the answer
  private @Nullable Upgrade upgrade; // set when the connection is handed to another protocol

  Exchange(
      HttpConnection connection,
      Request request,
      Endpoints endpoints,
      RequestGate gate,
      int port) {
    this.connection = connection;
    this.request = request;
    this.endpoints = endpoints;
    this.port = port;
    this.gate = gate;
    this.verdict = gate.check(request.fields(), port);
    this.body = new RequestBody(connection, request);
  }

  /** The protocol that the connection is handed to after {@link #run}; null when it stays with HTTP, or ends. */
  @Nullable
  Upgrade upgrade() {
    return upgrade;
  }

  /** Whether the request has the token, and the right Host. */
  boolean isAuthenticated() {
    return verdict.host() == Host.ALLOWED && verdict.credential() == Credential.RIGHT;
  }

  /**
   * Answers the request, unless it asks for another protocol and may have it.
   *
   * @param draining whether the daemon shuts down and takes no further requests
   * @return whether another request may follow on this connection
   * @throws IOException when the connection breaks
   */
  boolean run(Responder responder, BooleanSupplier draining) throws IOException {
    Reply reply;
    try {
      reply = reply();
      if (reply == null) {
        return false;
      }
    } catch (OperationFailure e) {
      reply = Failures.of(e);
    } catch (IOException e) {
      reply = Failures.ofUnreadable(e);
      if (reply == null) {
        throw e;
      }
      last = true;
    } catch (RuntimeException e) {
      LOG.error("A request failed because of a defect of the daemon.", e);
      reply = Failures.reply(500, "EIO", "The daemon has a defect; its log tells more.");
      last = true;
    }
    last =
        last
            || draining.getAsBoolean()
            || !wantsMore()
            || !body.skip()
            || endsWithBody(reply)
            || reply.headers().containsKey(Reply.CONNECTION);
    responder.send(request, withCors(reply), last);
    return !last;
  }

  /** Null when the connection is handed to another protocol. */
  private @Nullable Reply reply() throws OperationFailure, IOException {
    if (verdict.host() == Host.REPEATED) {
      last = true;
      return Failures.reply(400, "EINVAL", "The request has more than one Host.");
    }
    if (verdict.host() == Host.REFUSED) {
      last = true;
      return Failures.reply(
          403,
          "EHOST",
          "The Host header must be 127.0.0.1, localhost or [::1], with port "
              + port
              + " or without one.");
    }
    if (request.method().equals("OPTIONS")) {
      return preflight();
    }
    Target target = Target.parse(request.target());
    UpgradeHook hook = endpoints.hook(target);
    if (hook != null) {
      return upgrade(hook);
    }
    Route route = endpoints.route(request.method(), target);
    if (verdict.credential() != Credential.RIGHT && (route == null || !route.open())) {
      return unauthorized();
    }
    if (route == null) {
      return endpoints.missing(target);
    }
    body.requireAllowedLength();
    if (body.isEncoded()) {
      return Failures.reply(
          415, "EENCODING", "The body must come as it is, without a Content-Encoding.")
          .with("Accept-Encoding", RequestBody.PLAIN);
    }
    return route.handler()
        .answer(
            new HttpCall(
                connection, request, body, target, route.variables(target.segments())));
  }

  private Reply preflight() {
    Reply reply = new Reply(Reply.NO_CONTENT, Map.of(), new Reply.Bytes("text/plain", new byte[0]));
    return verdict.origin() == Origin.ALLOWED
        ? with(reply, CorsHeaders.forPreflight(request.fields()))
        : reply;
  }

  private Reply unauthorized() throws IOException {
    if (verdict.credential() == Credential.WRONG) {
      gate.awaitPenalty();
    }
    return Failures.reply(
        401, "EAUTH", "The token is missing or wrong; send it in the header X-JST-Auth.")
        .with("WWW-Authenticate", "Bearer");
  }

  private @Nullable Reply upgrade(UpgradeHook hook) throws IOException {
    last = true;
    if (verdict.origin() == Origin.REFUSED) {
      return Failures.reply(403, "EORIGIN", "Pages of this origin may not connect.");
    }
    if (verdict.credential() == Credential.WRONG) {
      return unauthorized();
    }
    if (request.isOlderThan11()) {
      return Failures.reply(426, "EINVAL", "An upgrade needs HTTP/1.1.")
          .with("Upgrade", "websocket");
    }
    if (!request.method().equals("GET")) {
      return Failures.reply(405, "EINVAL", "An upgrade is a GET.").with("Allow", "GET");
    }
    if (!body.isEmpty()) {
      return Failures.reply(400, "EINVAL", "A request for an upgrade has no body.");
    }
    UpgradeRequest wanted =
        new UpgradeRequest(
            request.target(),
            headers(),
            verdict.credential() == Credential.RIGHT,
            connection.takeReadAhead(),
            connection.channel());
    UpgradeHook.Refusal refusal = hook.refuse(wanted);
    if (refusal != null) {
      String error = refusal.status() == 503 ? "EBUSY" : "EINVAL";
      Reply reply = Failures.reply(refusal.status(), error, refusal.message());
      if (refusal.status() == 426 && wanted.lists("upgrade", "websocket")) {
        reply = reply.with("Upgrade", "websocket"); // RFC 9110 § 15.5.22: needed even if only the version differs
      }
      UpgradeHook.Refusal.Header header = refusal.header();
      return header == null ? reply : reply.with(header.name(), header.value());
    }
    connection.exemptFromEviction(); // the hook limits how many connections have not shown the token yet
    upgrade = new Upgrade(hook, wanted);
    return null;
  }

  private Map<String, List<String>> headers() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (Field field : request.fields().all()) {
      all.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(field.value());
    }
    return all;
  }

  private Reply withCors(Reply reply) {
    String origin = request.fields().first("Origin");
    return origin != null && verdict.origin() == Origin.ALLOWED
        ? with(reply, CorsHeaders.forAnswer(origin))
        : reply;
  }

  private static Reply with(Reply reply, Map<String, String> headers) {
    Reply complete = reply;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      complete = complete.with(header.getKey(), header.getValue());
    }
    return complete;
  }

  /** HTTP/1.0 has no chunks: a body of unknown length ends with the connection. */
  private boolean endsWithBody(Reply reply) {
    return request.isOlderThan11()
        && Responder.hasUnknownLength(reply);
  }

  /** Whether the client allows another request on the connection (RFC 9112 § 9.3). */
  private boolean wantsMore() {
    boolean close = false;
    boolean keep = false;
    for (String option : request.fields().members("Connection")) {
      close |= option.equalsIgnoreCase("close");
      keep |= option.equalsIgnoreCase("keep-alive");
    }
    return !close && (!request.isOlderThan11() || keep);
  }
}
