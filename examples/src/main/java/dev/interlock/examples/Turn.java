package dev.interlock.examples;

/**
 * One line of the ledger in {@link MixedExample}.
 *
 * @param who whose turn it was
 * @param ball which ball it had
 */
record Turn(String who, int ball) {}
