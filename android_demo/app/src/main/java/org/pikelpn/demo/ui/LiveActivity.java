package org.pikelpn.demo.ui;

import android.app.Activity;
import android.graphics.Bitmap;
import android.os.Bundle;
import android.view.Gravity;
import android.view.View;
import android.widget.ImageView;
import android.widget.LinearLayout;
import org.pikelpn.demo.R;
import org.pikelpn.demo.core.CameraFrame;
import org.pikelpn.demo.core.Classifier;
import org.pikelpn.demo.device.Camera;
import org.pikelpn.demo.device.CameraException;
import org.pikelpn.demo.device.ModelSource;

/** Classifies what the camera sees, for as long as the page is shown. */
public final class LiveActivity extends Activity implements Camera.Listener {
    private static final int PREVIEW = 320;
    private static final int DEGREES_PER_TURN = 90;
    private static final String STATE_ASKED = "asked";

    private Screen screen;
    private LinearLayout previewCard;
    private ImageView preview;
    private LinearLayout answer;
    private LiveWork work;
    private Camera camera;
    private boolean asked;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ModelSource source = ModelSource.from(this, getIntent());
        if (source == null) {
            finish();
            return;
        }
        asked = state != null && state.getBoolean(STATE_ASKED);
        screen = new Screen(this, source.title(), getString(R.string.live_note));
        preview = new ImageView(this);
        preview.setAdjustViewBounds(true);
        preview.setContentDescription("what the camera sees");
        previewCard = screen.card();
        previewCard.setVisibility(View.GONE);
        previewCard.setGravity(Gravity.CENTER_HORIZONTAL);
        // Where the screen is low, some of the classes stay in sight below it.
        int side = getResources().getDisplayMetrics().heightPixels * 2 / 5;
        previewCard.addView(preview, new LinearLayout.LayoutParams(side, side));
        answer = screen.card();
        work = new LiveWork(source);
    }

    @Override
    protected void onResume() {
        super.onResume();
        if (CameraPermission.isGranted(this)) {
            open();
        } else if (asked) {
            showRefusal();
        } else {
            asked = true;
            CameraPermission.ask(this);
        }
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        if (!CameraPermission.isGranted(this)) {
            showRefusal();
        } else if (camera == null && answer != null) {
            open();
        }
    }

    private void showRefusal() {
        showSentence(CameraPermission.REFUSED);
        screen.add(answer, screen.button(R.string.allow_camera, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                CameraPermission.ask(LiveActivity.this);
            }
        }));
    }

    @SuppressWarnings("deprecation") // Its successor needs Android 11.
    private void open() {
        int display = getWindowManager().getDefaultDisplay().getRotation() * DEGREES_PER_TURN;
        showSentence(getString(R.string.waiting_for_camera));
        try {
            camera = new Camera(this, display, this);
            findViewById(android.R.id.content).setKeepScreenOn(true);
        } catch (CameraException error) {
            showSentence(error.getMessage());
        }
    }

    private void showSentence(String sentence) {
        previewCard.setVisibility(View.GONE);
        answer.removeAllViews();
        answer.addView(screen.text(sentence, 16, R.color.text));
    }

    @Override
    public void onFrame(CameraFrame frame, int turn) {
        final Bitmap picture = Bitmap.createBitmap(
                frame.pixels(PREVIEW, PREVIEW, turn), PREVIEW, PREVIEW, Bitmap.Config.ARGB_8888);
        final LiveWork.Outcome outcome = work.classify(frame, turn);
        runOnUiThread(new Runnable() {
            @Override
            public void run() {
                show(picture, outcome);
            }
        });
    }

    private void show(Bitmap picture, LiveWork.Outcome outcome) {
        if (isDestroyed()) {
            return;
        }
        if (outcome.sentence != null) {
            showSentence(outcome.sentence);
        } else {
            answer.removeAllViews();
            GuessRows.add(screen, answer, outcome.answer);
        }
        preview.setImageBitmap(picture);
        previewCard.setVisibility(View.VISIBLE);
    }

    @Override
    public void onCameraLost(final String sentence) {
        runOnUiThread(new Runnable() {
            @Override
            public void run() {
                showSentence(sentence);
            }
        });
    }

    @Override
    protected void onPause() {
        super.onPause();
        if (camera != null) {
            camera.close();
            camera = null;
        }
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putBoolean(STATE_ASKED, asked);
    }

    @Override
    protected void onDestroy() {
        super.onDestroy();
        if (work != null) {
            work.close();
        }
    }
}
