package org.pikelpn.demo.core;

import java.util.ArrayList;
import java.util.List;

/** Loads a model, warms up, measures. */
public final class BenchmarkRunner {
    private static final double NANOSECONDS = 1e9;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    private final Clock clock;
    private final Probe probe;

    public BenchmarkRunner(Clock clock, Probe probe) {
        this.clock = clock;
        this.probe = probe;
    }

    /**
     * Measures a model on inputs of zeros, or on a sample.
     *
     * @param sample bytes of all inputs, or null for zeros
     * @throws ModelException with a sentence, if the model cannot be loaded or run, or if progress
     *     stops it before the first measured run
     */
    public BenchmarkResult run(Engine engine, ModelFile model, EngineOptions options,
            BenchmarkPlan plan, byte[] sample, Progress progress) throws ModelException {
        long memoryBefore = probe.memory();
        long start = clock.nanoseconds();
        try (Session session = engine.open(model, options)) {
            double load = milliseconds(start, clock.nanoseconds());
            session.write(sample == null ? new byte[inputBytes(session)] : sample);
            double first = timeOneRun(session);
            for (int i = 1; i < plan.warmupRuns(); i++) {
                session.run();
            }
            List<Sample> samples = measure(session, plan, progress);
            if (samples.isEmpty()) {
                throw new ModelException("The benchmark was stopped before its first run.");
            }
            return new BenchmarkResult(model, engine.runtime(), options, load, first,
                    plan.warmupRuns(), samples, memoryBefore, probe.memory());
        }
    }

    private List<Sample> measure(Session session, BenchmarkPlan plan, Progress progress)
            throws ModelException {
        List<Sample> samples = new ArrayList<>();
        long start = clock.nanoseconds();
        double seconds = 0;
        while (!plan.isOver(samples.size(), seconds)
                && progress.goOn(plan.progress(samples.size(), seconds))) {
            double time = timeOneRun(session);
            seconds = (clock.nanoseconds() - start) / NANOSECONDS;
            samples.add(new Sample(seconds, time, probe.thermalStatus()));
        }
        return samples;
    }

    private double timeOneRun(Session session) throws ModelException {
        long start = clock.nanoseconds();
        session.run();
        return milliseconds(start, clock.nanoseconds());
    }

    private static double milliseconds(long start, long end) {
        return (end - start) / NANOSECONDS_PER_MILLISECOND;
    }

    private static int inputBytes(Session session) {
        int bytes = 0;
        for (TensorInfo input : session.inputs()) {
            bytes += input.bytes();
        }
        return bytes;
    }
}
