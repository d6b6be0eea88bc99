package org.pikelpn.demo.ui;

import java.util.List;

/** Thermal statuses in words. */
final class Heat {
    private static final String[] WORDS = {
        "none", "light", "moderate", "severe", "critical", "emergency", "shutdown"
    };

    private Heat() {}

    /** First and last status of a list of numbers; null stands for an unknown one. */
    static String span(List<?> statuses) {
        String first = word(statuses.get(0));
        String last = word(statuses.get(statuses.size() - 1));
        return first.equals(last) ? first : first + " to " + last;
    }

    private static String word(Object status) {
        int number = status == null ? -1 : ((Number) status).intValue();
        return number >= 0 && number < WORDS.length ? WORDS[number] : "unknown";
    }
}
