package org.pikelpn.demo.ui;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.LinearLayout;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.BenchmarkPlan;
import org.pikelpn.demo.device.ModelSource;

/** Measures a model and checks its exactness. */
public final class BenchmarkActivity extends Activity implements Work.Listener {
    private static final int CHOOSE_GOLDEN = 1;
    private static final double SUSTAINED_SECONDS = 60;
    private static final String STATE_KERNELS = "kernels";
    private static final String STATE_THREADS = "threads";

    private ModelSource source;
    private EnginePicker picker;
    private ResultCards results;
    private BenchmarkWork work;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        source = ModelSource.from(this, getIntent());
        if (source == null) {
            finish();
            return;
        }
        Screen screen = new Screen(this, source.title(), source.description());
        picker = new EnginePicker(screen, this);
        if (state != null) {
            picker.choose(state.getInt(STATE_KERNELS), state.getInt(STATE_THREADS));
        }
        addActions(screen);
        results = new ResultCards(screen, this);
        work = (BenchmarkWork) getLastNonConfigurationInstance();
        if (work != null) {
            work.listen(this);
            onWork();
        }
    }

    private void addActions(Screen screen) {
        LinearLayout card = screen.card();
        screen.add(card, screen.mainButton(R.string.run, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                start(BenchmarkWork.benchmark(BenchmarkActivity.this, source, picker.options(),
                        BenchmarkPlan.standard()));
            }
        }));
        screen.add(card, screen.button(R.string.sustained, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                start(BenchmarkWork.benchmark(BenchmarkActivity.this, source, picker.options(),
                        BenchmarkPlan.sustained(SUSTAINED_SECONDS)));
            }
        }));
        screen.add(card, screen.button(R.string.profile, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                start(BenchmarkWork.profile(source, picker.options()));
            }
        }));
        screen.add(card, screen.button(
                source.hasGolden() ? R.string.check : R.string.choose_golden,
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        checkExactness();
                    }
                }));
        screen.add(card, screen.button(R.string.classify, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(source.putInto(
                        new Intent(BenchmarkActivity.this, ClassifyActivity.class)));
            }
        }));
    }

    private void checkExactness() {
        if (source.hasGolden()) {
            start(BenchmarkWork.check(this, source, picker.options(), null));
        } else {
            startActivityForResult(new Intent(Intent.ACTION_OPEN_DOCUMENT)
                    .addCategory(Intent.CATEGORY_OPENABLE).setType("*/*"), CHOOSE_GOLDEN);
        }
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == CHOOSE_GOLDEN && result == RESULT_OK && data != null
                && data.getData() != null) {
            start(BenchmarkWork.check(this, source, picker.options(), data.getData()));
        }
    }

    private void start(BenchmarkWork next) {
        if (work != null && !work.isDone()) {
            return;
        }
        work = next;
        work.listen(this);
        work.start();
        onWork();
    }

    @Override
    public void onWork() {
        results.show(work);
        findViewById(android.R.id.content).setKeepScreenOn(!work.isDone());
    }

    @Override
    public Object onRetainNonConfigurationInstance() {
        return work;
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        if (picker != null) {
            state.putInt(STATE_KERNELS, picker.options().kernels().ordinal());
            state.putInt(STATE_THREADS, picker.options().threads());
        }
    }

    @Override
    protected void onDestroy() {
        super.onDestroy();
        if (work != null) {
            work.listen(null);
            if (isFinishing()) {
                work.stop();
            }
        }
    }
}
