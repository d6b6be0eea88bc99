package org.pikelpn.demo.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.provider.MediaStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Locale;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.pikelpn.demo.core.JsonPath;
import org.pikelpn.demo.core.JsonReader;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** The pages with the framework of Android 14, real drawing and the app's own native runtime. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class ActivitiesTest {
    private static final Path BUNDLE = Paths.get(System.getProperty("demo.bundle"));

    private static byte[] asset(String name) throws Exception {
        return Files.readAllBytes(BUNDLE.resolve(name));
    }

    /** A document of the user's with some content. */
    static Uri document(String name, byte[] content) {
        Uri uri = Uri.parse("content://documents/" + name);
        Shadows.shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
                .registerInputStreamSupplier(uri, () -> new ByteArrayInputStream(content));
        return uri;
    }

    private static ActivityController<BenchmarkActivity> bundled() {
        Intent intent = new Intent().putExtra("asset", "small.tflite");
        return Robolectric.buildActivity(BenchmarkActivity.class, intent).setup();
    }

    private static BenchmarkActivity opened(byte[] content) {
        Intent intent = new Intent().setData(document("own.tflite", content));
        return Robolectric.buildActivity(BenchmarkActivity.class, intent).setup().get();
    }

    private static Intent shared(Activity activity) {
        Intent chooser = Shadows.shadowOf(activity).getNextStartedActivity();
        return chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent.class);
    }

    @Test
    public void modelsAreListedAndOpened() throws Exception {
        ModelsActivity activity = Robolectric.buildActivity(ModelsActivity.class).setup().get();
        String text = Pages.text(activity);
        String size = String.format(Locale.ROOT, "%.2f MB", asset("small.tflite").length / 1e6);
        assertTrue(text, text.contains("PikeLPN 0.25") && text.contains(size));
        Pages.photograph(activity, "models");
        Pages.press(activity, "PikeLPN 0.25");
        Intent next = Shadows.shadowOf(activity).getNextStartedActivity();
        assertEquals(BenchmarkActivity.class.getName(), next.getComponent().getClassName());
        assertEquals("small.tflite", next.getStringExtra("asset"));
    }

    @Test
    public void ownModelIsChosenWithoutAPermission() {
        ModelsActivity activity = Robolectric.buildActivity(ModelsActivity.class).setup().get();
        Pages.press(activity, "Open a .tflite file");
        Intent asked = Shadows.shadowOf(activity).getNextStartedActivity();
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, asked.getAction());
        Uri uri = Uri.parse("content://documents/m");
        Shadows.shadowOf(activity).receiveResult(
                asked, Activity.RESULT_OK, new Intent().setData(uri));
        Intent next = Shadows.shadowOf(activity).getNextStartedActivity();
        assertEquals(uri, next.getData());
        assertTrue((next.getFlags() & Intent.FLAG_GRANT_READ_URI_PERMISSION) != 0);
    }

    @Test
    public void benchmarkMeasuresAndIsShared() throws Exception {
        BenchmarkActivity activity = bundled().get();
        Pages.press(activity, "Run the benchmark");
        Pages.await(activity, "99 % below");
        Pages.photograph(activity, "benchmark");
        Pages.press(activity, "Share as JSON");
        Object json = JsonReader.read(shared(activity).getStringExtra(Intent.EXTRA_TEXT));
        assertEquals("pikelpn.benchmark/1", JsonPath.text(json, "schema"));
        assertTrue(JsonPath.number(json, "latency_ms", "runs") >= 50);
        Pages.press(activity, "Share as CSV");
        assertTrue(shared(activity).getStringExtra(Intent.EXTRA_TEXT).startsWith("started,"));
    }

    @Test
    public void operatorsTellTheirTimes() throws Exception {
        BenchmarkActivity activity = bundled().get();
        Pages.press(activity, "CPU, built-in kernels");
        Pages.press(activity, "Time of each operator");
        Pages.await(activity, "all operators together");
        assertEquals(13, Pages.text(activity).split("DEPTHWISE_CONV_2D\n", -1).length - 2);
        Pages.photograph(activity, "operators");
    }

    @Test
    public void exactnessIsChecked() throws Exception {
        BenchmarkActivity activity = bundled().get();
        Pages.press(activity, "Check exactness");
        Pages.await(activity, "0 of 20 output integers differ");
        assertTrue(Pages.text(activity).contains("Exact\n"));
        Pages.photograph(activity, "exact");
    }

    @Test
    public void wrongOutputIsNotExact() throws Exception {
        byte[] golden = asset("small.golden");
        golden[golden.length - 1] ^= 1;
        BenchmarkActivity activity = opened(asset("small.tflite"));
        Pages.press(activity, "Check exactness against a file\u2026");
        Intent asked = Shadows.shadowOf(activity).getNextStartedActivity();
        Shadows.shadowOf(activity).receiveResult(asked, Activity.RESULT_OK,
                new Intent().setData(document("own.golden", golden)));
        Pages.await(activity, "1 of 20 output integers differ");
        assertTrue(Pages.text(activity).contains("sample 1, output"));
        Pages.photograph(activity, "not_exact");
    }

    @Test
    public void brokenModelIsASentence() throws Exception {
        byte[] half = Arrays.copyOf(asset("small.tflite"), 100_000);
        BenchmarkActivity activity = opened(half);
        Pages.press(activity, "Run the benchmark");
        Pages.await(activity, "is damaged");
        Pages.photograph(activity, "broken");
        BenchmarkActivity other = opened(new byte[1000]);
        Pages.press(other, "Run the benchmark");
        Pages.await(other, "is no .tflite file");
    }

    @Test
    public void documentThatIsGoneIsASentence() throws Exception {
        Intent intent = new Intent().setData(Uri.parse("content://documents/gone"));
        BenchmarkActivity activity =
                Robolectric.buildActivity(BenchmarkActivity.class, intent).setup().get();
        Pages.press(activity, "Run the benchmark");
        Pages.await(activity, "choose it again");
    }

    @Test
    public void rotationKeepsTheWork() throws Exception {
        ActivityController<BenchmarkActivity> controller = bundled();
        BenchmarkActivity before = controller.get();
        Pages.press(before, "CPU, built-in kernels");
        Pages.press(before, "Run the benchmark");
        Object work = before.onRetainNonConfigurationInstance();
        RuntimeEnvironment.setQualifiers("+land");
        controller.recreate();
        BenchmarkActivity after = controller.get();
        assertNotSame(before, after);
        assertSame(work, after.onRetainNonConfigurationInstance());
        Pages.await(after, "99 % below");
        assertTrue(Pages.text(after).contains("builtin"));
        Pages.photograph(after, "landscape");
    }

    @Test
    public void runningCanBeStopped() throws Exception {
        BenchmarkActivity activity = bundled().get();
        Pages.press(activity, "Run for one minute");
        Pages.photograph(activity, "running");
        Pages.press(activity, "Stop");
        Pages.await(activity, "median of");
        assertTrue(Pages.text(activity), Pages.text(activity).contains("99 % below"));
    }

    @Test
    public void leavingStopsTheWork() throws Exception {
        ActivityController<BenchmarkActivity> controller = bundled();
        Pages.press(controller.get(), "Run for one minute");
        Work<?> work = (Work<?>) controller.get().onRetainNonConfigurationInstance();
        controller.get().finish();
        controller.destroy();
        long end = System.currentTimeMillis() + 10_000;
        while (!work.isDone() && System.currentTimeMillis() < end) {
            Thread.sleep(20);
        }
        assertTrue(work.isDone());
    }

    @Test
    public void historyShowsWhatWasMeasured() throws Exception {
        HistoryActivity empty = Robolectric.buildActivity(HistoryActivity.class).setup().get();
        assertTrue(Pages.text(empty).contains("Nothing measured yet"));
        for (int i = 0; i < 2; i++) {
            BenchmarkActivity benchmark = bundled().get();
            Pages.press(benchmark, "Run the benchmark");
            Pages.await(benchmark, "99 % below");
        }
        HistoryActivity history = Robolectric.buildActivity(HistoryActivity.class).setup().get();
        assertEquals(2, Pages.text(history).split("small.tflite", -1).length - 1);
        Pages.photograph(history, "history");
        Pages.press(history, "Delete all");
        assertTrue(Pages.text(history).contains("Nothing measured yet"));
    }

    @Test
    public void pictureIsClassified() throws Exception {
        Intent intent = new Intent().putExtra("asset", "small.tflite");
        ClassifyActivity activity =
                Robolectric.buildActivity(ClassifyActivity.class, intent).setup().get();
        Pages.press(activity, "Choose a picture");
        Intent asked = Shadows.shadowOf(activity).getNextStartedActivity();
        Shadows.shadowOf(activity).receiveResult(asked, Activity.RESULT_OK,
                new Intent().setData(document("picture.png", picture())));
        Pages.await(activity, "Computed in");
        assertEquals(5, Pages.text(activity).split(" %\n", -1).length - 1);
        Pages.photograph(activity, "classify");
    }

    private static byte[] picture() {
        Bitmap bitmap = Bitmap.createBitmap(60, 40, Bitmap.Config.ARGB_8888);
        for (int i = 0; i < 60 * 40; i++) {
            bitmap.setPixel(i % 60, i / 60, 0xFF000000 | i * 7919);
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        bitmap.compress(Bitmap.CompressFormat.PNG, 100, stream);
        return stream.toByteArray();
    }

    @Test
    public void takenPictureIsClassifiedAndNoPictureIsASentence() throws Exception {
        Intent intent = new Intent().putExtra("asset", "small.tflite");
        ClassifyActivity activity =
                Robolectric.buildActivity(ClassifyActivity.class, intent).setup().get();
        Pages.press(activity, "Take a picture");
        Pages.answerPermission(activity, false);
        Pages.await(activity, "Without the camera's permission");
        Pages.press(activity, "Take a picture");
        Pages.answerPermission(activity, true);
        Intent asked = Shadows.shadowOf(activity).getNextStartedActivity();
        assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, asked.getAction());
        Bitmap taken = Bitmap.createBitmap(30, 30, Bitmap.Config.ARGB_8888);
        Shadows.shadowOf(activity).receiveResult(asked, Activity.RESULT_OK,
                new Intent().putExtra("data", taken));
        Pages.await(activity, "Computed in");
        Pages.press(activity, "Choose a picture");
        asked = Shadows.shadowOf(activity).getNextStartedActivity();
        Shadows.shadowOf(activity).receiveResult(asked, Activity.RESULT_OK,
                new Intent().setData(document("no.png", new byte[100])));
        Pages.await(activity, "This is no picture");
    }

    @Test
    @Config(qualifiers = "+night")
    public void nightIsDark() throws Exception {
        ModelsActivity activity = Robolectric.buildActivity(ModelsActivity.class).setup().get();
        Bitmap page = Pages.photograph(activity, "night");
        assertTrue((page.getPixel(2, 2) & 255) < 64);
        BenchmarkActivity benchmark = bundled().get();
        Pages.press(benchmark, "Check exactness");
        Pages.await(benchmark, "0 of 20 output integers differ");
        Pages.photograph(benchmark, "night_exact");
    }
}
