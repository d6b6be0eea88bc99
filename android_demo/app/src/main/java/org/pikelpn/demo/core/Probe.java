package org.pikelpn.demo.core;

/** What a device tells besides times; a value below 0 is unknown. */
public interface Probe {
    /** Memory of this process in bytes. */
    long memory();

    /** Thermal status: 0 none, 1 light, 2 moderate, 3 severe, 4 critical, 5 emergency. */
    int thermalStatus();

    /** A probe that knows nothing. */
    Probe NONE = new Probe() {
        @Override
        public long memory() {
            return -1;
        }

        @Override
        public int thermalStatus() {
            return -1;
        }
    };
}
