package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.transport.service.SessionDirectory;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Opens and closes sockets of a session over HTTP (PROTOCOL.md § 5.4). */
final class SocketRoutes {
  private static final long MAX_PORT = 65_535;
  private static final long MAX_ID = 0xFFFF_FFFFL;

  private final SessionDirectory sessions;

  SocketRoutes(SessionDirectory sessions) {
    this.sessions = sessions;
  }

  Reply open(Call call, JsonBody body) throws OperationFailure {
    String host = body.text("host");
    int port = (int) checked("port", body.number("port"), MAX_PORT);
    String session = session(call);
    int id =
        switch (body.text("protocol")) {
          case "tcp" -> sessions.openTcp(session, named(host), port);
          case "udp" -> sessions.openUdp(session, host, port);
          default -> throw bad("The field \"protocol\" must be \"tcp\" or \"udp\".");
        };
    return Reply.json(Json.write(Map.of("socketId", Integer.toUnsignedLong(id))));
  }

  Reply close(Call call, JsonBody body) throws OperationFailure {
    int id = (int) checked("socketId", body.number("socketId"), MAX_ID);
    OptionalLong number = body.optionalNumber("session");
    if (number.isPresent()) {
      sessions.closeSocket(number.getAsLong(), id);
    } else {
      sessions.closeSocket(session(call), id);
    }
    return Reply.json("{}");
  }

  private static @Nullable String session(Call call) throws OperationFailure {
    return call.header("X-JST-Session");
  }

  private static String named(String host) throws OperationFailure {
    if (host.isEmpty()) {
      throw bad("The field \"host\" must name a host.");
    }
    return host;
  }

  private static long checked(String name, long value, long most) throws OperationFailure {
    if (value > most) {
      throw bad("The field \"" + name + "\" must be " + most + " at most.");
    }
    return value;
  }

  private static OperationFailure bad(String message) {
    return new OperationFailure(FailureCode.EINVAL, message);
  }
}
