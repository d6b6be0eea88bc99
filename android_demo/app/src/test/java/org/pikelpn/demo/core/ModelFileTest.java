package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class ModelFileTest {
    private static String refusal(byte[] bytes) {
        return assertThrows(ModelException.class, () -> new ModelFile("my.tflite", bytes))
                .getMessage();
    }

    @Test
    public void whatIsNoModelIsASentence() {
        assertTrue(refusal(new byte[0]).contains("'my.tflite' is empty"));
        assertTrue(refusal(new byte[] {1, 2, 3}).contains("is no .tflite file"));
        assertTrue(refusal(new byte[1000]).contains("is no .tflite file"));
    }

    @Test
    public void digestIsSha256() throws ModelException {
        // printf '\x1c\0\0\0TFL3\0\0\0\0\0\0\0\0' | sha256sum
        assertEquals("16883beecad88b5ef28b8dc52fbaf08957b25d11d3debd5ac55d1cb495c9c783",
                FakeEngine.model().sha256());
    }
}
