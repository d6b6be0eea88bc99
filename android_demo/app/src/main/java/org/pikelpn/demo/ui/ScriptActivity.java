package org.pikelpn.demo.ui;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.BenchmarkResult;
import org.pikelpn.demo.core.BenchmarkRunner;
import org.pikelpn.demo.core.Clock;
import org.pikelpn.demo.core.ExactnessCheck;
import org.pikelpn.demo.core.Golden;
import org.pikelpn.demo.core.JsonWriter;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.ModelFile;
import org.pikelpn.demo.core.OperatorTime;
import org.pikelpn.demo.core.ResultJson;
import org.pikelpn.demo.core.ScriptArguments;
import org.pikelpn.demo.device.Device;
import org.pikelpn.demo.device.Files;
import org.pikelpn.demo.device.ModelSource;
import org.pikelpn.demo.engine.TfliteEngine;

/**
 * A benchmark that adb starts: text extras as {@link ScriptArguments} names them, the result in
 * {@code ID.json} in the app's external files folder. A failure is a result with an error sentence.
 */
public final class ScriptActivity extends Activity implements Work.Listener {
    private static final String TAG = "pikelpn";

    private Work<String> work;

    @Override
    @SuppressWarnings("unchecked")
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Screen screen = new Screen(this, getString(R.string.benchmark), "started by a script");
        screen.card().addView(screen.text("The page closes when it is done.", 16, R.color.text));
        work = (Work<String>) getLastNonConfigurationInstance();
        if (work == null) {
            work = new ScriptWork(extras());
            work.start();
        }
        work.listen(this);
        findViewById(android.R.id.content).setKeepScreenOn(true);
        onWork();
    }

    private Map<String, String> extras() {
        Map<String, String> values = new HashMap<>();
        Bundle extras = getIntent().getExtras();
        if (extras != null) {
            for (String name : extras.keySet()) {
                values.put(name, String.valueOf(extras.getString(name)));
            }
        }
        return values;
    }

    @Override
    public void onWork() {
        if (work.isDone()) {
            Log.i(TAG, work.error() != null ? "failed: " + work.error() : "wrote " + work.result());
            finish();
        }
    }

    @Override
    public Object onRetainNonConfigurationInstance() {
        return work;
    }

    @Override
    protected void onDestroy() {
        super.onDestroy();
        work.listen(null);
    }

    /** Measures and writes the result; gives the path of its file. */
    private final class ScriptWork extends Work<String> {
        private final Map<String, String> extras;
        private final android.content.Context context = getApplicationContext();

        ScriptWork(Map<String, String> extras) {
            this.extras = extras;
        }

        @Override
        String compute() throws ModelException {
            String id = "result";
            Map<String, Object> result;
            try {
                ScriptArguments arguments = new ScriptArguments(extras);
                id = arguments.id();
                result = measure(arguments);
            } catch (IllegalArgumentException | ModelException | IOException error) {
                result = ResultJson.error(error.getMessage());
            }
            File file = new File(context.getExternalFilesDir(null), id + ".json");
            try {
                Files.write(file, JsonWriter.write(result));
            } catch (IOException error) {
                throw new ModelException(file + " cannot be written.", error);
            }
            return file.getPath();
        }

        private Map<String, Object> measure(ScriptArguments arguments)
                throws ModelException, IOException {
            String started = Moments.now();
            int profileRuns = arguments.profileRuns();
            ModelSource bundled = ModelSource.bundled(context, arguments.model());
            ModelFile model = bundled != null ? bundled.load()
                    : new ModelFile(arguments.model(), Files.file(new File(arguments.model())));
            Device device = new Device(context);
            BenchmarkResult result = new BenchmarkRunner(Clock.SYSTEM, device).run(
                    new TfliteEngine(), model, arguments.options(), arguments.plan(), null, this);
            Map<String, Object> json = ResultJson.of(result, device.info(), started,
                    exactness(arguments, model, bundled));
            if (profileRuns > 0) {
                json.put("operators", OperatorTime.json(new TfliteEngine().profile(
                        model, arguments.options(), profileRuns)));
            }
            return json;
        }

        private ExactnessCheck.Report exactness(ScriptArguments arguments, ModelFile model,
                ModelSource bundled) throws ModelException, IOException {
            Golden golden;
            if (arguments.golden() != null) {
                golden = Golden.read(Files.file(new File(arguments.golden())));
            } else if (bundled != null && bundled.hasGolden()) {
                golden = bundled.golden();
            } else {
                return null;
            }
            return ExactnessCheck.run(
                    new TfliteEngine(), model, arguments.options(), golden, this);
        }
    }
}
