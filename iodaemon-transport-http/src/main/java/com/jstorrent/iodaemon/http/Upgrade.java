package com.jstorrent.iodaemon.http;

/** A connection that another protocol takes over. */
record Upgrade(UpgradeHook hook, UpgradeRequest request) {}
