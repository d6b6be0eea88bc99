package org.pikelpn.demo.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The arguments of a benchmark that a script asks for; all are texts. */
public final class ScriptArguments {
    /** Names of all arguments. */
    public static final List<String> NAMES = Collections.unmodifiableList(Arrays.asList(
            "model", "golden", "engine", "threads", "warmup", "runs", "min_seconds",
            "max_seconds", "profile", "id"));

    private static final String PLAIN_NAME = "[A-Za-z0-9_-]{1,64}";

    private final Map<String, String> values;

    /**
     * Checks the names of the arguments.
     *
     * @throws IllegalArgumentException with a sentence, if one is unknown or missing
     */
    public ScriptArguments(Map<String, String> values) {
        for (String name : values.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "argument '" + name + "' is unknown; there are " + NAMES);
            }
        }
        this.values = values;
        if (!id().matches(PLAIN_NAME)) {
            throw new IllegalArgumentException(
                    "argument 'id' must be letters, digits, - and _, not '" + id() + "'");
        }
    }

    /** A model of the bundle by its file name, or the path of a file. */
    public String model() {
        if (!values.containsKey("model")) {
            throw new IllegalArgumentException("argument 'model' is missing; name a model");
        }
        return values.get("model");
    }

    /** Path of golden outputs, or null. */
    public String golden() {
        return values.get("golden");
    }

    /** Name of the result's file, without its ending. */
    public String id() {
        return text("id", "result");
    }

    /** Kernels and threads. */
    public EngineOptions options() {
        return new EngineOptions(
                EngineOptions.Kernels.of(text("engine", "xnnpack")), integer("threads", 1));
    }

    /** How long to measure. */
    public BenchmarkPlan plan() {
        return new BenchmarkPlan(integer("warmup", 5), integer("runs", 50),
                number("min_seconds", 1), number("max_seconds", 60));
    }

    /** How many runs to take the time of each operator in; 0 for none. */
    public int profileRuns() {
        int runs = integer("profile", 0);
        if (runs < 0) {
            throw new IllegalArgumentException(
                    "argument 'profile' must be 0 or more runs, not " + runs);
        }
        return runs;
    }

    private String text(String name, String otherwise) {
        return values.containsKey(name) ? values.get(name) : otherwise;
    }

    private int integer(String name, int otherwise) {
        double value = number(name, otherwise);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "argument '" + name + "' must be a whole number, not " + values.get(name));
        }
        return (int) value;
    }

    private double number(String name, double otherwise) {
        if (!values.containsKey(name)) {
            return otherwise;
        }
        try {
            return Double.parseDouble(values.get(name));
        } catch (NumberFormatException error) {
            throw new IllegalArgumentException(
                    "argument '" + name + "' must be a number, not '" + values.get(name) + "'");
        }
    }
}
