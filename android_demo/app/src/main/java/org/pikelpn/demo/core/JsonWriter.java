package org.pikelpn.demo.core;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, texts, numbers, booleans and null as JSON, indented by two. */
public final class JsonWriter {
    private static final String INDENT = "  ";

    private JsonWriter() {}

    /**
     * The JSON text of a value.
     *
     * @throws IllegalArgumentException if a value, or one inside it, has no place in JSON
     */
    public static String write(Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value, "\n");
        return text.append('\n').toString();
    }

    private static void append(StringBuilder text, Object value, String line) {
        if (value == null || value instanceof Boolean) {
            text.append(value);
        } else if (value instanceof Number) {
            text.append(number((Number) value));
        } else if (value instanceof String) {
            appendText(text, (String) value);
        } else if (value instanceof Map) {
            appendMap(text, (Map<?, ?>) value, line);
        } else if (value instanceof List) {
            appendList(text, (List<?>) value, line);
        } else {
            throw new IllegalArgumentException(value.getClass() + " has no place in JSON");
        }
    }

    private static String number(Number number) {
        double value = number.doubleValue();
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(number + " has no place in JSON");
        }
        return number.toString();
    }

    private static void appendMap(StringBuilder text, Map<?, ?> map, String line) {
        text.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            text.append(line).append(INDENT);
            appendText(text, (String) entry.getKey());
            text.append(": ");
            append(text, entry.getValue(), line + INDENT);
            text.append(entries.hasNext() ? "," : line);
        }
        text.append('}');
    }

    private static void appendList(StringBuilder text, List<?> list, String line) {
        text.append('[');
        for (int i = 0; i < list.size(); i++) {
            text.append(i == 0 ? "" : ", ");
            append(text, list.get(i), line + INDENT);
        }
        text.append(']');
    }

    private static void appendText(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
