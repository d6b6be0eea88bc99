package org.pikelpn.demo.engine;

import org.tensorflow.lite.TensorFlowLite;

/** The app's own native code, which calls the runtime's. */
final class NativeLibrary {
    private NativeLibrary() {}

    /** Loads it, after the runtime that it needs. */
    static void load() {
        TensorFlowLite.init();
        System.loadLibrary("pikelpn_native");
    }
}
