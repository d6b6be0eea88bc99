package org.pikelpn.demo.ui;

import android.graphics.Bitmap;
import java.util.List;
import org.pikelpn.demo.core.Classification;
import org.pikelpn.demo.core.EngineOptions;
import org.pikelpn.demo.core.ImageInput;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.Session;
import org.pikelpn.demo.device.ModelSource;
import org.pikelpn.demo.engine.TfliteEngine;

/** Classifies one picture. */
final class ClassifyWork extends Work<ClassifyWork.Answer> {
    private static final int GUESSES = 5;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    /** The likeliest classes of a picture. */
    static final class Answer {
        final Bitmap picture;
        final List<Classification.Guess> guesses;
        final double milliseconds;

        Answer(Bitmap picture, List<Classification.Guess> guesses, double milliseconds) {
            this.picture = picture;
            this.guesses = guesses;
            this.milliseconds = milliseconds;
        }
    }

    private final ModelSource source;
    private final PictureSource picture;

    ClassifyWork(ModelSource source, PictureSource picture) {
        this.source = source;
        this.picture = picture;
    }

    @Override
    Answer compute() throws ModelException {
        EngineOptions options = new EngineOptions(EngineOptions.Kernels.XNNPACK, 1);
        try (Session session = new TfliteEngine().open(source.load(), options)) {
            ImageInput input = new ImageInput(session.inputs());
            Bitmap fitted = PictureSource.fitted(picture.load(), input.width(), input.height());
            int[] pixels = new int[input.width() * input.height()];
            fitted.getPixels(pixels, 0, input.width(), 0, 0, input.width(), input.height());
            session.write(input.pack(pixels));
            long start = System.nanoTime();
            session.run();
            double milliseconds = (System.nanoTime() - start) / NANOSECONDS_PER_MILLISECOND;
            return new Answer(fitted, Classification.top(
                    GUESSES, session.outputs(), session.read(), source.labels()), milliseconds);
        }
    }
}
