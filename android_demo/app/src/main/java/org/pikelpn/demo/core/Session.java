package org.pikelpn.demo.core;

/** A loaded model. Not safe for use by two threads at once. */
public interface Session extends AutoCloseable {
    /** The model's inputs, in its order. */
    TensorInfo[] inputs();

    /** The model's outputs, in its order. */
    TensorInfo[] outputs();

    /**
     * Puts the bytes of one sample into the inputs.
     *
     * @param sample all inputs one behind the other, little endian
     */
    void write(byte[] sample);

    /**
     * Computes; this alone is what a benchmark times.
     *
     * @throws ModelException with a sentence for the user, if the runtime fails
     */
    void run() throws ModelException;

    /** The bytes of all outputs, one behind the other, little endian. */
    byte[] read();

    @Override
    void close();
}
