package org.pikelpn.demo.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns pictures into the bytes of a model's input; a pixel of 0 to 255 means pixel / 256. */
public final class ImageInput {
    private static final double PIXEL_STEPS = 256;

    private final TensorInfo input;

    /**
     * Checks that the model takes one picture.
     *
     * @throws ModelException with a sentence, if it does not
     */
    public ImageInput(TensorInfo[] inputs) throws ModelException {
        TensorInfo.Type type = inputs[0].type();
        int[] shape = inputs[0].shape();
        boolean fits = inputs.length == 1 && shape.length == 4 && shape[0] == 1
                && (shape[3] == 1 || shape[3] == 3)
                && (type == TensorInfo.Type.INT8 || type == TensorInfo.Type.UINT8
                        || type == TensorInfo.Type.FLOAT32);
        if (!fits) {
            throw new ModelException("The model takes no picture but " + inputs[0]
                    + "; choose one for images of 1 or 3 channels.");
        }
        input = inputs[0];
    }

    /** Width of the picture in pixels. */
    public int width() {
        return input.shape()[2];
    }

    /** Height of the picture in pixels. */
    public int height() {
        return input.shape()[1];
    }

    /**
     * The bytes of a picture of the right size.
     *
     * @param argb pixels row by row, 8 bits each of alpha, red, green and blue
     */
    public byte[] pack(int[] argb) {
        if (argb.length != width() * height()) {
            throw new IllegalArgumentException(
                    argb.length + " pixels are no picture of " + width() + " x " + height());
        }
        ByteBuffer buffer = ByteBuffer.allocate(input.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int pixel : argb) {
            int red = pixel >> 16 & 255;
            int green = pixel >> 8 & 255;
            int blue = pixel & 255;
            if (input.shape()[3] == 1) {
                // Rec. 601 luma in 1000ths, as Pillow's grey pictures.
                put(buffer, (red * 299 + green * 587 + blue * 114) / 1000);
            } else {
                put(buffer, red);
                put(buffer, green);
                put(buffer, blue);
            }
        }
        return buffer.array();
    }

    private void put(ByteBuffer buffer, int pixel) {
        double value = pixel / PIXEL_STEPS;
        if (input.type() == TensorInfo.Type.FLOAT32) {
            buffer.putFloat((float) value);
            return;
        }
        double scale = input.scale() == 0 ? 1 / PIXEL_STEPS : input.scale();
        long stored = (long) Math.floor(value / scale + 0.5) + input.zeroPoint();
        boolean signed = input.type() == TensorInfo.Type.INT8;
        long low = signed ? Byte.MIN_VALUE : 0;
        buffer.put((byte) Math.max(low, Math.min(low + 255, stored)));
    }
}
