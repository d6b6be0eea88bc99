package org.pikelpn.demo.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

public class PictureTest {
    private static final int[] PIXELS = {0xFF000000, 0xFFFFFFFF, 0xFF0180FF, 0x00102030};

    private static TensorInfo[] input(TensorInfo.Type type, int channels, double scale, int zero) {
        return new TensorInfo[] {
            new TensorInfo("image", new int[] {1, 2, 2, channels}, type, scale, zero)};
    }

    @Test
    public void pixelsOfAPikelpnAreStoredAsTheyAre() throws ModelException {
        TensorInfo[] inputs = input(TensorInfo.Type.INT8, 3, 1 / 256.0, -128);
        byte[] expected = {-128, -128, -128, 127, 127, 127, -127, 0, 127, -112, -96, -80};
        assertArrayEquals(expected, new ImageInput(inputs).pack(PIXELS));
    }

    @Test
    public void otherScalesAreReached() throws ModelException {
        byte[] packed = new ImageInput(input(TensorInfo.Type.UINT8, 3, 1 / 64.0, 10)).pack(PIXELS);
        assertArrayEquals(new byte[] {10, 10, 10, 74, 74, 74, 10, 42, 74, 14, 18, 22}, packed);
        // 2 / 256 * 64 is a half, which goes up.
        int[] halves = {0xFF020202, 0xFF010101, 0xFF060606, 0xFF030303};
        byte[] rounded = new ImageInput(input(TensorInfo.Type.UINT8, 1, 1 / 64.0, 0)).pack(halves);
        assertArrayEquals(new byte[] {1, 0, 2, 1}, rounded);
        byte[] clamped = new ImageInput(input(TensorInfo.Type.INT8, 3, 1 / 1024.0, 0)).pack(PIXELS);
        assertEquals(127, clamped[3]);
    }

    @Test
    public void greyIsLuma() throws ModelException {
        byte[] packed = new ImageInput(input(TensorInfo.Type.UINT8, 1, 1 / 256.0, 0)).pack(PIXELS);
        assertArrayEquals(new byte[] {0, -1, 104, 29}, packed);
    }

    @Test
    public void floatsArePixelsOver256() throws ModelException {
        byte[] packed = new ImageInput(input(TensorInfo.Type.FLOAT32, 1, 0, 0)).pack(PIXELS);
        ByteBuffer buffer = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(255 / 256f, buffer.getFloat(4), 0);
    }

    @Test
    public void whatIsNoPictureIsASentence() {
        ModelException error = assertThrows(ModelException.class,
                () -> new ImageInput(input(TensorInfo.Type.INT8, 2, 1, 0)));
        assertTrue(error.getMessage().contains("int8[1, 2, 2, 2]"));
    }

    @Test
    public void likeliestClassesComeFirst() throws ModelException {
        TensorInfo[] outputs = {
            new TensorInfo("logits", new int[] {1, 3}, TensorInfo.Type.INT8, 0.5, -10)};
        List<Classification.Guess> top = Classification.top(
                2, outputs, new byte[] {-10, -6, -8}, Arrays.asList("cat", "dog"));
        assertEquals(2, top.size());
        assertEquals("dog", top.get(0).label());
        assertEquals("class 2", top.get(1).label());
        double sum = Math.exp(0) + Math.exp(2) + Math.exp(1);
        assertEquals(Math.exp(2) / sum, top.get(0).probability(), 1e-12);
    }

    @Test
    public void unsignedOutputsReachTheirUpperHalf() throws ModelException {
        TensorInfo[] outputs = {
            new TensorInfo("logits", new int[] {1, 2}, TensorInfo.Type.UINT8, 0.01, 0)};
        List<Classification.Guess> top = Classification.top(
                1, outputs, new byte[] {(byte) 200, 100}, Arrays.asList("high", "low"));
        assertEquals("high", top.get(0).label());
    }

    @Test
    public void imagesAreNoClasses() {
        TensorInfo[] outputs = input(TensorInfo.Type.INT8, 3, 1, 0);
        assertThrows(ModelException.class, () -> Classification.top(
                5, outputs, new byte[12], Collections.<String>emptyList()));
    }
}
