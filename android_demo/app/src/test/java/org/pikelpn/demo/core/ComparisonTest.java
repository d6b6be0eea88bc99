package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class ComparisonTest {
    private static ExactnessCheck.Report compare(
            TensorInfo.Type type, byte[] computed, byte[] expected) {
        int[] shape = {1, computed.length / type.bytes()};
        Comparison comparison = new Comparison(
                new TensorInfo[] {new TensorInfo("out", shape, type, 1, 0)});
        comparison.add(0, computed, expected);
        return comparison.report();
    }

    @Test
    public void unsignedBytesDifferByTheirValues() {
        assertEquals(255, compare(TensorInfo.Type.UINT8, new byte[] {-1}, new byte[1]).largest());
        assertEquals(1, compare(TensorInfo.Type.INT8, new byte[] {-1}, new byte[1]).largest());
    }

    @Test
    public void wideElementsAreOneEach() {
        byte[] computed = {0, 1, 0, 0, 0, 0, 0, 0};
        assertEquals(256, compare(TensorInfo.Type.INT16, computed, new byte[8]).largest());
        assertEquals(4, compare(TensorInfo.Type.INT16, computed, new byte[8]).compared());
        assertEquals(2, compare(TensorInfo.Type.INT32, computed, new byte[8]).compared());
        assertEquals(1, compare(TensorInfo.Type.INT64, computed, new byte[8]).compared());
        assertEquals(1, compare(TensorInfo.Type.FLOAT32, computed, new byte[8]).differing());
    }
}
