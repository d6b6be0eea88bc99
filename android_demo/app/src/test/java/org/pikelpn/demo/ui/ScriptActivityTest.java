package org.pikelpn.demo.ui;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.content.Context;
import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.os.Looper;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.pikelpn.demo.core.JsonPath;
import org.pikelpn.demo.core.JsonReader;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** The benchmark that adb starts. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class ScriptActivityTest {
    private static Object resultOf(Intent intent, String id) throws Exception {
        ScriptActivity activity =
                Robolectric.buildActivity(ScriptActivity.class, intent).setup().get();
        long end = System.currentTimeMillis() + 60_000;
        while (!activity.isFinishing() && System.currentTimeMillis() < end) {
            Thread.sleep(20);
            Shadows.shadowOf(Looper.getMainLooper()).idle();
        }
        assertTrue(activity.isFinishing());
        File folder = RuntimeEnvironment.getApplication().getExternalFilesDir(null);
        byte[] bytes = Files.readAllBytes(new File(folder, id + ".json").toPath());
        return JsonReader.read(new String(bytes, StandardCharsets.UTF_8));
    }

    private static Intent quick() {
        return new Intent().putExtra("runs", "3").putExtra("min_seconds", "0");
    }

    @Test
    public void bundledModelIsMeasuredAndChecked() throws Exception {
        Intent intent = quick().putExtra("model", "small.tflite").putExtra("engine", "builtin")
                .putExtra("threads", "2").putExtra("id", "a-1").putExtra("profile", "2");
        Object result = resultOf(intent, "a-1");
        assertEquals(3, JsonPath.number(result, "latency_ms", "runs"), 0);
        assertEquals(2, JsonPath.number(result, "engine", "threads"), 0);
        assertEquals("builtin", JsonPath.text(result, "engine", "name"));
        assertEquals(0, JsonPath.number(result, "exactness", "differing"), 0);
        assertEquals(20, JsonPath.number(result, "exactness", "compared"), 0);
        List<?> operators = (List<?>) ((Map<?, ?>) result).get("operators");
        assertEquals("CONV_2D", JsonPath.text(operators.get(0), "name"));
        assertTrue(JsonPath.number(operators.get(0), "mean_ms") > 0);
    }

    @Test
    public void fileIsMeasured() throws Exception {
        String path = Paths.get(System.getProperty("demo.bundle"), "small.tflite").toString();
        Object result = resultOf(quick().putExtra("model", path), "result");
        assertEquals(path, JsonPath.text(result, "model", "name"));
    }

    @Test
    public void mistakesAreResultsWithASentence() throws Exception {
        Object missing = resultOf(quick().putExtra("model", "/no/such.tflite"), "result");
        assertTrue(JsonPath.text(missing, "error").contains("/no/such.tflite"));
        Object unknown = resultOf(quick().putExtra("speed", "1").putExtra("id", "b"), "result");
        assertTrue(JsonPath.text(unknown, "error").contains("'speed' is unknown"));
    }

    @Test
    public void onlyShellsMayStartIt() throws Exception {
        Context context = RuntimeEnvironment.getApplication();
        ActivityInfo info = null;
        for (ActivityInfo activity : context.getPackageManager().getPackageInfo(
                context.getPackageName(), PackageManager.GET_ACTIVITIES).activities) {
            info = activity.name.equals(ScriptActivity.class.getName()) ? activity : info;
        }
        assertTrue(info.exported);
        assertEquals("android.permission.DUMP", info.permission);
    }

    @Test
    public void theAppAsksForTheCameraAlone() throws Exception {
        Context context = RuntimeEnvironment.getApplication();
        PackageInfo info = context.getPackageManager().getPackageInfo(
                context.getPackageName(), PackageManager.GET_PERMISSIONS);
        assertArrayEquals(
                new String[] {"android.permission.CAMERA"}, info.requestedPermissions);
    }
}
