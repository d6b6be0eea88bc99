package org.pikelpn.demo.engine;

import org.tensorflow.lite.Delegate;

/** XNNPACK with its integer kernels; {@code xnnpack.c} says why it is made here. */
final class Xnnpack implements Delegate {
    static {
        NativeLibrary.load();
    }

    private long handle;

    /**
     * Makes the delegate.
     *
     * @throws IllegalStateException if the runtime cannot
     */
    Xnnpack(int threads) {
        handle = create(threads);
        if (handle == 0) {
            throw new IllegalStateException("no XNNPACK on this processor");
        }
    }

    @Override
    public long getNativeHandle() {
        return handle;
    }

    @Override
    public void close() {
        if (handle != 0) {
            delete(handle);
            handle = 0;
        }
    }

    private static native long create(int threads);

    private static native void delete(long handle);
}
