package org.pikelpn.demo.ui;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Typeface;
import android.os.Bundle;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.util.Locale;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.DeviceInfo;
import org.pikelpn.demo.device.Device;
import org.pikelpn.demo.device.ModelSource;

/** The first page: models to choose from, the device, the way to the results. */
public final class ModelsActivity extends Activity {
    private static final int OPEN_MODEL = 1;

    private Screen screen;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        screen = new Screen(this, getString(R.string.app_name),
                "How fast a model runs here, and whether it computes exactly what it should");
        screen.section(R.string.models);
        for (ModelSource source : ModelSource.bundled(this)) {
            addModel(source);
        }
        screen.section(R.string.own_model);
        LinearLayout own = screen.card();
        screen.add(own, screen.button(R.string.open_model, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivityForResult(new Intent(Intent.ACTION_OPEN_DOCUMENT)
                        .addCategory(Intent.CATEGORY_OPENABLE).setType("*/*"), OPEN_MODEL);
            }
        }));
        screen.section(R.string.history);
        LinearLayout results = screen.card();
        screen.add(results, screen.button(R.string.show_history, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(new Intent(ModelsActivity.this, HistoryActivity.class));
            }
        }));
        addDevice();
    }

    private void addModel(final ModelSource source) {
        LinearLayout card = screen.card();
        TextView title = screen.text(source.title(), 18, R.color.text);
        title.setTypeface(Typeface.DEFAULT_BOLD);
        card.addView(title);
        card.addView(screen.text(source.description(), 14, R.color.faint));
        card.addView(screen.text(String.format(Locale.ROOT, "%.2f MB", source.bytes() / 1e6),
                14, R.color.faint));
        card.setClickable(true);
        card.setFocusable(true);
        card.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                open(source);
            }
        });
    }

    private void addDevice() {
        screen.section(R.string.device);
        LinearLayout card = screen.card();
        Device device = new Device(this);
        DeviceInfo info = device.info();
        screen.row(card, "Name", info.name());
        screen.row(card, "System", info.system());
        screen.row(card, "Processor", info.processor());
        screen.row(card, "Cores", info.cores() + ", " + info.abi());
        screen.row(card, "Memory", device.totalMemory());
    }

    private void open(ModelSource source) {
        startActivity(source.putInto(new Intent(this, BenchmarkActivity.class)));
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == OPEN_MODEL && result == RESULT_OK && data != null
                && data.getData() != null) {
            open(ModelSource.of(this, data.getData()));
        }
    }
}
