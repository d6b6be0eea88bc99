package org.pikelpn.demo.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** An engine whose output is its input plus an offset, and which notes what happens to it. */
final class FakeEngine implements Engine {
    static final byte[] MODEL = {28, 0, 0, 0, 'T', 'F', 'L', '3', 0, 0, 0, 0, 0, 0, 0, 0};

    int runs;
    int closed;
    int offset;
    int failAtRun = Integer.MAX_VALUE;
    Runnable everyRun = new Runnable() {
        @Override
        public void run() {}
    };

    static ModelFile model() throws ModelException {
        return new ModelFile("fake.tflite", MODEL.clone());
    }

    @Override
    public String runtime() {
        return "Fake 1";
    }

    @Override
    public List<OperatorTime> profile(ModelFile model, EngineOptions options, int count) {
        return Collections.singletonList(new OperatorTime("FAKE", 0, false, count));
    }

    @Override
    public Session open(ModelFile model, EngineOptions options) {
        return new Session() {
            private byte[] sample;

            @Override
            public TensorInfo[] inputs() {
                return new TensorInfo[] {tensor("in")};
            }

            @Override
            public TensorInfo[] outputs() {
                return new TensorInfo[] {tensor("out")};
            }

            private TensorInfo tensor(String name) {
                return new TensorInfo(name, new int[] {1, 4}, TensorInfo.Type.INT8, 0.5, 0);
            }

            @Override
            public void write(byte[] next) {
                sample = Arrays.copyOf(next, 4);
            }

            @Override
            public void run() throws ModelException {
                if (++runs >= failAtRun) {
                    throw new ModelException("It failed.");
                }
                everyRun.run();
            }

            @Override
            public byte[] read() {
                byte[] output = sample.clone();
                output[2] += offset;
                return output;
            }

            @Override
            public void close() {
                closed++;
            }
        };
    }
}
