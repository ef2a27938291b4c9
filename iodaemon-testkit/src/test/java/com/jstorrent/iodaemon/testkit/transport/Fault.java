package com.jstorrent.iodaemon.testkit.transport;

/** Mistakes that a transport can make, the rule that each breaks, and the test that finds it. */
enum Fault {
  NEVER_ACCEPTS(Rule.CLIENT_IS_ACCEPTED, SendingContract::framesOfEverySizeReachTheClient),
  IGNORES_AN_EARLY_CLOSE(
      Rule.END_BEFORE_ACCEPTED, EndingContract::aSessionMayEndTheConnectionBeforeItIsAccepted),
  LOSES_FRAMES_TO_THE_CLIENT(
      Rule.FRAMES_REACH_THE_CLIENT, SendingContract::manySmallFramesKeepTheirOrderOverOneFlush),
  KEEPS_THE_BUFFER(
      Rule.FRAMES_REACH_THE_CLIENT, SendingContract::framesOfEverySizeReachTheClient),
  WRITES_BEHIND_THE_FRAME(
      Rule.SEND_LEAVES_THE_BUFFER, SendingContract::framesOfEverySizeReachTheClient),
  CHANGES_THE_FRAME(Rule.SEND_LEAVES_THE_BUFFER, SendingContract::framesOfEverySizeReachTheClient),
  CHANGES_ITS_HEADROOM(
      Rule.HEADROOM_IS_CONSTANT, SendingContract::framesOfEverySizeReachTheClient),
  QUEUES_WITHOUT_END(
      Rule.SEND_BLOCKS, SendingContract::sendBlocksForAClientThatDoesNotReadAndLosesNothing),
  READS_NOTHING_WHILE_IT_SENDS(
      Rule.DIRECTIONS_ARE_APART, SendingContract::whatTheClientSendsIsDeliveredWhileSendIsBlocked),
  PROBES_BEHIND_FRAMES(
      Rule.PROBE_DOES_NOT_BLOCK, SendingContract::probeDoesNotBlockAndChangesNothing),
  LOSES_FRAMES_OF_THE_CLIENT(
      Rule.FRAMES_ARE_DELIVERED, ReceivingContract::manySmallFramesGoBothWaysAtOnce),
  DELIVERS_THE_REST_AGAIN(Rule.FRAMES_ARE_DELIVERED, ReceivingContract::framesMayBeLeftUnread),
  DELIVERS_BY_TWO_THREADS(
      Rule.ONE_THREAD_DELIVERS, ReceivingContract::aSessionThatTakesNothingHoldsUpTheClient),
  CUTS_LARGE_FRAMES_SMALL(
      Rule.LARGE_FRAME_HAS_PARTS, ReceivingContract::framesOfEverySizeAreDelivered),
  READS_ON_WHILE_THE_SESSION_BLOCKS(
      Rule.DELIVERY_MAY_BLOCK, ReceivingContract::aSessionThatTakesNothingHoldsUpTheClient),
  HAS_NO_LIMIT(
      Rule.LIMIT_IS_KEPT, ReceivingContract::aFrameOverTheLimitIsAViolationAndIsNotDelivered),
  ASKS_FOR_THE_LIMIT_ONCE(
      Rule.LIMIT_IS_ASKED_FOR, ReceivingContract::theLimitIsAskedForWithEachFrame),
  ENDS_AT_A_VIOLATION(
      Rule.ERROR_ARRIVES, ReceivingContract::theErrorReachesAClientThatGoesOnSending),
  REPORTS_THE_END_TWICE(
      Rule.END_IS_REPORTED_ONCE, EndingContract::theEndIsReportedOnceAndAfterEveryFrame),
  REPORTS_THE_END_TOO_SOON(
      Rule.END_COMES_LAST, EndingContract::theEndIsReportedOnceAndAfterEveryFrame),
  TAKES_A_LOSS_FOR_AN_ORDERLY_CLOSE(Rule.FINISHED_MEANS_ORDERLY_CLOSE,
      EndingContract::aLostClientIsNoticed),
  TAKES_AN_ORDERLY_CLOSE_FOR_A_LOSS(
      Rule.FINISHED_MEANS_ORDERLY_CLOSE, EndingContract::theEndIsReportedOnceAndAfterEveryFrame),
  DOES_NOT_NOTICE_A_LOSS(Rule.LOST_CLIENT_IS_NOTICED, EndingContract::aLostClientIsNoticed),
  DROPS_FRAMES_AT_CLOSE(Rule.CLOSE_COMES_LAST, EndingContract::framesBeforeTheCloseArriveFirst),
  CLOSES_BEHIND_FRAMES(
      Rule.CLOSE_DOES_NOT_BLOCK, EndingContract::aClientThatTakesNoPartInTheCloseIsCutOff),
  WAITS_FOR_THE_CLIENT_FOR_EVER(
      Rule.CLOSE_IS_LIMITED, EndingContract::aClientThatTakesNoPartInTheCloseIsCutOff),
  LEAVES_SEND_BLOCKED(Rule.ABORT_WAKES_SEND, EndingContract::abortWakesABlockedSend),
  ASKS_FOR_NO_FLUSH(Rule.ABORT_ASKS_FOR_A_FLUSH, EndingContract::abortAsksForAFlushThatFails),
  SENDS_AFTER_THE_END(Rule.ENDED_CONNECTION_FAILS, EndingContract::abortAsksForAFlushThatFails),
  KEEPS_MEMORY(Rule.MEMORY_COMES_BACK, EndingContract::theEndIsReportedOnceAndAfterEveryFrame);

  /** A test of the suite. */
  @FunctionalInterface
  interface Finder {
    void run(FrameConnectionContract suite) throws Exception;
  }

  private final Rule rule;
  private final Finder finder;

  Fault(Rule rule, Finder finder) {
    this.rule = rule;
    this.finder = finder;
  }

  Rule rule() {
    return rule;
  }

  Finder finder() {
    return finder;
  }
}
