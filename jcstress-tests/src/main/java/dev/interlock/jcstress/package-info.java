/**
 * Evidence for the memory effects that the core promises, on the real machine: each class is a question,
 * each outcome graded. Where it makes sense a class {@code ...Twin} asks the same of code without the
 * thing that is claimed to be needed: its interesting outcomes, when they show, are what is ruled out.
 *
 * <p>What it does not prove: an x86 processor reorders a store with a later load only, so most wrong modes
 * show there through the compiler or not at all.
 */
package dev.interlock.jcstress;
