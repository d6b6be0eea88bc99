package org.pikelpn.demo.core;

/** Computes golden inputs and counts the integers that differ from the golden outputs. */
public final class ExactnessCheck {
    private ExactnessCheck() {}

    /** What the check found. */
    public static final class Report {
        private final long compared;
        private final long differing;
        private final long largest;
        private final String first;

        Report(long compared, long differing, long largest, String first) {
            this.compared = compared;
            this.differing = differing;
            this.largest = largest;
            this.first = first;
        }

        /** Output integers compared. */
        public long compared() {
            return compared;
        }

        /** How many of them differ. */
        public long differing() {
            return differing;
        }

        /** Largest absolute difference. */
        public long largest() {
            return largest;
        }

        /** Output and place of the first difference, or an empty text. */
        public String first() {
            return first;
        }

        /** Whether something was compared and nothing differs. */
        public boolean isExact() {
            return compared > 0 && differing == 0;
        }
    }

    /**
     * Compares all samples.
     *
     * @throws ModelException with a sentence, if the golden file belongs to another model, does not
     *     fit its edges, or the model cannot be run
     */
    public static Report run(Engine engine, ModelFile model, EngineOptions options, Golden golden,
            Progress progress) throws ModelException {
        if (!golden.digest().equals(model.sha256())) {
            throw new ModelException("The golden outputs belong to another model than '"
                    + model.name() + "'; export both together.");
        }
        try (Session session = engine.open(model, options)) {
            checkSizes(session, golden);
            Comparison comparison = new Comparison(session.outputs());
            for (int i = 0; i < golden.samples(); i++) {
                if (!progress.goOn((double) i / golden.samples())) {
                    throw new ModelException("The check was stopped before its end.");
                }
                session.write(golden.input(i));
                session.run();
                comparison.add(i, session.read(), golden.output(i));
            }
            return comparison.report();
        }
    }

    private static void checkSizes(Session session, Golden golden) throws ModelException {
        if (bytes(session.inputs()) != golden.input(0).length
                || bytes(session.outputs()) != golden.output(0).length) {
            throw new ModelException(
                    "The golden outputs have other sizes than the model; export both together.");
        }
    }

    private static int bytes(TensorInfo[] tensors) {
        int bytes = 0;
        for (TensorInfo tensor : tensors) {
            bytes += tensor.bytes();
        }
        return bytes;
    }
}
