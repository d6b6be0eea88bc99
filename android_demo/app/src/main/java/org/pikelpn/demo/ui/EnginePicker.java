package org.pikelpn.demo.ui;

import android.app.Activity;
import android.widget.ArrayAdapter;
import android.widget.LinearLayout;
import android.widget.RadioButton;
import android.widget.RadioGroup;
import android.widget.Spinner;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.EngineOptions;

/** A card to choose kernels and threads on. */
final class EnginePicker {
    // In the order of the enumeration.
    private static final String[] NAMES = {"CPU, XNNPACK", "CPU, built-in kernels", "GPU"};

    private final RadioGroup kernels;
    private final Spinner threads;

    EnginePicker(Screen screen, Activity activity) {
        screen.section(R.string.engine);
        LinearLayout card = screen.card();
        kernels = new RadioGroup(activity);
        for (int i = 0; i < NAMES.length; i++) {
            RadioButton button = new RadioButton(activity);
            button.setId(i + 1);
            button.setText(NAMES[i]);
            button.setTextColor(activity.getColor(R.color.text));
            kernels.addView(button);
        }
        kernels.check(1);
        card.addView(kernels);
        card.addView(screen.text(activity.getString(R.string.edge_tpu), 14, R.color.faint));
        screen.add(card, screen.text(activity.getString(R.string.threads), 14, R.color.faint));
        threads = new Spinner(activity);
        ArrayAdapter<Integer> counts = new ArrayAdapter<>(
                activity, android.R.layout.simple_spinner_item);
        counts.setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item);
        for (int i = 1; i <= Runtime.getRuntime().availableProcessors(); i++) {
            counts.add(i);
        }
        threads.setAdapter(counts);
        card.addView(threads);
    }

    /** Shows a choice that was made before. */
    void choose(int ordinal, int count) {
        kernels.check(ordinal + 1);
        threads.setSelection(count - 1);
    }

    EngineOptions options() {
        EngineOptions.Kernels chosen =
                EngineOptions.Kernels.values()[kernels.getCheckedRadioButtonId() - 1];
        return new EngineOptions(chosen, threads.getSelectedItemPosition() + 1);
    }
}
