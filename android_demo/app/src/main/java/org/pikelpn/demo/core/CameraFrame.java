package org.pikelpn.demo.core;

import java.nio.ByteBuffer;

/**
 * A picture as cameras give it: brightness for each pixel, two colour differences for each block of
 * 2 x 2, full range by Rec. 601 as in JPEG (Android's YUV_420_888).
 */
public final class CameraFrame {
    /** The bytes of one of its three parts; rows and neighbours may lie apart. */
    public static final class Plane {
        private final ByteBuffer bytes;
        private final int rowStride;
        private final int pixelStride;

        /**
         * Describes the bytes, which are read where they lie.
         *
         * @param rowStride bytes from one row to the next
         * @param pixelStride bytes from one neighbour to the next
         */
        public Plane(ByteBuffer bytes, int rowStride, int pixelStride) {
            this.bytes = bytes;
            this.rowStride = rowStride;
            this.pixelStride = pixelStride;
        }

        private int at(int row, int column) {
            return bytes.get(row * rowStride + column * pixelStride) & 255;
        }

        /** Sum over rows and columns from the first bounds to before the second. */
        private long sum(int top, int bottom, int left, int right) {
            long sum = 0;
            for (int row = top; row < bottom; row++) {
                for (int column = left; column < right; column++) {
                    sum += at(row, column);
                }
            }
            return sum;
        }
    }

    private static final int QUARTER = 90;
    private static final int NEUTRAL = 128;
    private static final int OPAQUE = 0xFF000000;

    private final int width;
    private final int height;
    private final Plane brightness;
    private final Plane blue;
    private final Plane red;

    /** A picture of its size in pixels, with its planes Y, U and V. */
    public CameraFrame(int width, int height, Plane brightness, Plane blue, Plane red) {
        this.width = width;
        this.height = height;
        this.brightness = brightness;
        this.blue = blue;
        this.red = red;
    }

    /**
     * By how many degrees clockwise pictures must be turned to stand upright on the screen.
     *
     * @param sensor how the sensor is mounted, in degrees clockwise
     * @param display how the screen is turned, in degrees counterclockwise
     * @param front whether the camera looks at the user
     */
    public static int upright(int sensor, int display, boolean front) {
        return Math.floorMod(front ? sensor + display : sensor - display, 4 * QUARTER);
    }

    /**
     * The square in its middle, turned and scaled; a pixel is the mean of those that it covers.
     *
     * @param columns width of the result
     * @param rows height of the result
     * @param turn degrees clockwise: 0, 90, 180 or 270
     * @return pixels row by row, 8 bits each of alpha, red, green and blue
     */
    public int[] pixels(int columns, int rows, int turn) {
        int side = Math.min(width, height);
        int left = (width - side) / 2;
        int top = (height - side) / 2;
        int[] pixels = new int[columns * rows];
        for (int row = 0; row < rows; row++) {
            int above = row * side / rows;
            int below = Math.max(above + 1, (row + 1) * side / rows);
            for (int column = 0; column < columns; column++) {
                int before = column * side / columns;
                int behind = Math.max(before + 1, (column + 1) * side / columns);
                pixels[row * columns + column] = turned(
                        top, left, side, above, below, before, behind, turn);
            }
        }
        return pixels;
    }

    /** The mean of a part of the upright square, found where the sensor has it. */
    private int turned(int top, int left, int side, int above, int below, int before, int behind,
            int turn) {
        switch (turn) {
            case 0:
                return mean(top + above, top + below, left + before, left + behind);
            case QUARTER:
                return mean(top + side - behind, top + side - before, left + above, left + below);
            case 2 * QUARTER:
                return mean(top + side - below, top + side - above,
                        left + side - behind, left + side - before);
            case 3 * QUARTER:
                return mean(top + before, top + behind, left + side - below, left + side - above);
            default:
                throw new IllegalArgumentException(turn + " degrees are no quarter turns");
        }
    }

    private int mean(int top, int bottom, int left, int right) {
        double light = (double) brightness.sum(top, bottom, left, right)
                / ((bottom - top) * (right - left));
        // The blocks of 2 x 2 that the part touches.
        int lastRow = (bottom + 1) / 2;
        int lastColumn = (right + 1) / 2;
        int blocks = (lastRow - top / 2) * (lastColumn - left / 2);
        double u = (double) blue.sum(top / 2, lastRow, left / 2, lastColumn) / blocks - NEUTRAL;
        double v = (double) red.sum(top / 2, lastRow, left / 2, lastColumn) / blocks - NEUTRAL;
        return OPAQUE | channel(light + 1.402 * v) << 16
                | channel(light - 0.344136 * u - 0.714136 * v) << 8
                | channel(light + 1.772 * u);
    }

    private static int channel(double value) {
        return (int) Math.max(0, Math.min(255, Math.floor(value + 0.5)));
    }
}
