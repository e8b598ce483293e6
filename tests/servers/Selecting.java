// SPDX-License-Identifier: ISC
// Selecting PORT FILE: the HTTP server of the JDK; answers with what FILE was at the start.
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

class Selecting {
    public static void main(String[] args) throws Exception {
        var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
        byte[] version = Files.readAllBytes(Path.of(args[1]));
        var server = HttpServer.create(address, 0);

        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, version.length);
                exchange.getResponseBody().write(version);
            }
        });
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }
}
