package org.pikelpn.demo.ui;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.graphics.Bitmap;
import android.os.Bundle;
import android.provider.MediaStore;
import android.view.View;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.ProgressBar;
import org.pikelpn.demo.R;
import org.pikelpn.demo.device.ModelSource;

/** Classifies a picture of the user's, or one that the camera app takes. */
public final class ClassifyActivity extends Activity implements Work.Listener {
    private static final int CHOOSE = 1;
    private static final int TAKE = 2;

    private ModelSource source;
    private Screen screen;
    private LinearLayout answer;
    private ClassifyWork work;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        source = ModelSource.from(this, getIntent());
        if (source == null) {
            finish();
            return;
        }
        screen = new Screen(this, source.title(), getString(R.string.classify_note));
        LinearLayout card = screen.card();
        screen.add(card, screen.mainButton(R.string.choose_picture, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                ask(new Intent(Intent.ACTION_OPEN_DOCUMENT)
                        .addCategory(Intent.CATEGORY_OPENABLE).setType("image/*"), CHOOSE);
            }
        }));
        screen.add(card, screen.button(R.string.camera, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                take();
            }
        }));
        screen.add(card, screen.button(R.string.live, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(source.putInto(
                        new Intent(ClassifyActivity.this, LiveActivity.class)));
            }
        }));
        answer = screen.card();
        answer.setVisibility(View.GONE);
        work = (ClassifyWork) getLastNonConfigurationInstance();
        if (work != null) {
            work.listen(this);
            onWork();
        }
    }

    /** An app that may ask for the camera must have it before the camera app serves it. */
    private void take() {
        if (CameraPermission.isGranted(this)) {
            ask(new Intent(MediaStore.ACTION_IMAGE_CAPTURE), TAKE);
        } else {
            CameraPermission.ask(this);
        }
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        if (CameraPermission.isGranted(this)) {
            take();
        } else {
            showSentence(CameraPermission.REFUSED);
        }
    }

    private void ask(Intent intent, int request) {
        try {
            startActivityForResult(intent, request);
        } catch (ActivityNotFoundException error) {
            showSentence("There is no app on this device that does this.");
        }
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (result != RESULT_OK || data == null) {
            return;
        }
        if (request == TAKE) {
            Bitmap taken = taken(data);
            if (taken != null) {
                start(new ClassifyWork(source, PictureSource.of(taken)));
            }
        } else if (data.getData() != null) {
            start(new ClassifyWork(source, PictureSource.of(this, data.getData())));
        }
    }

    /** The small picture that the camera app hands over, or null. */
    @SuppressWarnings("deprecation") // Its successor needs Android 13.
    private static Bitmap taken(Intent data) {
        return data.getParcelableExtra("data");
    }

    private void start(ClassifyWork next) {
        if (work != null) {
            work.listen(null);
        }
        work = next;
        work.listen(this);
        work.start();
        onWork();
    }

    private void showSentence(String sentence) {
        answer.removeAllViews();
        answer.setVisibility(View.VISIBLE);
        answer.addView(screen.text(sentence, 16, R.color.bad));
    }

    @Override
    public void onWork() {
        answer.removeAllViews();
        answer.setVisibility(View.VISIBLE);
        if (!work.isDone()) {
            screen.add(answer, new ProgressBar(this));
        } else if (work.error() != null) {
            showSentence(work.error());
        } else {
            showGuesses(work.result());
        }
    }

    private void showGuesses(ClassifyWork.Answer result) {
        ImageView picture = new ImageView(this);
        picture.setImageBitmap(result.picture);
        picture.setAdjustViewBounds(true);
        picture.setContentDescription("what the model sees");
        int side = screen.pixels(160);
        answer.addView(picture, new LinearLayout.LayoutParams(side, side));
        GuessRows.add(screen, answer, result.classes);
    }

    @Override
    public Object onRetainNonConfigurationInstance() {
        return work;
    }

    @Override
    protected void onDestroy() {
        super.onDestroy();
        if (work != null) {
            work.listen(null);
        }
    }
}
