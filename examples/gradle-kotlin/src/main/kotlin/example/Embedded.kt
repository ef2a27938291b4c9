package example

import com.jstorrent.iodaemon.IoDaemon
import com.jstorrent.iodaemon.http.HttpTransport
import com.jstorrent.iodaemon.transport.InProcessTransport
import com.jstorrent.iodaemon.ws.WebSocketUpgrade
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.nio.ByteBuffer
import java.nio.file.Files
import java.time.Duration
import kotlin.system.exitProcess

private val CLIENT_HELLO = byteArrayOf(1, 1, 0, 0, 7, 0, 0, 0)

/** Serves a port and a client in this process, and ends with a status that tells whether both were answered. */
fun main() {
    val folder = Files.createTempDirectory("downloads")
    val inProcess = InProcessTransport()
    val daemon = IoDaemon.builder()
        .token("secret")
        .root("downloads", folder)
        .transport(HttpTransport.onPort(0).upgrade(WebSocketUpgrade.io()).upgrade(WebSocketUpgrade.control()))
        .transport(inProcess)
        .build()
    daemon.use {
        it.start()
        val health = HttpRequest.newBuilder(URI("http://127.0.0.1:${it.port()}/health")).build()
        println(HttpClient.newHttpClient().send(health, BodyHandlers.ofString()).body())
        inProcess.connect().use { client ->
            client.send(ByteBuffer.wrap(CLIENT_HELLO))
            // Null when none comes in time: the compiler asks for it, since the module's nullness reaches Kotlin.
            val answer: ByteBuffer? = client.receive(Duration.ofMinutes(1))
            println("answered with ${answer?.remaining()} bytes")
            if (answer == null) exitProcess(1)
        }
    }
    Files.delete(folder)
}
