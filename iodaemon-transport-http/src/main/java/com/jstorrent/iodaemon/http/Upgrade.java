package com.jstorrent.iodaemon.http;

/** A connection that goes on with another protocol, which answers the request. */
record Upgrade(UpgradeHook hook, UpgradeRequest request) {}
