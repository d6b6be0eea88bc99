package org.pikelpn.demo.core;

/** How long to warm up and to measure. */
public final class BenchmarkPlan {
    /** Below this many measured runs a percentile says little. */
    public static final int VALID_RUNS = 20;
    /** Below this measured time clocks have not settled. */
    public static final double VALID_SECONDS = 1.0;

    private final int warmupRuns;
    private final int runs;
    private final double minimumSeconds;
    private final double maximumSeconds;

    /**
     * Measures until both the runs and the minimum of seconds are reached, or the maximum is.
     *
     * @throws IllegalArgumentException with a sentence, if a number makes no sense
     */
    public BenchmarkPlan(int warmupRuns, int runs, double minimumSeconds, double maximumSeconds) {
        check(warmupRuns >= 0, "warm-up runs must be 0 or more, not " + warmupRuns);
        check(runs >= 1, "runs must be 1 or more, not " + runs);
        check(minimumSeconds >= 0 && minimumSeconds <= maximumSeconds
                        && !Double.isInfinite(maximumSeconds),
                "seconds must run from 0 upwards to a finite maximum, not from "
                        + minimumSeconds + " to " + maximumSeconds);
        this.warmupRuns = warmupRuns;
        this.runs = runs;
        this.minimumSeconds = minimumSeconds;
        this.maximumSeconds = maximumSeconds;
    }

    private static void check(boolean right, String sentence) {
        if (!right) {
            throw new IllegalArgumentException(sentence);
        }
    }

    /** Five warm-up runs, then at least 50 runs and one second, at most 60 seconds. */
    public static BenchmarkPlan standard() {
        return new BenchmarkPlan(5, 50, 1, 60);
    }

    /** Runs for a time, for watching how heat slows a phone. */
    public static BenchmarkPlan sustained(double seconds) {
        return new BenchmarkPlan(5, 1, seconds, seconds);
    }

    public int warmupRuns() {
        return warmupRuns;
    }

    /** Whether measuring is over after so many runs and seconds. */
    public boolean isOver(int done, double seconds) {
        return done >= 1 && seconds >= maximumSeconds || done >= runs && seconds >= minimumSeconds;
    }

    /** Share of the plan that is done, 0 to 1. */
    public double progress(int done, double seconds) {
        double byRuns = Math.min((double) done / runs, 1);
        double byTime = minimumSeconds > 0 ? Math.min(seconds / minimumSeconds, 1) : 1;
        return Math.max(Math.min(byRuns, byTime), Math.min(seconds / maximumSeconds, 1));
    }
}
