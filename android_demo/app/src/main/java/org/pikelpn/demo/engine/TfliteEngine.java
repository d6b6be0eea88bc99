package org.pikelpn.demo.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.pikelpn.demo.core.Engine;
import org.pikelpn.demo.core.EngineOptions;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.ModelFile;
import org.pikelpn.demo.core.OperatorTime;
import org.pikelpn.demo.core.Session;
import org.tensorflow.lite.Delegate;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.TensorFlowLite;
import org.tensorflow.lite.gpu.GpuDelegate;

/** TensorFlow Lite with its native library for Android. */
public final class TfliteEngine implements Engine {
    @Override
    public String runtime() {
        return "TensorFlow Lite " + TensorFlowLite.runtimeVersion();
    }

    @Override
    public Session open(ModelFile model, EngineOptions options) throws ModelException {
        ByteBuffer buffer = direct(model);
        Delegate delegate = null;
        try {
            Interpreter.Options own = new Interpreter.Options();
            own.setNumThreads(options.threads());
            own.setUseXNNPACK(false);
            delegate = delegate(options);
            if (delegate != null) {
                own.addDelegate(delegate);
            }
            Interpreter interpreter = new Interpreter(buffer, own);
            interpreter.allocateTensors();
            return new TfliteSession(model.name(), interpreter, delegate);
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException
                | LinkageError error) {
            if (delegate != null) {
                delegate.close();
            }
            throw new ModelException(sentence(model, options), error);
        }
    }

    @Override
    public List<OperatorTime> profile(ModelFile model, EngineOptions options, int runs)
            throws ModelException {
        if (options.kernels() == EngineOptions.Kernels.GPU) {
            throw new ModelException(
                    "The GPU does not tell the time of its operators; choose the CPU.");
        }
        // What does not load here would take the whole app down there.
        open(model, options).close();
        Delegate delegate = delegate(options);
        try {
            return Profiler.measure(direct(model),
                    delegate == null ? 0 : delegate.getNativeHandle(), options.threads(), runs);
        } catch (IllegalStateException error) {
            throw new ModelException(sentence(model, options), error);
        } finally {
            if (delegate != null) {
                delegate.close();
            }
        }
    }

    private static ByteBuffer direct(ModelFile model) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(model.bytes().length);
        buffer.order(ByteOrder.nativeOrder()).put(model.bytes());
        return buffer;
    }

    private static Delegate delegate(EngineOptions options) {
        switch (options.kernels()) {
            case XNNPACK:
                return new Xnnpack(options.threads());
            case GPU:
                return new GpuDelegate();
            default:
                return null;
        }
    }

    private static String sentence(ModelFile model, EngineOptions options) {
        if (options.kernels() == EngineOptions.Kernels.GPU) {
            return "The GPU of this device does not take '" + model.name() + "'; choose the CPU.";
        }
        return "'" + model.name() + "' is damaged or uses operators that this runtime does not "
                + "know; export it again.";
    }
}
