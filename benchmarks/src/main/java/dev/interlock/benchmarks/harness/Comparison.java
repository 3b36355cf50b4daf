package dev.interlock.benchmarks.harness;

/**
 * One line of the result: two subjects of one workload under one metric.
 *
 * @param target null when the line is there to be read, not to be reached
 */
public record Comparison(String ours, String peer, Metric metric, Target target) {}
