package com.jstorrent.iodaemon.http;

/** A connection that is handed to another protocol, which answers the request. */
record Upgrade(UpgradeHook hook, UpgradeRequest request) {}
