package org.pikelpn.demo.ui;

import android.Manifest;
import android.app.Activity;
import android.content.pm.PackageManager;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;
import org.robolectric.shadows.ShadowActivity;
import org.robolectric.shadows.ShadowApplication;

/** Reads, waits for and photographs an activity's page. */
final class Pages {
    private static final long LONGEST_WAIT_MS = 30_000;

    private Pages() {}

    /** All texts that are shown, one a line. */
    static String text(Activity activity) {
        StringBuilder text = new StringBuilder();
        collect(activity.findViewById(android.R.id.content), text);
        return text.toString();
    }

    private static void collect(View view, StringBuilder text) {
        if (view.getVisibility() != View.VISIBLE) {
            return;
        }
        if (view instanceof TextView) {
            text.append(((TextView) view).getText()).append('\n');
        }
        if (view instanceof ViewGroup) {
            for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
                collect(((ViewGroup) view).getChildAt(i), text);
            }
        }
    }

    /** Presses what shows a text. */
    static void press(Activity activity, String text) {
        View found = find(activity.findViewById(android.R.id.content), text);
        if (found == null) {
            throw new AssertionError("nothing shows '" + text + "':\n" + text(activity));
        }
        while (!found.isClickable()) {
            found = (View) found.getParent();
        }
        found.performClick();
        Shadows.shadowOf(Looper.getMainLooper()).idle();
    }

    private static View find(View view, String text) {
        if (view instanceof TextView && ((TextView) view).getText().toString().equals(text)) {
            return view;
        }
        if (view instanceof ViewGroup) {
            for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
                View found = find(((ViewGroup) view).getChildAt(i), text);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /** Lets the user answer the request for the camera, which must have been made. */
    static void answerPermission(Activity activity, boolean granted) {
        ShadowActivity.PermissionsRequest request =
                Shadows.shadowOf(activity).getLastRequestedPermission();
        if (!Arrays.asList(request.requestedPermissions).equals(
                Collections.singletonList(Manifest.permission.CAMERA))) {
            throw new AssertionError(Arrays.toString(request.requestedPermissions));
        }
        ShadowApplication application =
                Shadows.shadowOf(RuntimeEnvironment.getApplication());
        if (granted) {
            application.grantPermissions(Manifest.permission.CAMERA);
        } else {
            application.denyPermissions(Manifest.permission.CAMERA);
        }
        int result = granted
                ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
        activity.onRequestPermissionsResult(
                request.requestCode, request.requestedPermissions, new int[] {result});
        Shadows.shadowOf(Looper.getMainLooper()).idle();
    }

    /** Lets work go on until a text is shown. */
    static void await(Activity activity, String text) throws InterruptedException {
        long end = System.currentTimeMillis() + LONGEST_WAIT_MS;
        while (!text(activity).contains(text)) {
            if (System.currentTimeMillis() > end) {
                throw new AssertionError("'" + text + "' never came:\n" + text(activity));
            }
            Thread.sleep(20);
            Shadows.shadowOf(Looper.getMainLooper()).idle();
        }
    }

    /** Draws the whole page, also what has to be scrolled to, into a picture of this name. */
    static Bitmap photograph(Activity activity, String name) throws IOException {
        Shadows.shadowOf(Looper.getMainLooper()).idle();
        ViewGroup content = activity.findViewById(android.R.id.content);
        View page = ((ViewGroup) content.getChildAt(0)).getChildAt(0);
        content.jumpDrawablesToCurrentState();
        int width = content.getWidth();
        int height = Math.max(page.getHeight(), content.getHeight());
        Bitmap bitmap = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
        Canvas canvas = new Canvas(bitmap);
        canvas.drawColor(activity.getColor(org.pikelpn.demo.R.color.page));
        page.draw(canvas);
        File file = new File(System.getProperty("demo.screenshots"), name + ".png");
        try (FileOutputStream stream = new FileOutputStream(file)) {
            bitmap.compress(Bitmap.CompressFormat.PNG, 100, stream);
        }
        return bitmap;
    }
}
