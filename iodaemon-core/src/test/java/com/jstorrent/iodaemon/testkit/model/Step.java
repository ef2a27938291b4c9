package com.jstorrent.iodaemon.testkit.model;

/** A step of a client, a peer or the network; the number of a socket selects an existing one. */
public sealed interface Step {

  record Connects(boolean peerSpeaksFirst) implements Step {}

  /** A peer connects to a server of the client. */
  record PeerConnects() implements Step {}

  record ClientSends(int socket, int size) implements Step {}

  record PeerSends(int socket, int size) implements Step {}

  record PeerStalls(int socket) implements Step {}

  record PeerReads(int socket) implements Step {}

  record PeerEnds(int socket) implements Step {}

  record PeerResets(int socket) implements Step {}

  record Secures(int socket) implements Step {}

  record ClientShutsDown(int socket) implements Step {}

  record ClientCloses(int socket) implements Step {}

  record ClientStalls() implements Step {}

  record ClientReads() implements Step {}

  /** The connection breaks; with the capability resume the client resumes. */
  record ClientVanishes() implements Step {}
}
