package org.pikelpn.demo.ui;

import android.app.Activity;
import android.graphics.Rect;
import android.graphics.Typeface;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.ExactnessCheck;
import org.pikelpn.demo.core.JsonPath;
import org.pikelpn.demo.core.OperatorTime;

/** Shows how work goes on and what came out of it. */
final class ResultCards {
    private final Screen screen;
    private final Activity activity;
    private final LinearLayout card;

    ResultCards(Screen screen, Activity activity) {
        this.screen = screen;
        this.activity = activity;
        card = screen.card();
        card.setVisibility(View.GONE);
    }

    void show(BenchmarkWork work) {
        card.removeAllViews();
        card.setVisibility(View.VISIBLE);
        if (!work.isDone()) {
            showProgress(work);
        } else if (work.error() != null) {
            card.addView(screen.text(work.error(), 16, R.color.bad));
        } else if (work.result().exactness != null) {
            showExactness(work.result().exactness);
        } else if (work.result().operators != null) {
            showOperators(work.result().operators);
        } else {
            showBenchmark(work.result().benchmark);
        }
        card.post(new Runnable() {
            @Override
            public void run() {
                card.requestRectangleOnScreen(new Rect(0, 0, card.getWidth(), card.getHeight()));
            }
        });
    }

    private void showProgress(final BenchmarkWork work) {
        screen.add(card, screen.bar(work.share()));
        screen.add(card, screen.button(R.string.cancel, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                work.stop();
            }
        }));
    }

    private void showExactness(ExactnessCheck.Report report) {
        int color = report.isExact() ? R.color.good : R.color.bad;
        headline(report.isExact() ? "Exact" : "Not exact", color);
        card.addView(screen.text(String.format(Locale.ROOT,
                "%,d of %,d output integers differ", report.differing(), report.compared()),
                16, R.color.text));
        if (!report.isExact()) {
            screen.row(card, "Largest difference", String.valueOf(report.largest()));
            screen.row(card, "First", report.first());
        }
    }

    private void showOperators(List<OperatorTime> operators) {
        double total = OperatorTime.total(operators);
        headline(String.format(Locale.ROOT, "%.3f ms", total), R.color.accent);
        card.addView(screen.text("all operators together, as the runtime tells",
                14, R.color.faint));
        for (OperatorTime operator : operators) {
            screen.row(card, operator.name(),
                    String.format(Locale.ROOT, "%.3f ms", operator.milliseconds()));
            card.addView(screen.bar(total > 0 ? operator.milliseconds() / total : 0));
        }
    }

    private void headline(String content, int color) {
        TextView text = screen.text(content, 32, color);
        text.setTypeface(Typeface.DEFAULT_BOLD);
        card.addView(text);
    }

    private void showBenchmark(final Map<String, Object> result) {
        headline(milliseconds(result, "latency_ms", "p50"), R.color.accent);
        card.addView(screen.text("median of " + Math.round(
                JsonPath.number(result, "latency_ms", "runs")) + " runs, "
                + JsonPath.text(result, "engine", "name"), 14, R.color.faint));
        if (!Boolean.TRUE.equals(result.get("valid"))) {
            card.addView(screen.text("Too short to trust: measure longer.", 14, R.color.bad));
        }
        screen.row(card, "Mean", milliseconds(result, "latency_ms", "mean"));
        screen.row(card, "90 % below", milliseconds(result, "latency_ms", "p90"));
        screen.row(card, "99 % below", milliseconds(result, "latency_ms", "p99"));
        screen.row(card, "Fastest, slowest", milliseconds(result, "latency_ms", "min") + ", "
                + milliseconds(result, "latency_ms", "max"));
        screen.row(card, "Loading", milliseconds(result, "load_ms"));
        screen.row(card, "First run", milliseconds(result, "first_ms"));
        screen.row(card, "Memory of the model", megabytes(result, "memory", "model_bytes"));
        screen.row(card, "Heat, start to end", Heat.span((List<?>) result.get("samples_thermal")));
        screen.add(card, screen.text(activity.getString(R.string.times), 14, R.color.faint));
        screen.add(card, new LineChart(activity, numbers(result.get("samples_at_s")),
                numbers(result.get("samples_ms")), "s"));
        Share.addButtons(screen, card, activity, Collections.singletonList(result));
    }

    static double[] numbers(Object list) {
        List<?> values = (List<?>) list;
        double[] numbers = new double[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) values.get(i)).doubleValue();
        }
        return numbers;
    }

    static String milliseconds(Object result, String... path) {
        return String.format(Locale.ROOT, "%.2f ms", JsonPath.number(result, path));
    }

    private static String megabytes(Object result, String... path) {
        double bytes = JsonPath.number(result, path);
        return Double.isNaN(bytes) ? "unknown" : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
