/**
 * What writes {@code docs/memory-orders.md}: the outcomes of the litmus tests beside what the models say, and
 * the weaker accesses of the main sources with their reasons.
 */
package dev.interlock.jcstress.page;
