package org.pikelpn.demo.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Inputs and the exact outputs that belong to them, as {@code tools/golden.py} writes them.
 *
 * <p>Little endian: "PIKELPN1", samples, input bytes and output bytes of a sample (int32 each), the
 * SHA-256 of the model (32 bytes), all inputs, all outputs.
 */
public final class Golden {
    private static final byte[] MAGIC = "PIKELPN1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final int HEADER_BYTES = MAGIC.length + 3 * 4 + DIGEST_BYTES;

    private final String digest;
    private final byte[][] inputs;
    private final byte[][] outputs;

    private Golden(String digest, byte[][] inputs, byte[][] outputs) {
        this.digest = digest;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * Reads the bytes of a golden file.
     *
     * @throws ModelException with a sentence, if they are none or are incomplete
     */
    public static Golden read(byte[] content) throws ModelException {
        ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (content.length >= HEADER_BYTES) {
            buffer.get(magic);
        }
        if (!Arrays.equals(magic, MAGIC)) {
            throw new ModelException("This is no file of golden outputs; choose a .golden file.");
        }
        int samples = buffer.getInt();
        int inputBytes = buffer.getInt();
        int outputBytes = buffer.getInt();
        byte[] digest = new byte[DIGEST_BYTES];
        buffer.get(digest);
        long expected = HEADER_BYTES + (long) samples * ((long) inputBytes + outputBytes);
        if (samples < 1 || inputBytes < 1 || outputBytes < 1 || content.length != expected) {
            throw new ModelException("The file of golden outputs is damaged; export it again.");
        }
        return new Golden(hexadecimal(digest), blocks(buffer, samples, inputBytes),
                blocks(buffer, samples, outputBytes));
    }

    private static byte[][] blocks(ByteBuffer buffer, int count, int size) {
        byte[][] blocks = new byte[count][size];
        for (byte[] block : blocks) {
            buffer.get(block);
        }
        return blocks;
    }

    static String hexadecimal(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
        }
        return text.toString();
    }

    /** SHA-256 of the model that the outputs belong to. */
    public String digest() {
        return digest;
    }

    /** Number of inputs with their outputs. */
    public int samples() {
        return inputs.length;
    }

    /** The bytes of a sample's inputs, not a copy. */
    public byte[] input(int sample) {
        return inputs[sample];
    }

    /** The bytes that a sample's outputs must be, not a copy. */
    public byte[] output(int sample) {
        return outputs[sample];
    }
}
