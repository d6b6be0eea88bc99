package org.pikelpn.demo.core;

/** A monotonic clock. */
public interface Clock {
    /** Nanoseconds since some moment. */
    long nanoseconds();

    /** The clock of this machine. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanoseconds() {
            return System.nanoTime();
        }
    };
}
