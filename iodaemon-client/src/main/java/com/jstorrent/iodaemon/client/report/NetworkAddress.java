package com.jstorrent.iodaemon.client.report;

/**
 * An address of the daemon's machine.
 *
 * @param name of the network interface
 * @param address of IPv4 or IPv6, as text
 * @param prefixLength how many of its bits name the network
 */
public record NetworkAddress(String name, String address, int prefixLength) {}
