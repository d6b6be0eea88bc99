package org.pikelpn.demo.core;

import java.util.Map;

/** Looks into maps that JSON gave. */
public final class JsonPath {
    private JsonPath() {}

    /**
     * The value behind a path of names, or null where one of them is absent.
     *
     * @param path names; empty ones are passed over
     */
    public static Object get(Object root, String... path) {
        Object value = root;
        for (String name : path) {
            if (!name.isEmpty()) {
                value = value instanceof Map ? ((Map<?, ?>) value).get(name) : null;
            }
        }
        return value;
    }

    /** As {@link #get}, for a text; an empty one where there is none. */
    public static String text(Object root, String... path) {
        Object value = get(root, path);
        return value instanceof String ? (String) value : "";
    }

    /** As {@link #get}, for a number; not-a-number where there is none. */
    public static double number(Object root, String... path) {
        Object value = get(root, path);
        return value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
    }
}
