package org.pikelpn.demo.engine;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;
import org.pikelpn.demo.core.BenchmarkPlan;
import org.pikelpn.demo.core.BenchmarkResult;
import org.pikelpn.demo.core.BenchmarkRunner;
import org.pikelpn.demo.core.Clock;
import org.pikelpn.demo.core.EngineOptions;
import org.pikelpn.demo.core.ExactnessCheck;
import org.pikelpn.demo.core.Golden;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.ModelFile;
import org.pikelpn.demo.core.OperatorTime;
import org.pikelpn.demo.core.Probe;
import org.pikelpn.demo.core.Progress;
import org.pikelpn.demo.core.Session;
import org.pikelpn.demo.core.TensorInfo;

/** The engine with the app's own native library for x86-64. */
public class TfliteEngineTest {
    private static final Path BUNDLE = Paths.get(System.getProperty("demo.bundle"));
    private final TfliteEngine engine = new TfliteEngine();

    private static ModelFile model() throws IOException, ModelException {
        return new ModelFile("small.tflite", Files.readAllBytes(BUNDLE.resolve("small.tflite")));
    }

    private static Golden golden() throws IOException, ModelException {
        return Golden.read(Files.readAllBytes(BUNDLE.resolve("small.golden")));
    }

    private static EngineOptions cpu(EngineOptions.Kernels kernels, int threads) {
        return new EngineOptions(kernels, threads);
    }

    @Test
    public void runtimeIsNamed() {
        assertEquals("TensorFlow Lite 2.16.1", engine.runtime());
    }

    @Test
    public void xnnpackIsExact() throws Exception {
        ExactnessCheck.Report report = ExactnessCheck.run(engine, model(),
                cpu(EngineOptions.Kernels.XNNPACK, 2), golden(), Progress.NONE);
        assertTrue(report.first(), report.isExact());
        assertEquals(20, report.compared());
    }

    @Test
    public void builtinKernelsAreExact() throws Exception {
        assertTrue(ExactnessCheck.run(engine, model(), cpu(EngineOptions.Kernels.BUILTIN, 1),
                golden(), Progress.NONE).isExact());
    }

    @Test
    public void goldenOutputsTellInputsApart() throws Exception {
        assertTrue(!Arrays.equals(golden().output(0), golden().output(1)));
    }

    @Test
    public void edgesAreDescribed() throws Exception {
        try (Session session = engine.open(model(), cpu(EngineOptions.Kernels.XNNPACK, 1))) {
            TensorInfo input = session.inputs()[0];
            assertArrayEquals(new int[] {1, 16, 16, 3}, input.shape());
            assertEquals(TensorInfo.Type.INT8, input.type());
            assertEquals(1 / 256.0, input.scale(), 0);
            assertEquals(-128, input.zeroPoint());
            assertEquals(10, session.outputs()[0].elements());
        }
    }

    @Test
    public void benchmarkMeasures() throws Exception {
        BenchmarkResult result = new BenchmarkRunner(Clock.SYSTEM, Probe.NONE).run(engine, model(),
                cpu(EngineOptions.Kernels.XNNPACK, 1), new BenchmarkPlan(1, 3, 0, 60),
                golden().input(0), Progress.NONE);
        assertEquals(3, result.latency().count());
        assertTrue(result.latency().minimum() > 0);
    }

    @Test
    public void builtinOperatorsTellTheirTimes() throws Exception {
        List<OperatorTime> operators =
                engine.profile(model(), cpu(EngineOptions.Kernels.BUILTIN, 1), 4);
        assertEquals("CONV_2D", operators.get(0).name());
        assertEquals("FULLY_CONNECTED", operators.get(operators.size() - 1).name());
        assertEquals(30, operators.size());
        for (OperatorTime operator : operators) {
            assertTrue(operator.name(), operator.milliseconds() > 0);
            assertTrue(!operator.insideDelegate());
        }
        // Together they take about as long as a whole run.
        double whole = new BenchmarkRunner(Clock.SYSTEM, Probe.NONE).run(engine, model(),
                cpu(EngineOptions.Kernels.BUILTIN, 1), new BenchmarkPlan(1, 4, 0, 60),
                golden().input(0), Progress.NONE).latency().minimum();
        double total = OperatorTime.total(operators);
        assertTrue(total + " of " + whole, total > whole / 4);
    }

    @Test
    public void xnnpackTellsTheTimesOfItsOwnOperators() throws Exception {
        List<OperatorTime> operators =
                engine.profile(model(), cpu(EngineOptions.Kernels.XNNPACK, 1), 50);
        assertEquals(30, operators.size());
        int convolutions = 0;
        for (OperatorTime operator : operators) {
            assertTrue(operator.insideDelegate());
            convolutions += operator.name().startsWith("Convolution (NHWC, QC8)") ? 1 : 0;
        }
        assertEquals(28, convolutions);
        assertTrue(OperatorTime.total(operators) > 0);
    }

    @Test
    public void gpuHasNoProfileAndDamageIsASentence() throws Exception {
        ModelException error = assertThrows(ModelException.class, () ->
                engine.profile(model(), cpu(EngineOptions.Kernels.GPU, 1), 1));
        assertTrue(error.getMessage().contains("does not tell the time of its operators"));
        ModelFile part = new ModelFile("part.tflite", Arrays.copyOf(model().bytes(), 5000));
        assertThrows(ModelException.class, () ->
                engine.profile(part, cpu(EngineOptions.Kernels.XNNPACK, 1), 1));
    }

    @Test
    public void everyDamageIsASentence() throws Exception {
        byte[] whole = model().bytes();
        for (int length = 16; length < whole.length; length += whole.length / 40) {
            ModelFile part = new ModelFile("part.tflite", Arrays.copyOf(whole, length));
            ModelException error = assertThrows("cut to " + length, ModelException.class, () ->
                    engine.open(part, cpu(EngineOptions.Kernels.XNNPACK, 1)).close());
            assertTrue(error.getMessage().contains("'part.tflite' is damaged"));
        }
    }

    @Test
    public void gpuThatIsNotThereIsASentence() throws Exception {
        ModelException error = assertThrows(ModelException.class, () ->
                engine.open(model(), cpu(EngineOptions.Kernels.GPU, 1)));
        assertTrue(error.getMessage().contains("choose the CPU"));
    }
}
