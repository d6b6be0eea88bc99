package org.pikelpn.demo.core;

import java.util.Arrays;

/** Order statistics and moments of measured times; percentiles interpolate as NumPy's do. */
public final class Statistics {
    private final double[] sorted;
    private final double mean;
    private final double deviation;

    /**
     * Takes a copy of the measurements.
     *
     * @param values times in milliseconds, at least one, all finite and not negative
     * @throws IllegalArgumentException if there is none or one is no time
     */
    public Statistics(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no time was measured; run at least once");
        }
        sorted = values.clone();
        Arrays.sort(sorted);
        double sum = 0;
        for (double value : sorted) {
            if (Double.isNaN(value) || Double.isInfinite(value) || value < 0) {
                throw new IllegalArgumentException(value + " is no time in milliseconds");
            }
            sum += value;
        }
        mean = sum / sorted.length;
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        deviation = Math.sqrt(squares / sorted.length);
    }

    /** Number of measurements. */
    public int count() {
        return sorted.length;
    }

    /** Arithmetic mean. */
    public double mean() {
        return mean;
    }

    /** Standard deviation of the population. */
    public double deviation() {
        return deviation;
    }

    /** Smallest value. */
    public double minimum() {
        return sorted[0];
    }

    /** Largest value. */
    public double maximum() {
        return sorted[sorted.length - 1];
    }

    /**
     * The value below which a share of the measurements lies.
     *
     * @param percent 0 to 100
     */
    public double percentile(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("a percentile lies in 0 to 100, not at " + percent);
        }
        double position = percent / 100 * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
