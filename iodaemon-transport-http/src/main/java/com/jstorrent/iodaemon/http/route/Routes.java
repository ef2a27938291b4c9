package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.stream.StreamTickets;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import java.util.ArrayList;
import java.util.List;

/** The route table (PROTOCOL.md § 5). */
public final class Routes {
  private Routes() {}

  public static List<Route> of(RequestServices services) {
    FileService files = services.files();
    FileHandles handles = services.handles();
    HashService hashes = services.hashes();
    RequestedFiles requested = new RequestedFiles(files, handles);
    AnswerBuffers buffers = new AnswerBuffers(services.memory());
    BodyMemory memory = new BodyMemory(
        services.limits().bodyMemoryBytes(), services.memory(), services.clock());
    JsonBodies json = new JsonBodies(memory, services.memory(), services.clock());
    HeldAnswers answers = new HeldAnswers(services.memory(), services.clock());
    FolderRoutes folders = new FolderRoutes(files, handles, requested, answers);
    HandleRoutes opened = new HandleRoutes(files, handles, requested);
    FileHashRoutes digests = new FileHashRoutes(hashes.files(), requested);
    ControlRoutes control = new ControlRoutes(services);
    StreamRoutes streams = new StreamRoutes(
        files,
        handles,
        services.streams(),
        buffers,
        new StreamTickets(services.clock()::nanoTime));
    StatsRoutes stats = new StatsRoutes(services.directory(), services.history(), answers);
    SocketRoutes sockets = new SocketRoutes(services.directory());
    List<Route> routes = new ArrayList<>(List.of(
        Route.open("GET", "/health", call -> Reply.text("ok")),
        Route.of("GET", "/stats", stats::all),
        Route.of("GET", "/stats/sockets", stats::sockets),
        Route.of("GET", "/stats/history", stats::history),
        Route.of("GET", "/metrics", new MetricsRoute(services.stats())),
        Route.of("POST", "/control/ping", control::ping),
        Route.of("POST", "/control/shutdown", control::shutdown),
        Route.of("POST", "/api/read-rpc-info-from-disk", control::reload),
        Route.of("POST", "/control/open_socket", json.route(sockets::open)),
        Route.of("POST", "/control/close_socket", json.route(sockets::close)),
        Route.of("GET", "/read/{root_key}", new ReadRoute(files, buffers, requested::readRange)),
        Route.of("POST", "/write/batch", new BatchRoute(files, hashes, memory, answers)),
        Route.of(
            "POST", "/write/{root_key}",
            new WriteRoute(files, hashes, memory, requested::writeTarget)),
        Route.of("POST", "/files/ensure_dir", json.route(folders::ensure)),
        Route.of("GET", "/ops/stat", folders::status),
        Route.of("GET", "/ops/list", folders::list),
        Route.of("POST", "/ops/delete", json.route(folders::delete)),
        Route.of("POST", "/ops/truncate", json.route(folders::truncate)),
        Route.of("POST", "/ops/rename", json.route(folders::rename)),
        Route.of("GET", "/roots", new RootsRoute(services.roots())),
        Route.of("GET", "/network/interfaces", new InterfacesRoute()),
        Route.of("POST", "/files/open", json.route(opened::open)),
        Route.of("GET", "/files/{fileId}/read", new ReadRoute(files, buffers, opened::readRange)),
        Route.of(
            "PATCH",
            "/files/{fileId}/write",
            new WriteRoute(files, hashes, memory, opened::writeTarget)),
        Route.of("POST", "/files/{fileId}/flush", opened::flush),
        Route.of("POST", "/files/{fileId}/preallocate", opened::preallocate),
        Route.of("POST", "/files/{fileId}/close", opened::close),
        Route.of("POST", "/hash/from-file", json.route(digests::ranges)),
        Route.of("POST", "/hash/pieces", json.route(digests::pieces)),
        Route.of("GET", "/stream/{fileId}", streams::byHandle),
        Route.open(
            "GET",
            "/stream/t/{ticket}/{name}",
            call -> WatchedSource.counted(streams.byTicket(call), services.activity())),
        Route.of("POST", "/stream/ticket", json.route(streams::ticket))));
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      String path = "/hash/" + algorithm.label();
      routes.add(Route.of("POST", path, new HashRoute(hashes, algorithm, memory)));
      routes.add(Route.of("GET", path + "/{path...}", digests.file(algorithm)));
    }
    routes.addAll(StatusPage.routes());
    return List.copyOf(routes);
  }
}
