package org.pikelpn.demo.core;

/** One measured run. */
public final class Sample {
    private final double seconds;
    private final double milliseconds;
    private final int thermalStatus;

    /**
     * Keeps what was measured.
     *
     * @param seconds when the run ended, since measuring began
     * @param milliseconds how long it took
     * @param thermalStatus as {@link Probe#thermalStatus} gives it
     */
    public Sample(double seconds, double milliseconds, int thermalStatus) {
        this.seconds = seconds;
        this.milliseconds = milliseconds;
        this.thermalStatus = thermalStatus;
    }

    public double seconds() {
        return seconds;
    }

    public double milliseconds() {
        return milliseconds;
    }

    public int thermalStatus() {
        return thermalStatus;
    }
}
