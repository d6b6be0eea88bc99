package org.pikelpn.demo.ui;

import android.app.Activity;
import android.content.Intent;
import android.view.View;
import android.widget.LinearLayout;
import java.util.List;
import java.util.Map;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.JsonWriter;
import org.pikelpn.demo.core.ResultCsv;

/** Hands results to another app. */
final class Share {
    private Share() {}

    /** Adds a button for each format to a card. */
    static void addButtons(Screen screen, LinearLayout card, final Activity activity,
            final List<Map<String, Object>> results) {
        screen.add(card, screen.button(R.string.share_json, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                json(activity, results);
            }
        }));
        screen.add(card, screen.button(R.string.share_csv, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                send(activity, ResultCsv.of(results));
            }
        }));
    }

    /** One result as itself, several as a list. */
    private static void json(Activity activity, List<Map<String, Object>> results) {
        send(activity, JsonWriter.write(results.size() == 1 ? results.get(0) : results));
    }

    private static void send(Activity activity, String text) {
        Intent send = new Intent(Intent.ACTION_SEND).setType("text/plain")
                .putExtra(Intent.EXTRA_TEXT, text);
        activity.startActivity(Intent.createChooser(send, null));
    }
}
