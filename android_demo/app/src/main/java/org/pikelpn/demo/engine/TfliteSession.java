package org.pikelpn.demo.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.Session;
import org.pikelpn.demo.core.TensorInfo;
import org.tensorflow.lite.Delegate;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.Tensor;

/** A model in an interpreter of TensorFlow Lite; owns the interpreter and its delegate. */
final class TfliteSession implements Session {
    private final String name;
    private final Interpreter interpreter;
    private final Delegate delegate;
    private final TensorInfo[] inputs;
    private final TensorInfo[] outputs;
    private final ByteBuffer[] inputBuffers;
    private final Map<Integer, Object> outputBuffers = new HashMap<>();

    TfliteSession(String name, Interpreter interpreter, Delegate delegate) {
        this.name = name;
        this.interpreter = interpreter;
        this.delegate = delegate;
        inputs = new TensorInfo[interpreter.getInputTensorCount()];
        inputBuffers = new ByteBuffer[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = describe(interpreter.getInputTensor(i));
            inputBuffers[i] = buffer(inputs[i]);
        }
        outputs = new TensorInfo[interpreter.getOutputTensorCount()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = describe(interpreter.getOutputTensor(i));
            outputBuffers.put(i, buffer(outputs[i]));
        }
    }

    private static TensorInfo describe(Tensor tensor) {
        Tensor.QuantizationParams grid = tensor.quantizationParams();
        TensorInfo.Type type;
        try {
            type = TensorInfo.Type.valueOf(tensor.dataType().name());
        } catch (IllegalArgumentException error) {
            throw new IllegalArgumentException("tensors of " + tensor.dataType(), error);
        }
        return new TensorInfo(
                tensor.name(), tensor.shape(), type, grid.getScale(), grid.getZeroPoint());
    }

    private static ByteBuffer buffer(TensorInfo tensor) {
        return ByteBuffer.allocateDirect(tensor.bytes()).order(ByteOrder.nativeOrder());
    }

    @Override
    public TensorInfo[] inputs() {
        return inputs.clone();
    }

    @Override
    public TensorInfo[] outputs() {
        return outputs.clone();
    }

    @Override
    public void write(byte[] sample) {
        int at = 0;
        for (ByteBuffer buffer : inputBuffers) {
            buffer.clear();
            buffer.put(sample, at, buffer.capacity());
            at += buffer.capacity();
        }
    }

    @Override
    public void run() throws ModelException {
        for (ByteBuffer buffer : inputBuffers) {
            buffer.rewind();
        }
        for (Object buffer : outputBuffers.values()) {
            ((ByteBuffer) buffer).rewind();
        }
        try {
            interpreter.runForMultipleInputsOutputs(inputBuffers, outputBuffers);
        } catch (IllegalArgumentException | IllegalStateException error) {
            throw new ModelException(
                    "The runtime failed on '" + name + "'; try another engine.", error);
        }
    }

    @Override
    public byte[] read() {
        int bytes = 0;
        for (TensorInfo output : outputs) {
            bytes += output.bytes();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (int i = 0; i < outputs.length; i++) {
            ByteBuffer buffer = (ByteBuffer) outputBuffers.get(i);
            buffer.rewind();
            all.put(buffer);
        }
        return all.array();
    }

    @Override
    public void close() {
        interpreter.close();
        if (delegate != null) {
            delegate.close();
        }
    }
}
