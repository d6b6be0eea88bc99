package org.pikelpn.demo.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertTrue;

import android.Manifest;
import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.drawable.BitmapDrawable;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraManager;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import java.nio.ByteBuffer;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.pikelpn.demo.core.CameraFrame;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.shadows.ShadowCameraCharacteristics;

/** The page of the live camera; its pictures are handed over where a camera's would be. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class LiveActivityTest {
    private static final String MODEL = "small.tflite";

    private static ActivityController<LiveActivity> controller(String model) {
        Intent intent = new Intent().putExtra("asset", model);
        return Robolectric.buildActivity(LiveActivity.class, intent);
    }

    private static void grant() {
        Shadows.shadowOf(RuntimeEnvironment.getApplication())
                .grantPermissions(Manifest.permission.CAMERA);
    }

    private static void addCamera(String id, int facing) {
        CameraCharacteristics facts = ShadowCameraCharacteristics.newCameraCharacteristics();
        Shadows.shadowOf(facts).set(CameraCharacteristics.LENS_FACING, facing);
        Shadows.shadowOf(facts).set(CameraCharacteristics.SENSOR_ORIENTATION, 90);
        CameraManager manager =
                RuntimeEnvironment.getApplication().getSystemService(CameraManager.class);
        Shadows.shadowOf(manager).addCamera(id, facts);
    }

    /** A frame whose left half is dark and whose right half is bright, a little blue. */
    private static CameraFrame frame() {
        ByteBuffer brightness = ByteBuffer.allocate(64 * 48);
        ByteBuffer blue = ByteBuffer.allocate(32 * 24);
        ByteBuffer red = ByteBuffer.allocate(32 * 24);
        for (int i = 0; i < brightness.capacity(); i++) {
            brightness.put(i, (byte) (i % 64 < 32 ? 40 : 200));
        }
        for (int i = 0; i < blue.capacity(); i++) {
            blue.put(i, (byte) 150);
            red.put(i, (byte) 128);
        }
        return new CameraFrame(64, 48, new CameraFrame.Plane(brightness, 64, 1),
                new CameraFrame.Plane(blue, 32, 1), new CameraFrame.Plane(red, 32, 1));
    }

    private static void show(LiveActivity activity, int turn) throws InterruptedException {
        Thread camera = new Thread() {
            @Override
            public void run() {
                activity.onFrame(frame(), turn);
            }
        };
        camera.start();
        camera.join();
        Shadows.shadowOf(Looper.getMainLooper()).idle();
    }

    private static Bitmap preview(View view) {
        if (view instanceof ImageView) {
            return ((BitmapDrawable) ((ImageView) view).getDrawable()).getBitmap();
        }
        for (int i = 0; view instanceof ViewGroup && i < ((ViewGroup) view).getChildCount(); i++) {
            Bitmap found = preview(((ViewGroup) view).getChildAt(i));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @Test
    public void livePageIsReachedFromThatOfPictures() {
        Intent intent = new Intent().putExtra("asset", MODEL);
        Activity activity =
                Robolectric.buildActivity(ClassifyActivity.class, intent).setup().get();
        Pages.press(activity, "Live camera");
        Intent next = Shadows.shadowOf(activity).getNextStartedActivity();
        assertEquals(LiveActivity.class.getName(), next.getComponent().getClassName());
        assertEquals(MODEL, next.getStringExtra("asset"));
    }

    @Test
    public void permissionIsAskedForOnceAndRefusalIsASentence() throws Exception {
        ActivityController<LiveActivity> controller = controller(MODEL).setup();
        Pages.answerPermission(controller.get(), false);
        assertTrue(Pages.text(controller.get()).contains("Without the camera's permission"));
        Pages.photograph(controller.get(), "live_refused");
        controller.recreate();
        assertTrue(Pages.text(controller.get()).contains("Without the camera's permission"));
        addCamera("0", CameraCharacteristics.LENS_FACING_BACK);
        Pages.press(controller.get(), "Allow the camera");
        Pages.answerPermission(controller.get(), true);
        assertTrue(Pages.text(controller.get()).contains("Waiting for the camera"));
    }

    @Test
    public void withoutACameraThereIsASentence() {
        grant();
        LiveActivity activity = controller(MODEL).setup().get();
        assertTrue(Pages.text(activity).contains("This device has no camera"));
    }

    @Test
    public void picturesAreClassifiedUntilThePageIsLeft() throws Exception {
        grant();
        addCamera("0", CameraCharacteristics.LENS_FACING_FRONT);
        addCamera("1", CameraCharacteristics.LENS_FACING_BACK);
        ActivityController<LiveActivity> controller = controller(MODEL).setup();
        LiveActivity activity = controller.get();
        assertTrue(Pages.text(activity).contains("Waiting for the camera"));
        show(activity, 0);
        assertTrue(Pages.text(activity), Pages.text(activity).contains("Computed in"));
        assertEquals(5, Pages.text(activity).split(" %\n", -1).length - 1);
        Bitmap upright = preview(activity.findViewById(android.R.id.content));
        assertEquals(40, upright.getPixel(80, 160) >> 16 & 255);
        assertEquals(200, upright.getPixel(240, 160) >> 16 & 255);
        Pages.photograph(activity, "live");
        show(activity, 90);
        Bitmap turned = preview(activity.findViewById(android.R.id.content));
        assertEquals(40, turned.getPixel(160, 80) >> 16 & 255);
        assertEquals(200, turned.getPixel(160, 240) >> 16 & 255);
        controller.pause().stop().destroy();
        // A picture that was on its way finds the model gone, and shows nothing.
        show(activity, 0);
    }

    @Test
    public void rotationGoesOn() throws Exception {
        grant();
        addCamera("0", CameraCharacteristics.LENS_FACING_BACK);
        ActivityController<LiveActivity> controller = controller(MODEL).setup();
        LiveActivity before = controller.get();
        show(before, 90);
        RuntimeEnvironment.setQualifiers("+land");
        controller.recreate();
        assertNotSame(before, controller.get());
        show(controller.get(), 0);
        assertTrue(Pages.text(controller.get()).contains("Computed in"));
        Pages.photograph(controller.get(), "live_landscape");
    }

    @Test
    public void aBrokenModelAndALostCameraAreSentences() throws Exception {
        grant();
        addCamera("0", CameraCharacteristics.LENS_FACING_BACK);
        Intent intent = new Intent().setData(ActivitiesTest.document("b.tflite", new byte[1000]));
        LiveActivity activity =
                Robolectric.buildActivity(LiveActivity.class, intent).setup().get();
        show(activity, 0);
        assertTrue(Pages.text(activity), Pages.text(activity).contains("is no .tflite file"));
        activity.onCameraLost("Another app uses the camera.");
        Shadows.shadowOf(Looper.getMainLooper()).idle();
        assertTrue(Pages.text(activity).contains("Another app uses the camera."));
        assertFalse(Pages.text(activity).contains("is no .tflite file"));
    }
}
