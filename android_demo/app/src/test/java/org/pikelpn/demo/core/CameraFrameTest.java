package org.pikelpn.demo.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.Test;

public class CameraFrameTest {
    private static CameraFrame.Plane plane(int rowStride, int pixelStride, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new CameraFrame.Plane(ByteBuffer.wrap(bytes), rowStride, pixelStride);
    }

    /** A frame without colour. */
    static CameraFrame grey(int width, int height, int... brightness) {
        int[] neutral = new int[((width + 1) / 2) * ((height + 1) / 2)];
        Arrays.fill(neutral, 128);
        CameraFrame.Plane colour = plane((width + 1) / 2, 1, neutral);
        return new CameraFrame(width, height, plane(width, 1, brightness), colour, colour);
    }

    /** Brightness of pixels, which must be grey. */
    private static int[] brightness(int[] argb) {
        int[] brightness = new int[argb.length];
        for (int i = 0; i < argb.length; i++) {
            brightness[i] = argb[i] & 255;
            assertEquals(0xFF000000 | brightness[i] * 0x010101, argb[i]);
        }
        return brightness;
    }

    @Test
    public void pixelsStayWhereTheyAre() {
        CameraFrame frame = grey(2, 2, 0, 80, 160, 255);
        assertArrayEquals(new int[] {0, 80, 160, 255}, brightness(frame.pixels(2, 2, 0)));
    }

    @Test
    public void picturesAreTurnedClockwise() {
        CameraFrame frame = grey(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertArrayEquals(new int[] {7, 4, 1, 8, 5, 2, 9, 6, 3},
                brightness(frame.pixels(3, 3, 90)));
        assertArrayEquals(new int[] {9, 8, 7, 6, 5, 4, 3, 2, 1},
                brightness(frame.pixels(3, 3, 180)));
        assertArrayEquals(new int[] {3, 6, 9, 2, 5, 8, 1, 4, 7},
                brightness(frame.pixels(3, 3, 270)));
        assertThrows(IllegalArgumentException.class, () -> frame.pixels(3, 3, 45));
    }

    @Test
    public void theMiddleOfWideAndTallPicturesIsTaken() {
        int[] ten = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        assertArrayEquals(new int[] {1, 2, 6, 7}, brightness(grey(5, 2, ten).pixels(2, 2, 0)));
        assertArrayEquals(new int[] {2, 3, 4, 5}, brightness(grey(2, 5, ten).pixels(2, 2, 0)));
        assertArrayEquals(new int[] {6, 1, 7, 2}, brightness(grey(5, 2, ten).pixels(2, 2, 90)));
    }

    @Test
    public void smallerPicturesAreMeansAndLargerOnesRepeat() {
        CameraFrame frame = grey(4, 4, 10, 11, 0, 0, 12, 14, 0, 2, 1, 2, 200, 200, 3, 4, 200, 202);
        // 47 / 4, 2 / 4, 10 / 4 and 802 / 4; halves go up.
        assertArrayEquals(new int[] {12, 1, 3, 201}, brightness(frame.pixels(2, 2, 0)));
        assertArrayEquals(new int[] {1, 201, 12, 3}, brightness(frame.pixels(2, 2, 270)));
        assertArrayEquals(new int[] {5, 5, 6, 6, 5, 5, 6, 6, 7, 7, 8, 8, 7, 7, 8, 8},
                brightness(grey(2, 2, 5, 6, 7, 8).pixels(4, 4, 0)));
    }

    @Test
    public void picturesNeedNotBeSquare() {
        CameraFrame frame = grey(2, 2, 10, 20, 30, 40);
        assertArrayEquals(new int[] {15, 35}, brightness(frame.pixels(1, 2, 0)));
        assertArrayEquals(new int[] {20, 30}, brightness(frame.pixels(2, 1, 0)));
        assertArrayEquals(new int[] {35, 15}, brightness(frame.pixels(2, 1, 90)));
    }

    @Test
    public void coloursAreThoseOfJpeg() {
        // White, red, green, blue and black in JPEG's brightness and colour differences.
        int[][] colours = {{255, 128, 128, 0xFFFFFFFF}, {76, 85, 255, 0xFFFE0000},
            {150, 44, 21, 0xFF00FF01}, {29, 255, 107, 0xFF0000FE}, {0, 128, 128, 0xFF000000}};
        for (int[] colour : colours) {
            CameraFrame frame = new CameraFrame(1, 1, plane(1, 1, colour[0]),
                    plane(1, 1, colour[1]), plane(1, 1, colour[2]));
            assertEquals(colour[3], frame.pixels(1, 1, 0)[0]);
        }
    }

    @Test
    public void rowsMayLieApartAndColoursBetweenEachOther() {
        // A row of brightness has two bytes too many; blue and red take turns.
        CameraFrame frame = new CameraFrame(4, 2,
                plane(6, 1, 90, 90, 90, 90, 7, 7, 90, 90, 90, 90),
                plane(6, 2, 128, 255, 255, 128), plane(6, 2, 128, 255, 255));
        int[] pixels = frame.pixels(2, 2, 0);
        // The square is the middle: one column of each block.
        assertEquals(0xFF5A5A5A, pixels[0]);
        assertEquals(255, pixels[1] >> 16 & 255);
        assertEquals(255, pixels[1] & 255);
    }

    @Test
    public void turnOfTheSensorAndOfTheScreen() {
        assertEquals(90, CameraFrame.upright(90, 0, false));
        assertEquals(0, CameraFrame.upright(90, 90, false));
        assertEquals(180, CameraFrame.upright(90, 270, false));
        assertEquals(270, CameraFrame.upright(270, 0, true));
        assertEquals(0, CameraFrame.upright(270, 90, true));
    }
}
