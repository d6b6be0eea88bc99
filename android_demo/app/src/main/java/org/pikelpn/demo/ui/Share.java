package org.pikelpn.demo.ui;

import android.app.Activity;
import android.content.Intent;
import java.util.List;
import java.util.Map;
import org.pikelpn.demo.core.JsonWriter;
import org.pikelpn.demo.core.ResultCsv;

/** Hands results to another app. */
final class Share {
    private Share() {}

    /** One result as itself, several as a list. */
    static void json(Activity activity, List<Map<String, Object>> results) {
        send(activity, JsonWriter.write(results.size() == 1 ? results.get(0) : results));
    }

    static void csv(Activity activity, List<Map<String, Object>> results) {
        send(activity, ResultCsv.of(results));
    }

    private static void send(Activity activity, String text) {
        Intent send = new Intent(Intent.ACTION_SEND).setType("text/plain")
                .putExtra(Intent.EXTRA_TEXT, text);
        activity.startActivity(Intent.createChooser(send, null));
    }
}
