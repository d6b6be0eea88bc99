package org.pikelpn.demo.core;

import java.util.Arrays;

/** Name, shape, element type and grid of a model's input or output. */
public final class TensorInfo {
    /** Element types of inputs and outputs. */
    public enum Type {
        INT8(1), UINT8(1), INT16(2), INT32(4), INT64(8), FLOAT32(4), BOOL(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** Size of one element. */
        public int bytes() {
            return bytes;
        }
    }

    private final String name;
    private final int[] shape;
    private final Type type;
    private final double scale;
    private final int zeroPoint;

    /**
     * Describes a tensor; a real value is {@code scale * (stored - zeroPoint)}.
     *
     * @param shape all dimensions, the batch included
     * @param scale 0 where the tensor is not quantized
     */
    public TensorInfo(String name, int[] shape, Type type, double scale, int zeroPoint) {
        this.name = name;
        this.shape = shape.clone();
        this.type = type;
        this.scale = scale;
        this.zeroPoint = zeroPoint;
    }

    public String name() {
        return name;
    }

    public int[] shape() {
        return shape.clone();
    }

    public Type type() {
        return type;
    }

    public double scale() {
        return scale;
    }

    public int zeroPoint() {
        return zeroPoint;
    }

    /** Number of elements. */
    public int elements() {
        int product = 1;
        for (int size : shape) {
            product *= size;
        }
        return product;
    }

    /** Size of the tensor in memory. */
    public int bytes() {
        return elements() * type.bytes();
    }

    @Override
    public String toString() {
        return type.name().toLowerCase(java.util.Locale.ROOT) + Arrays.toString(shape);
    }
}
