package org.pikelpn.demo.ui;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.LinearLayout;
import java.util.List;
import java.util.Map;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.JsonPath;
import org.pikelpn.demo.device.History;

/** What was measured on this device, newest first. */
public final class HistoryActivity extends Activity {
    private History history;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        history = new History(this);
        show();
    }

    private void show() {
        Screen screen = new Screen(this, getString(R.string.history), "");
        List<Map<String, Object>> results = history.all();
        if (results.isEmpty()) {
            screen.card().addView(
                    screen.text(getString(R.string.empty_history), 16, R.color.faint));
            return;
        }
        if (results.size() > 1) {
            addChart(screen, results);
        }
        for (int i = results.size() - 1; i >= 0; i--) {
            addResult(screen, results.get(i));
        }
        addActions(screen, results);
    }

    private void addChart(Screen screen, List<Map<String, Object>> results) {
        LinearLayout card = screen.card();
        card.addView(screen.text(getString(R.string.trend), 14, R.color.faint));
        double[] numbers = new double[results.size()];
        double[] means = new double[results.size()];
        for (int i = 0; i < means.length; i++) {
            numbers[i] = i + 1;
            means[i] = JsonPath.number(results.get(i), "latency_ms", "mean");
        }
        screen.add(card, new LineChart(this, numbers, means, "results"));
    }

    private void addResult(Screen screen, Map<String, Object> result) {
        LinearLayout card = screen.card();
        card.addView(screen.text(JsonPath.text(result, "model", "name"), 17, R.color.text));
        card.addView(screen.text(
                Moments.readable(JsonPath.text(result, "started")), 13, R.color.faint));
        screen.row(card, "Engine", JsonPath.text(result, "engine", "name") + ", threads: "
                + Math.round(JsonPath.number(result, "engine", "threads")));
        screen.row(card, "Median", ResultCards.milliseconds(result, "latency_ms", "p50"));
        screen.row(card, "90 % below", ResultCards.milliseconds(result, "latency_ms", "p90"));
    }

    private void addActions(Screen screen, List<Map<String, Object>> results) {
        LinearLayout card = screen.card();
        Share.addButtons(screen, card, this, results);
        screen.add(card, screen.button(R.string.delete_all, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                history.clear();
                show();
            }
        }));
    }
}
