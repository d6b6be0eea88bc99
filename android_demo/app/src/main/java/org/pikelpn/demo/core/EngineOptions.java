package org.pikelpn.demo.core;

import java.util.Locale;

/** Which kernels compute, and on how many threads. */
public final class EngineOptions {
    /** Most threads that are sensible to ask for. */
    public static final int MAXIMUM_THREADS = 64;

    /** Families of kernels. */
    public enum Kernels {
        /** XNNPACK on the CPU: what phones use by default. */
        XNNPACK,
        /** The runtime's own CPU kernels. */
        BUILTIN,
        /** The GPU delegate; it computes in floating point, so integers may differ. */
        GPU;

        /**
         * The member of a name in any case.
         *
         * @throws IllegalArgumentException with a sentence, if there is none
         */
        public static Kernels of(String name) {
            for (Kernels kernels : values()) {
                if (kernels.label().equals(name.toLowerCase(Locale.ROOT))) {
                    return kernels;
                }
            }
            throw new IllegalArgumentException(
                    "engine '" + name + "' is unknown; choose xnnpack, builtin or gpu");
        }

        /** The name in results and arguments. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Kernels kernels;
    private final int threads;

    /**
     * Checks the number of threads.
     *
     * @throws IllegalArgumentException with a sentence, if it is not in 1 to 64
     */
    public EngineOptions(Kernels kernels, int threads) {
        if (threads < 1 || threads > MAXIMUM_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be 1 to " + MAXIMUM_THREADS + ", not " + threads);
        }
        this.kernels = kernels;
        this.threads = threads;
    }

    public Kernels kernels() {
        return kernels;
    }

    public int threads() {
        return threads;
    }
}
