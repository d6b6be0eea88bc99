package org.pikelpn.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The list of models inside the app, as {@code tools/make_bundle.py} writes it. */
public final class Bundle {
    /** A model of the bundle. */
    public static final class Entry {
        private final Object json;

        private Entry(Object json) {
            this.json = json;
        }

        /** What a user reads. */
        public String title() {
            return JsonPath.text(json, "title");
        }

        /** One line more. */
        public String description() {
            return JsonPath.text(json, "description");
        }

        /** File name of the model. */
        public String model() {
            return JsonPath.text(json, "model");
        }

        /** File name of its golden outputs. */
        public String golden() {
            return JsonPath.text(json, "golden");
        }

        /** Size of the model's file in bytes. */
        public long bytes() {
            return (long) JsonPath.number(json, "bytes");
        }

        /** Names of its classes. */
        public List<String> labels() {
            List<String> labels = new ArrayList<>();
            Object list = JsonPath.get(json, "labels");
            if (list instanceof List) {
                for (Object label : (List<?>) list) {
                    labels.add(String.valueOf(label));
                }
            }
            return labels;
        }
    }

    private Bundle() {}

    /**
     * Reads the index of the bundle.
     *
     * @throws IllegalArgumentException if the text is no such index
     */
    public static List<Entry> read(String json) {
        Object models = JsonPath.get(JsonReader.read(json), "models");
        if (!(models instanceof List)) {
            throw new IllegalArgumentException("the index of the bundle names no models");
        }
        List<Entry> entries = new ArrayList<>();
        for (Object model : (List<?>) models) {
            entries.add(new Entry(model));
        }
        return Collections.unmodifiableList(entries);
    }
}
