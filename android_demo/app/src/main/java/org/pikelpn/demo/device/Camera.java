package org.pikelpn.demo.device;

import android.annotation.SuppressLint;
import android.content.Context;
import android.graphics.ImageFormat;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCaptureSession;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.params.StreamConfigurationMap;
import android.media.Image;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.util.Size;
import java.util.Collections;
import org.pikelpn.demo.core.CameraFrame;

/** The device's camera, whose pictures come on a thread of their own until it is closed. */
public final class Camera implements AutoCloseable {
    /** Hears of the pictures, on the camera's thread. */
    public interface Listener {
        /**
         * The newest picture; those that come while this runs are dropped.
         *
         * @param turn degrees clockwise by which it must be turned to stand upright
         */
        void onFrame(CameraFrame frame, int turn);

        /** There will be no more pictures, for the reason of this sentence. */
        void onCameraLost(String sentence);
    }

    private static final String NONE = "This device has no camera that apps may use.";
    private static final String TAKEN =
            "Another app uses the camera, or Android has locked it; close that app and try again.";
    // Enough for every model, and little to convert.
    private static final int SHORT_SIDE = 480;

    private final Listener listener;
    private final HandlerThread thread = new HandlerThread("camera");
    private final Handler handler;
    private final int turn;
    private ImageReader reader;
    private CameraDevice device;
    private boolean closed;

    /**
     * Opens the camera at the back, or any other where there is none.
     *
     * @param display how the screen is turned, in degrees counterclockwise
     * @throws CameraException with a sentence, if there is none
     */
    @SuppressLint("MissingPermission") // The caller has asked for it.
    public Camera(Context context, int display, Listener listener) throws CameraException {
        this.listener = listener;
        CameraManager manager = context.getSystemService(CameraManager.class);
        try {
            String id = choose(manager);
            CameraCharacteristics facts = manager.getCameraCharacteristics(id);
            Integer sensor = facts.get(CameraCharacteristics.SENSOR_ORIENTATION);
            turn = CameraFrame.upright(sensor == null ? 0 : sensor, display, isFront(facts));
            Size size = size(facts);
            reader = ImageReader.newInstance(
                    size.getWidth(), size.getHeight(), ImageFormat.YUV_420_888, 2);
            thread.start();
            handler = new Handler(thread.getLooper());
            reader.setOnImageAvailableListener(new ImageReader.OnImageAvailableListener() {
                @Override
                public void onImageAvailable(ImageReader source) {
                    take(source);
                }
            }, handler);
            manager.openCamera(id, new Opening(), handler);
        } catch (CameraAccessException | IllegalArgumentException error) {
            close();
            throw new CameraException(TAKEN, error);
        } catch (SecurityException error) {
            close();
            throw new CameraException("Android does not let this app use the camera.", error);
        }
    }

    private static String choose(CameraManager manager)
            throws CameraAccessException, CameraException {
        String[] ids = manager.getCameraIdList();
        if (ids.length == 0) {
            throw new CameraException(NONE, null);
        }
        for (String id : ids) {
            if (!isFront(manager.getCameraCharacteristics(id))) {
                return id;
            }
        }
        return ids[0];
    }

    private static boolean isFront(CameraCharacteristics facts) {
        Integer facing = facts.get(CameraCharacteristics.LENS_FACING);
        return facing != null && facing == CameraCharacteristics.LENS_FACING_FRONT;
    }

    /** The smallest size whose short side suffices; 640 x 480, which all have, if none is told. */
    private static Size size(CameraCharacteristics facts) {
        StreamConfigurationMap map =
                facts.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP);
        Size[] sizes = map == null ? null : map.getOutputSizes(ImageFormat.YUV_420_888);
        Size best = null;
        for (Size size : sizes == null ? new Size[0] : sizes) {
            boolean suffices = Math.min(size.getWidth(), size.getHeight()) >= SHORT_SIDE;
            if (suffices && (best == null || area(size) < area(best))) {
                best = size;
            }
        }
        return best == null ? new Size(640, SHORT_SIDE) : best;
    }

    private static long area(Size size) {
        return (long) size.getWidth() * size.getHeight();
    }

    private void take(ImageReader source) {
        try (Image image = source.acquireLatestImage()) {
            if (image == null) {
                return;
            }
            Image.Plane[] planes = image.getPlanes();
            listener.onFrame(new CameraFrame(image.getWidth(), image.getHeight(),
                    plane(planes[0]), plane(planes[1]), plane(planes[2])), turn);
        } catch (IllegalStateException closing) {
            // The reader was closed while its last picture was on the way.
            return;
        }
    }

    private static CameraFrame.Plane plane(Image.Plane plane) {
        return new CameraFrame.Plane(
                plane.getBuffer(), plane.getRowStride(), plane.getPixelStride());
    }

    private final class Opening extends CameraDevice.StateCallback {
        @Override
        public void onOpened(CameraDevice opened) {
            synchronized (Camera.this) {
                if (closed) {
                    opened.close();
                    return;
                }
                device = opened;
                begin(opened);
            }
        }

        @Override
        public void onDisconnected(CameraDevice lost) {
            lost.close();
            listener.onCameraLost(TAKEN);
        }

        @Override
        public void onError(CameraDevice failed, int code) {
            failed.close();
            listener.onCameraLost(TAKEN);
        }
    }

    @SuppressWarnings("deprecation") // Its successor needs Android 9.
    private void begin(CameraDevice opened) {
        try {
            final CaptureRequest.Builder request =
                    opened.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
            request.addTarget(reader.getSurface());
            opened.createCaptureSession(Collections.singletonList(reader.getSurface()),
                    new CameraCaptureSession.StateCallback() {
                        @Override
                        public void onConfigured(CameraCaptureSession session) {
                            repeat(session, request.build());
                        }

                        @Override
                        public void onConfigureFailed(CameraCaptureSession session) {
                            listener.onCameraLost(TAKEN);
                        }
                    }, handler);
        } catch (CameraAccessException | IllegalStateException error) {
            listener.onCameraLost(TAKEN);
        }
    }

    private synchronized void repeat(CameraCaptureSession session, CaptureRequest request) {
        if (closed) {
            return;
        }
        try {
            session.setRepeatingRequest(request, null, handler);
        } catch (CameraAccessException | IllegalStateException error) {
            listener.onCameraLost(TAKEN);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (device != null) {
            device.close();
        }
        if (reader != null) {
            reader.close();
        }
        thread.quitSafely();
    }
}
