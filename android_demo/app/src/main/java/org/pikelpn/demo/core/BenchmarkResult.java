package org.pikelpn.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a benchmark measured. */
public final class BenchmarkResult {
    private final ModelFile model;
    private final String runtime;
    private final EngineOptions options;
    private final double load;
    private final double first;
    private final int warmupRuns;
    private final List<Sample> samples;
    private final long memoryBefore;
    private final long memoryAfter;
    private final Statistics latency;

    BenchmarkResult(ModelFile model, String runtime, EngineOptions options, double load,
            double first, int warmupRuns, List<Sample> samples, long memoryBefore,
            long memoryAfter) {
        this.model = model;
        this.runtime = runtime;
        this.options = options;
        this.load = load;
        this.first = first;
        this.warmupRuns = warmupRuns;
        this.samples = Collections.unmodifiableList(new ArrayList<>(samples));
        this.memoryBefore = memoryBefore;
        this.memoryAfter = memoryAfter;
        double[] times = new double[samples.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = samples.get(i).milliseconds();
        }
        latency = new Statistics(times);
    }

    public ModelFile model() {
        return model;
    }

    public String runtime() {
        return runtime;
    }

    public EngineOptions options() {
        return options;
    }

    /** Milliseconds from the bytes of the file to a model that is ready. */
    public double loadMilliseconds() {
        return load;
    }

    /** Milliseconds of the very first run. */
    public double firstMilliseconds() {
        return first;
    }

    public int warmupRuns() {
        return warmupRuns;
    }

    public List<Sample> samples() {
        return samples;
    }

    /** Statistics of the measured runs in milliseconds. */
    public Statistics latency() {
        return latency;
    }

    /** Bytes of the process with the model loaded, below 0 where unknown. */
    public long memory() {
        return memoryAfter;
    }

    /** Bytes that the model added to the process, below 0 where unknown. */
    public long modelMemory() {
        return memoryBefore < 0 || memoryAfter < 0 ? -1 : Math.max(0, memoryAfter - memoryBefore);
    }

    /** Whether enough was measured for the percentiles to mean something. */
    public boolean isValid() {
        return samples.size() >= BenchmarkPlan.VALID_RUNS
                && samples.get(samples.size() - 1).seconds() >= BenchmarkPlan.VALID_SECONDS;
    }
}
