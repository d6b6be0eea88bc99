package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.Test;

public class ExactnessCheckTest {
    private final FakeEngine engine = new FakeEngine();
    private final EngineOptions options = new EngineOptions(EngineOptions.Kernels.XNNPACK, 1);

    /** Two samples whose outputs are their inputs. */
    private static byte[] file(byte[] model, int outputBytes) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(52 + 8 + 2 * outputBytes);
        buffer.order(ByteOrder.LITTLE_ENDIAN).put("PIKELPN1".getBytes("US-ASCII"));
        buffer.putInt(2).putInt(4).putInt(outputBytes);
        buffer.put(MessageDigest.getInstance("SHA-256").digest(model));
        buffer.put(new byte[] {1, 2, 3, 4, -5, -6, 127, -128});
        buffer.put(Arrays.copyOf(new byte[] {1, 2, 3, 4, -5, -6, 127, -128}, 2 * outputBytes));
        return buffer.array();
    }

    private ExactnessCheck.Report check(byte[] file) throws ModelException {
        return ExactnessCheck.run(
                engine, FakeEngine.model(), options, Golden.read(file), Progress.NONE);
    }

    @Test
    public void equalOutputsAreExact() throws Exception {
        ExactnessCheck.Report report = check(file(FakeEngine.MODEL, 4));
        assertTrue(report.isExact());
        assertEquals(8, report.compared());
        assertEquals("", report.first());
        assertEquals(1, engine.closed);
    }

    @Test
    public void differencesAreCountedAndTheFirstIsNamed() throws Exception {
        engine.offset = 1;
        ExactnessCheck.Report report = check(file(FakeEngine.MODEL, 4));
        assertFalse(report.isExact());
        assertEquals(2, report.differing());
        // 127 + 1 wraps around.
        assertEquals(255, report.largest());
        assertEquals("sample 0, output 'out', element 2", report.first());
    }

    @Test
    public void goldenOfAnotherModelIsRefused() throws Exception {
        ModelException error = assertThrows(
                ModelException.class, () -> check(file(new byte[] {1}, 4)));
        assertTrue(error.getMessage().contains("another model than 'fake.tflite'"));
    }

    @Test
    public void goldenOfOtherSizesIsRefused() throws Exception {
        ModelException error = assertThrows(
                ModelException.class, () -> check(file(FakeEngine.MODEL, 3)));
        assertTrue(error.getMessage().contains("other sizes"));
    }

    @Test
    public void everyTruncationIsASentence() throws Exception {
        byte[] whole = file(FakeEngine.MODEL, 4);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(ModelException.class, () -> Golden.read(part));
        }
    }

    @Test
    public void hugeCountsAreASentence() throws Exception {
        byte[] file = file(FakeEngine.MODEL, 4);
        Arrays.fill(file, 8, 20, (byte) 0x7f);
        assertThrows(ModelException.class, () -> Golden.read(file));
    }
}
