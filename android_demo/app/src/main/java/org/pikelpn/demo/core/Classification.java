package org.pikelpn.demo.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The likeliest classes of a picture, from a model's logits or probabilities. */
public final class Classification {
    /** A class with its share of the probability, 0 to 1. */
    public static final class Guess implements Comparable<Guess> {
        private final String label;
        private final double probability;

        Guess(String label, double probability) {
            this.label = label;
            this.probability = probability;
        }

        public String label() {
            return label;
        }

        public double probability() {
            return probability;
        }

        @Override
        public int compareTo(Guess other) {
            return Double.compare(other.probability, probability);
        }
    }

    private Classification() {}

    /**
     * The likeliest classes, likeliest first; the softmax of the output's values.
     *
     * @param outputs the model's outputs; the first one counts
     * @param bytes as {@link Session#read} gives them
     * @param labels names of the classes; a class without one is called by its number
     * @throws ModelException with a sentence, if the output is no list of classes
     */
    public static List<Guess> top(int count, TensorInfo[] outputs, byte[] bytes,
            List<String> labels) throws ModelException {
        double[] values = values(outputs[0], bytes);
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        double sum = 0;
        for (double value : values) {
            sum += Math.exp(value - largest);
        }
        List<Guess> guesses = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            String label = i < labels.size() ? labels.get(i) : "class " + i;
            guesses.add(new Guess(label, Math.exp(values[i] - largest) / sum));
        }
        Collections.sort(guesses);
        return guesses.subList(0, Math.min(count, guesses.size()));
    }

    private static double[] values(TensorInfo output, byte[] bytes) throws ModelException {
        int[] shape = output.shape();
        int classes = shape[shape.length - 1];
        if (classes != output.elements() || classes < 2) {
            throw new ModelException(
                    "The model is no classifier: its output is " + output + ".");
        }
        double scale = output.scale() == 0 ? 1 : output.scale();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[classes];
        for (int i = 0; i < classes; i++) {
            switch (output.type()) {
                case INT8:
                    values[i] = scale * (buffer.get() - output.zeroPoint());
                    break;
                case UINT8:
                    values[i] = scale * ((buffer.get() & 255) - output.zeroPoint());
                    break;
                case FLOAT32:
                    values[i] = buffer.getFloat();
                    break;
                default:
                    throw new ModelException("The classes are of a type that cannot be shown: "
                            + output + ".");
            }
        }
        return values;
    }
}
