/**
 * Order mutants: each mode, fence and volatile field of a structure is weakened, one at a time, and the tests
 * of the structure are run against each of these wrong versions. What no test notices is either a test that
 * is missing, or a place where this processor is stronger than the language; the page
 * {@code docs/order-mutants.md} says which.
 */
package dev.interlock.mutants;
