package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.net.address.AddressText;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /network/interfaces}: the addresses of this machine (PROTOCOL.md § 5.1). */
final class InterfacesRoute implements Route.Handler {

  @Override
  public Reply answer(Call call) throws OperationFailure {
    List<Object> version4 = new ArrayList<>();
    List<Object> version6 = new ArrayList<>();
    try {
      for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
        if (card.isUp()) {
          for (InterfaceAddress bound : card.getInterfaceAddresses()) {
            boolean old = bound.getAddress() instanceof Inet4Address;
            (old ? version4 : version6).add(describe(card, bound));
          }
        }
      }
    } catch (SocketException e) {
      throw new OperationFailure(
          FailureCode.EIO, "The system could not list its network interfaces.");
    }
    version4.addAll(version6);
    return Reply.json(Json.write(version4));
  }

  private static Map<String, Object> describe(NetworkInterface card, InterfaceAddress bound) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", card.getName());
    fields.put("address", AddressText.withoutZone(bound.getAddress()));
    fields.put("prefixLength", (int) bound.getNetworkPrefixLength());
    return fields;
  }
}
