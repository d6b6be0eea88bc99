package org.pikelpn.demo.ui;

import android.Manifest;
import android.app.Activity;
import android.content.pm.PackageManager;

/** The only permission that the app asks for, and not before the camera is wanted. */
final class CameraPermission {
    static final String REFUSED = "Without the camera's permission there is no picture from it. "
            + "Allow it when you are asked, or in Android's settings of this app.";
    private static final int REQUEST = 7;

    private CameraPermission() {}

    static boolean isGranted(Activity activity) {
        return activity.checkSelfPermission(Manifest.permission.CAMERA)
                == PackageManager.PERMISSION_GRANTED;
    }

    /** Asks the user; {@code onRequestPermissionsResult} hears the answer. */
    static void ask(Activity activity) {
        activity.requestPermissions(new String[] {Manifest.permission.CAMERA}, REQUEST);
    }
}
