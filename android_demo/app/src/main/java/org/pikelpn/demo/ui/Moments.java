package org.pikelpn.demo.ui;

import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;

/** Dates and times as results name them. */
final class Moments {
    private Moments() {}

    /** Now, ISO 8601, in UTC. */
    static String now() {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        return format.format(new Date());
    }

    /** What {@link #now} gave, as a person reads it. */
    static String readable(String moment) {
        return moment.replace('T', ' ').replace("Z", " UTC");
    }
}
