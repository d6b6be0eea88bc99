package org.pikelpn.demo.ui;

import org.pikelpn.demo.core.CameraFrame;
import org.pikelpn.demo.core.Classifier;
import org.pikelpn.demo.core.EngineOptions;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.device.ModelSource;
import org.pikelpn.demo.engine.TfliteEngine;

/** Classifies camera pictures on the camera's thread; the model is loaded with the first. */
final class LiveWork implements AutoCloseable {
    /** What came of a picture: one of the two is null. */
    static final class Outcome {
        final Classifier.Answer answer;
        final String sentence;

        private Outcome(Classifier.Answer answer, String sentence) {
            this.answer = answer;
            this.sentence = sentence;
        }
    }

    private final ModelSource source;
    private Classifier classifier;
    private String failure;

    LiveWork(ModelSource source) {
        this.source = source;
    }

    /** Classifies a picture, or says in a sentence why that does not work. */
    synchronized Outcome classify(CameraFrame frame, int turn) {
        if (failure == null) {
            try {
                if (classifier == null) {
                    classifier = new Classifier(new TfliteEngine().open(source.load(),
                            new EngineOptions(EngineOptions.Kernels.XNNPACK, 1)), source.labels());
                }
                int[] pixels = frame.pixels(classifier.width(), classifier.height(), turn);
                return new Outcome(classifier.classify(pixels), null);
            } catch (ModelException error) {
                failure = error.getMessage();
            } catch (OutOfMemoryError error) {
                failure = "The model needs more memory than this device has.";
            }
        }
        return new Outcome(null, failure);
    }

    @Override
    public synchronized void close() {
        failure = "The page was left.";
        if (classifier != null) {
            classifier.close();
        }
    }
}
