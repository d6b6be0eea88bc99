package org.pikelpn.demo.ui;

import android.graphics.Bitmap;
import org.pikelpn.demo.core.Classifier;
import org.pikelpn.demo.core.EngineOptions;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.device.ModelSource;
import org.pikelpn.demo.engine.TfliteEngine;

/** Classifies one picture. */
final class ClassifyWork extends Work<ClassifyWork.Answer> {
    /** The likeliest classes of a picture, and the picture as the model saw it. */
    static final class Answer {
        final Bitmap picture;
        final Classifier.Answer classes;

        Answer(Bitmap picture, Classifier.Answer classes) {
            this.picture = picture;
            this.classes = classes;
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
        try (Classifier classifier = new Classifier(
                new TfliteEngine().open(source.load(), options), source.labels())) {
            int width = classifier.width();
            int height = classifier.height();
            Bitmap fitted = PictureSource.fitted(picture.load(), width, height);
            int[] pixels = new int[width * height];
            fitted.getPixels(pixels, 0, width, 0, 0, width, height);
            return new Answer(fitted, classifier.classify(pixels));
        }
    }
}
