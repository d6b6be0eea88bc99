package org.pikelpn.demo.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The bytes of a .tflite file and what is known of them without a runtime. */
public final class ModelFile {
    private static final byte[] IDENTIFIER = "TFL3".getBytes(StandardCharsets.US_ASCII);
    private static final int IDENTIFIER_AT = 4;
    private static final int SMALLEST = 16;

    private final String name;
    private final byte[] bytes;

    /**
     * Checks that the bytes look like a .tflite file.
     *
     * @param name what the user calls the file
     * @throws ModelException if they do not
     */
    public ModelFile(String name, byte[] bytes) throws ModelException {
        if (bytes.length == 0) {
            throw new ModelException("'" + name + "' is empty; choose a .tflite file.");
        }
        if (bytes.length < SMALLEST || !hasIdentifier(bytes)) {
            throw new ModelException("'" + name + "' is no .tflite file; choose one.");
        }
        this.name = name;
        this.bytes = bytes;
    }

    private static boolean hasIdentifier(byte[] bytes) {
        for (int i = 0; i < IDENTIFIER.length; i++) {
            if (bytes[IDENTIFIER_AT + i] != IDENTIFIER[i]) {
                return false;
            }
        }
        return true;
    }

    public String name() {
        return name;
    }

    /** The content itself, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** SHA-256 of the content, 64 hexadecimal digits. */
    public String sha256() {
        return sha256(bytes);
    }

    private static String sha256(byte[] content) {
        try {
            return Golden.hexadecimal(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException("every Java has SHA-256", error);
        }
    }
}
