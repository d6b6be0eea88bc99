package org.pikelpn.demo.ui;

import android.app.Activity;
import android.widget.LinearLayout;
import android.widget.ProgressBar;
import java.util.Locale;
import org.pikelpn.demo.core.Classification;
import org.pikelpn.demo.core.Classifier;

/** The likeliest classes, one below the other. */
final class GuessRows {
    private static final int STEPS = 1000;

    private GuessRows() {}

    /** Adds a row for each class, and one that says how long the model computed. */
    static void add(Screen screen, Activity activity, LinearLayout card, Classifier.Answer answer) {
        for (Classification.Guess guess : answer.guesses()) {
            screen.row(card, guess.label(),
                    String.format(Locale.ROOT, "%.1f %%", 100 * guess.probability()));
            ProgressBar bar = new ProgressBar(
                    activity, null, android.R.attr.progressBarStyleHorizontal);
            bar.setMax(STEPS);
            bar.setProgress((int) (guess.probability() * STEPS));
            card.addView(bar);
        }
        screen.row(card, "Computed in",
                String.format(Locale.ROOT, "%.2f ms", answer.milliseconds()));
    }
}
