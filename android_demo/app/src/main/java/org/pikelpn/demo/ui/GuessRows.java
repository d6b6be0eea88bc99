package org.pikelpn.demo.ui;

import android.widget.LinearLayout;
import java.util.Locale;
import org.pikelpn.demo.core.Classification;
import org.pikelpn.demo.core.Classifier;

/** The likeliest classes, one below the other. */
final class GuessRows {
    private GuessRows() {}

    /** Adds a row for each class, and one that says how long the model computed. */
    static void add(Screen screen, LinearLayout card, Classifier.Answer answer) {
        for (Classification.Guess guess : answer.guesses()) {
            screen.row(card, guess.label(),
                    String.format(Locale.ROOT, "%.1f %%", 100 * guess.probability()));
            card.addView(screen.bar(guess.probability()));
        }
        screen.row(card, "Computed in",
                String.format(Locale.ROOT, "%.2f ms", answer.milliseconds()));
    }
}
