// SPDX-License-Identifier: ISC
// Accepting PORT FILE: a thread for each connection; answers with what FILE was at the start.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

class Accepting {
    static void serve(Socket connection, String version) {
        try (connection) {
            var request = new BufferedReader(new InputStreamReader(connection.getInputStream()));
            for (String line; (line = request.readLine()) != null && !line.isEmpty();)
                continue;
            var head = "HTTP/1.0 200 OK\r\nContent-Length: " + version.length() + "\r\n\r\n";
            connection.getOutputStream().write((head + version).getBytes());
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    public static void main(String[] args) throws IOException {
        var version = Files.readString(Path.of(args[1]));
        var address = InetAddress.getByName("127.0.0.1");
        try (var listener = new ServerSocket(Integer.parseInt(args[0]), 128, address)) {
            while (true) {
                var connection = listener.accept();
                new Thread(() -> serve(connection, version)).start();
            }
        }
    }
}
