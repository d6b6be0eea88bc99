package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.Test;

public class BundleTest {
    @Test
    public void entriesAreRead() {
        List<Bundle.Entry> entries = Bundle.read("{\"models\": [{\"title\": \"T\", \"bytes\": 12, "
                + "\"model\": \"m.tflite\", \"labels\": [\"a\", \"b\"]}]}");
        assertEquals(1, entries.size());
        assertEquals("T", entries.get(0).title());
        assertEquals(12, entries.get(0).bytes());
        assertEquals("", entries.get(0).golden());
        assertEquals(Arrays.asList("a", "b"), entries.get(0).labels());
    }

    @Test
    public void anIndexNamesModels() {
        assertThrows(IllegalArgumentException.class, () -> Bundle.read("{}"));
        assertThrows(IllegalArgumentException.class, () -> Bundle.read("nothing"));
    }
}
