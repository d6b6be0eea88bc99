package org.pikelpn.demo.core;

import java.util.List;
import java.util.Map;

/** Results as rows of comma-separated values, with a header. */
public final class ResultCsv {
    // Group (empty for the top) and name of each column in the JSON result.
    private static final String[][] COLUMNS = {
        {"", "started"}, {"model", "name"}, {"model", "bytes"}, {"model", "sha256"},
        {"engine", "name"}, {"engine", "runtime"}, {"engine", "threads"},
        {"device", "name"}, {"device", "system"}, {"device", "processor"},
        {"", "load_ms"}, {"", "first_ms"}, {"latency_ms", "runs"}, {"latency_ms", "mean"},
        {"latency_ms", "stddev"}, {"latency_ms", "min"}, {"latency_ms", "p50"},
        {"latency_ms", "p90"}, {"latency_ms", "p99"}, {"latency_ms", "max"},
        {"memory", "process_bytes"}, {"memory", "model_bytes"}, {"", "valid"},
        {"exactness", "compared"}, {"exactness", "differing"},
    };

    private ResultCsv() {}

    /** The header and one row for each result; what a result does not know stays empty. */
    public static String of(List<Map<String, Object>> results) {
        StringBuilder text = new StringBuilder();
        for (String[] column : COLUMNS) {
            String name = column[0].isEmpty() ? column[1] : column[0] + "." + column[1];
            text.append(text.length() == 0 ? "" : ",").append(name);
        }
        text.append("\r\n");
        for (Map<String, Object> result : results) {
            appendRow(text, result);
        }
        return text.toString();
    }

    private static void appendRow(StringBuilder text, Map<String, Object> result) {
        for (int i = 0; i < COLUMNS.length; i++) {
            text.append(i == 0 ? "" : ",").append(cell(JsonPath.get(result, COLUMNS[i])));
        }
        text.append("\r\n");
    }

    private static String cell(Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        if (value instanceof Double && text.endsWith(".0")) {
            return text.substring(0, text.length() - 2);
        }
        if (text.indexOf(',') < 0 && text.indexOf('"') < 0 && text.indexOf('\n') < 0) {
            return text;
        }
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
