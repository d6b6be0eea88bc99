package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class BenchmarkRunnerTest {
    private final FakeEngine engine = new FakeEngine();
    private final EngineOptions options = new EngineOptions(EngineOptions.Kernels.XNNPACK, 2);
    private long now;
    private int measured;

    private final Clock clock = new Clock() {
        @Override
        public long nanoseconds() {
            return now;
        }
    };

    private final Probe probe = new Probe() {
        private long memory = 1000;

        @Override
        public long memory() {
            memory += 500;
            return memory;
        }

        @Override
        public int thermalStatus() {
            return measured++;
        }
    };

    /** Every run takes longer than the one before by 10 ms. */
    private void slowDown() {
        engine.everyRun = new Runnable() {
            @Override
            public void run() {
                now += engine.runs * 10_000_000L;
            }
        };
    }

    private BenchmarkResult run(BenchmarkPlan plan, Progress progress) throws ModelException {
        return new BenchmarkRunner(clock, probe)
                .run(engine, FakeEngine.model(), options, plan, null, progress);
    }

    @Test
    public void warmUpIsNotMeasured() throws ModelException {
        slowDown();
        BenchmarkResult result = run(new BenchmarkPlan(3, 4, 0, 60), Progress.NONE);
        assertEquals(7, engine.runs);
        assertEquals(10, result.firstMilliseconds(), 1e-9);
        assertEquals(40, result.latency().minimum(), 1e-9);
        assertEquals(70, result.latency().maximum(), 1e-9);
        assertEquals(0.22, result.samples().get(3).seconds(), 1e-9);
        assertEquals(3, result.samples().get(3).thermalStatus());
    }

    @Test
    public void runsUntilRunsAndSecondsAreMet() throws ModelException {
        slowDown();
        assertEquals(9, run(new BenchmarkPlan(1, 2, 0.5, 60), Progress.NONE).samples().size());
        assertEquals(5, run(new BenchmarkPlan(1, 5, 0.1, 60), Progress.NONE).samples().size());
    }

    @Test
    public void longestTimeEndsIt() throws ModelException {
        slowDown();
        assertEquals(2, run(new BenchmarkPlan(0, 1000, 0, 0.05), Progress.NONE).samples().size());
    }

    @Test
    public void memoryIsThatOfTheModel() throws ModelException {
        BenchmarkResult result = run(new BenchmarkPlan(1, 1, 0, 1), Progress.NONE);
        assertEquals(500, result.modelMemory());
        assertEquals(2000, result.memory());
    }

    @Test
    public void fewRunsAreNotValid() throws ModelException {
        slowDown();
        assertFalse(run(new BenchmarkPlan(1, 19, 1, 60), Progress.NONE).isValid());
        assertTrue(run(new BenchmarkPlan(1, 20, 1, 60), Progress.NONE).isValid());
    }

    @Test
    public void stopsAtOnceAndClosesTheModel() {
        Progress never = new Progress() {
            @Override
            public boolean goOn(double share) {
                return false;
            }
        };
        ModelException error = assertThrows(ModelException.class,
                () -> run(BenchmarkPlan.standard(), never));
        assertTrue(error.getMessage().contains("stopped"));
        assertEquals(1, engine.closed);
    }

    @Test
    public void failureClosesTheModel() {
        engine.failAtRun = 3;
        assertThrows(ModelException.class, () -> run(BenchmarkPlan.standard(), Progress.NONE));
        assertEquals(1, engine.closed);
    }

    @Test
    public void progressRises() {
        BenchmarkPlan plan = new BenchmarkPlan(0, 10, 2, 4);
        assertEquals(0, plan.progress(0, 0), 0);
        assertEquals(0.25, plan.progress(5, 0.5), 1e-12);
        assertEquals(0.75, plan.progress(1, 3), 1e-12);
        assertEquals(1, plan.progress(20, 2.5), 0);
    }

    @Test
    public void refusesPlansWithoutSense() {
        assertThrows(IllegalArgumentException.class, () -> new BenchmarkPlan(-1, 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new BenchmarkPlan(0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new BenchmarkPlan(0, 1, 2, 1));
        assertThrows(IllegalArgumentException.class,
                () -> new BenchmarkPlan(0, 1, 0, Double.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> new BenchmarkPlan(0, 1, Double.NaN, 1));
    }
}
