package org.pikelpn.demo.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Counts differing elements of outputs, sample by sample. */
final class Comparison {
    private final TensorInfo[] outputs;
    private long compared;
    private long differing;
    private long largest;
    private String first = "";

    Comparison(TensorInfo[] outputs) {
        this.outputs = outputs;
    }

    /** Compares the outputs of one sample, both as {@link Session#read} gives them. */
    void add(int sample, byte[] computed, byte[] expected) {
        ByteBuffer left = ByteBuffer.wrap(computed).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer right = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN);
        for (TensorInfo output : outputs) {
            for (int i = 0; i < output.elements(); i++) {
                long difference = Math.abs(next(left, output) - next(right, output));
                compared++;
                if (difference != 0) {
                    note(difference, sample, output, i);
                }
            }
        }
    }

    private void note(long difference, int sample, TensorInfo output, int element) {
        differing++;
        largest = Math.max(largest, difference);
        if (first.isEmpty()) {
            first = "sample " + sample + ", output '" + output.name() + "', element " + element;
        }
    }

    /** The next element as an integer; of a float its bits, so that equal means the same bytes. */
    private static long next(ByteBuffer buffer, TensorInfo output) {
        switch (output.type()) {
            case INT8:
                return buffer.get();
            case UINT8:
            case BOOL:
                return buffer.get() & 255;
            case INT16:
                return buffer.getShort();
            case INT64:
                return buffer.getLong();
            default:
                return buffer.getInt();
        }
    }

    ExactnessCheck.Report report() {
        return new ExactnessCheck.Report(compared, differing, largest, first);
    }
}
