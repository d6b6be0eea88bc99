package org.pikelpn.demo.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.pikelpn.demo.core.OperatorTime;

/** The time of each operator; {@code profile.c} asks the runtime for it. */
final class Profiler {
    // Layout of the C structure: nanoseconds, begin, index, whether inside a delegate, name.
    private static final int SLOT = 128;
    private static final int INDEX = 16;
    private static final int INSIDE = 20;
    private static final int NAME = 24;
    private static final int MOST_OPERATORS = 4096;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    static {
        NativeLibrary.load();
    }

    private Profiler() {}

    /**
     * Runs a model on inputs of zeros.
     *
     * @param model the file, in a direct buffer
     * @param delegate handle of a delegate that is not in use elsewhere, or 0
     * @param runs how many runs to take the mean of; one more goes before them
     * @throws IllegalStateException if the runtime fails
     */
    static List<OperatorTime> measure(ByteBuffer model, long delegate, int threads, int runs) {
        ByteBuffer report = ByteBuffer.allocateDirect(SLOT * MOST_OPERATORS)
                .order(ByteOrder.nativeOrder());
        int filled = measure(
                model, model.capacity(), delegate, threads, runs, report, MOST_OPERATORS);
        if (filled < 0) {
            throw new IllegalStateException("the runtime failed");
        }
        List<OperatorTime> operators = new ArrayList<>();
        for (int start = 0; start < filled * SLOT; start += SLOT) {
            operators.add(new OperatorTime(name(report, start), report.getInt(start + INDEX),
                    report.getInt(start + INSIDE) != 0,
                    report.getLong(start) / NANOSECONDS_PER_MILLISECOND / runs));
        }
        return operators;
    }

    private static String name(ByteBuffer report, int start) {
        byte[] bytes = new byte[SLOT - NAME];
        int length = 0;
        for (byte next = report.get(start + NAME); next != 0;
                next = report.get(start + NAME + length)) {
            bytes[length++] = next;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static native int measure(ByteBuffer model, long size, long delegate, int threads,
            int runs, ByteBuffer report, int capacity);
}
