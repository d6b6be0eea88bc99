package org.pikelpn.demo.core;

import java.util.List;

/** Classifies pictures one by one. Not safe for use by two threads at once. */
public final class Classifier implements AutoCloseable {
    private static final int GUESSES = 5;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    /** The likeliest classes of one picture. */
    public static final class Answer {
        private final List<Classification.Guess> guesses;
        private final double milliseconds;

        Answer(List<Classification.Guess> guesses, double milliseconds) {
            this.guesses = guesses;
            this.milliseconds = milliseconds;
        }

        public List<Classification.Guess> guesses() {
            return guesses;
        }

        /** How long the model computed. */
        public double milliseconds() {
            return milliseconds;
        }
    }

    private final Session session;
    private final ImageInput input;
    private final List<String> labels;

    /**
     * Takes over a session.
     *
     * @param labels names of the classes
     * @throws ModelException with a sentence, if the model takes no picture; the session is closed
     */
    public Classifier(Session session, List<String> labels) throws ModelException {
        this.session = session;
        this.labels = labels;
        try {
            input = new ImageInput(session.inputs());
        } catch (ModelException error) {
            session.close();
            throw error;
        }
    }

    /** Width of the pictures that the model takes. */
    public int width() {
        return input.width();
    }

    /** Height of the pictures that the model takes. */
    public int height() {
        return input.height();
    }

    /**
     * Classifies a picture of the model's size.
     *
     * @param argb pixels row by row, 8 bits each of alpha, red, green and blue
     * @throws ModelException with a sentence, if the model is no classifier or the runtime fails
     */
    public Answer classify(int[] argb) throws ModelException {
        session.write(input.pack(argb));
        long start = Clock.SYSTEM.nanoseconds();
        session.run();
        double milliseconds =
                (Clock.SYSTEM.nanoseconds() - start) / NANOSECONDS_PER_MILLISECOND;
        return new Answer(
                Classification.top(GUESSES, session.outputs(), session.read(), labels),
                milliseconds);
    }

    @Override
    public void close() {
        session.close();
    }
}
