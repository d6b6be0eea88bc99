package org.pikelpn.demo.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A benchmark's result as JSON; {@code tflite_export.benchmark} writes the same schema. */
public final class ResultJson {
    /** Name and version of the schema. */
    public static final String SCHEMA = "pikelpn.benchmark/1";

    private ResultJson() {}

    /**
     * The result as maps and lists.
     *
     * @param started date and time of the start, ISO 8601
     * @param exactness what the exactness check found, or null where it was not run
     */
    public static Map<String, Object> of(BenchmarkResult result, DeviceInfo device, String started,
            ExactnessCheck.Report exactness) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", SCHEMA);
        root.put("started", started);
        root.put("model", model(result.model()));
        root.put("engine", engine(result));
        root.put("device", device(device));
        root.put("load_ms", result.loadMilliseconds());
        root.put("first_ms", result.firstMilliseconds());
        root.put("warmup_runs", result.warmupRuns());
        root.put("latency_ms", latency(result.latency()));
        root.put("memory", memory(result));
        root.put("valid", result.isValid());
        root.put("exactness", exactness(exactness));
        addSamples(root, result.samples());
        return root;
    }

    /** The result of a benchmark that failed: the sentence that says why. */
    public static Map<String, Object> error(String sentence) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", SCHEMA);
        root.put("error", sentence);
        return root;
    }

    private static Map<String, Object> model(ModelFile model) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", model.name());
        map.put("bytes", model.bytes().length);
        map.put("sha256", model.sha256());
        return map;
    }

    private static Map<String, Object> engine(BenchmarkResult result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", result.options().kernels().label());
        map.put("runtime", result.runtime());
        map.put("threads", result.options().threads());
        return map;
    }

    private static Map<String, Object> device(DeviceInfo device) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", device.name());
        map.put("system", device.system());
        map.put("processor", device.processor());
        map.put("abi", device.abi());
        map.put("cores", device.cores());
        return map;
    }

    private static Map<String, Object> latency(Statistics latency) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("runs", latency.count());
        map.put("mean", latency.mean());
        map.put("stddev", latency.deviation());
        map.put("min", latency.minimum());
        map.put("p50", latency.percentile(50));
        map.put("p90", latency.percentile(90));
        map.put("p99", latency.percentile(99));
        map.put("max", latency.maximum());
        return map;
    }

    private static Map<String, Object> memory(BenchmarkResult result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("process_bytes", known(result.memory()));
        map.put("model_bytes", known(result.modelMemory()));
        return map;
    }

    private static Object known(long value) {
        return value < 0 ? null : value;
    }

    private static Map<String, Object> exactness(ExactnessCheck.Report report) {
        if (report == null) {
            return null;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("compared", report.compared());
        map.put("differing", report.differing());
        map.put("largest", report.largest());
        map.put("first", report.first());
        return map;
    }

    private static void addSamples(Map<String, Object> root, List<Sample> samples) {
        List<Object> times = new ArrayList<>();
        List<Object> moments = new ArrayList<>();
        List<Object> thermal = new ArrayList<>();
        for (Sample sample : samples) {
            times.add(sample.milliseconds());
            moments.add(sample.seconds());
            thermal.add(known(sample.thermalStatus()));
        }
        root.put("samples_ms", times);
        root.put("samples_at_s", moments);
        root.put("samples_thermal", thermal);
    }
}
