package org.pikelpn.demo.ui;

import android.content.Context;
import android.net.Uri;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
import org.pikelpn.demo.core.ResultJson;
import org.pikelpn.demo.device.Device;
import org.pikelpn.demo.device.Files;
import org.pikelpn.demo.device.History;
import org.pikelpn.demo.device.ModelSource;
import org.pikelpn.demo.engine.TfliteEngine;

/** A benchmark or an exactness check of a model. */
abstract class BenchmarkWork extends Work<BenchmarkWork.Outcome> {
    private static final int PROFILED_RUNS = 30;

    /** What came out: all but one are null. */
    static final class Outcome {
        /** Result of a benchmark in the JSON schema. */
        final Map<String, Object> benchmark;
        final ExactnessCheck.Report exactness;
        final List<OperatorTime> operators;

        Outcome(Map<String, Object> benchmark, ExactnessCheck.Report exactness,
                List<OperatorTime> operators) {
            this.benchmark = benchmark;
            this.exactness = exactness;
            this.operators = operators;
        }
    }

    /** A benchmark, which also goes into the history. */
    static BenchmarkWork benchmark(Context context, final ModelSource source,
            final EngineOptions options, final BenchmarkPlan plan) {
        final Device device = new Device(context);
        final History history = new History(context);
        return new BenchmarkWork() {
            @Override
            Outcome compute() throws ModelException {
                String started = Moments.now();
                BenchmarkResult result = new BenchmarkRunner(Clock.SYSTEM, device)
                        .run(new TfliteEngine(), source.load(), options, plan, null, this);
                Map<String, Object> json = ResultJson.of(result, device.info(), started, null);
                try {
                    history.add(json);
                } catch (IOException error) {
                    throw new ModelException(
                            "The result cannot be kept: free some storage.", error);
                }
                return new Outcome(json, null, null);
            }
        };
    }

    /** The time of each operator. */
    static BenchmarkWork profile(final ModelSource source, final EngineOptions options) {
        return new BenchmarkWork() {
            @Override
            Outcome compute() throws ModelException {
                return new Outcome(null, null,
                        new TfliteEngine().profile(source.load(), options, PROFILED_RUNS));
            }
        };
    }

    /**
     * A check against golden outputs.
     *
     * @param golden a document, or null for those beside the model
     */
    static BenchmarkWork check(Context context, final ModelSource source,
            final EngineOptions options, final Uri golden) {
        final Context application = context.getApplicationContext();
        return new BenchmarkWork() {
            @Override
            Outcome compute() throws ModelException {
                ModelFile model = source.load();
                Golden expected = golden == null
                        ? source.golden() : Golden.read(Files.document(application, golden));
                return new Outcome(null, ExactnessCheck.run(
                        new TfliteEngine(), model, options, expected, this), null);
            }
        };
    }
}
