package com.jstorrent.iodaemon.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link ScriptedPeer} does on one connection, step by step. Immutable: each method returns a script with
 * one more step.
 *
 * <pre>{@code
 * Script.start().expect("hello").send("world").halfClose().expectEnd()
 * }</pre>
 *
 * <p>A connection stays open at the end of its script, until the peer is closed.
 */
public final class Script {
  private static final Script EMPTY = new Script(List.of());

  private final List<Step> steps;

  private Script(List<Step> steps) {
    this.steps = steps;
  }

  /** A script without steps: the connection is accepted, or made, and stays open. */
  public static Script start() {
    return EMPTY;
  }

  List<Step> steps() {
    return steps;
  }

  private Script then(Step step) {
    List<Step> more = new ArrayList<>(steps);
    more.add(step);
    return new Script(List.copyOf(more));
  }

  /** Sends bytes; blocks while the other end does not take them. */
  public Script send(byte[] bytes) {
    return then(new Step.Send(bytes.clone()));
  }

  /** Sends text in UTF-8. */
  public Script send(String text) {
    return send(text.getBytes(UTF_8));
  }

  /** Waits for as many bytes as these, which must be equal to them. */
  public Script expect(byte[] bytes) {
    return then(new Step.Expect(bytes.clone()));
  }

  /** Waits for text in UTF-8. */
  public Script expect(String text) {
    return expect(text.getBytes(UTF_8));
  }

  /** Waits for this many bytes, whatever they are. */
  public Script skip(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative, and is " + bytes + ".");
    }
    return then(new Step.Skip(bytes));
  }

  /** Ends its own direction (FIN); the other one stays. */
  public Script halfClose() {
    return then(new Step.HalfClose());
  }

  /** Waits until the other end has ended its direction (FIN); fails if bytes arrive before that. */
  public Script expectEnd() {
    return then(new Step.ExpectEnd());
  }

  /** Waits until the other end resets the connection (RST); bytes before that are discarded. */
  public Script expectReset() {
    return then(new Step.ExpectReset());
  }

  /** Resets the connection (RST): what was not read at either end is lost. */
  public Script reset() {
    return then(new Step.Reset());
  }

  /** Closes the connection in both directions. */
  public Script close() {
    return then(new Step.Close());
  }

  /** Does nothing, and reads nothing, until the test calls {@link ScriptedPeer#resume}. */
  public Script pause() {
    return then(new Step.Pause());
  }
}
