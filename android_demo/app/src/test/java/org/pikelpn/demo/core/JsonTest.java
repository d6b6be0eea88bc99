package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

public class JsonTest {
    @Test
    public void writtenIsRead() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("text \"quoted\" \\ \n \u00e9", "\t\u0001");
        map.put("numbers", Arrays.<Object>asList(1.5, -2.0, 1e-7));
        map.put("nothing", null);
        map.put("yes", true);
        map.put("empty", new LinkedHashMap<String, Object>());
        assertEquals(map, JsonReader.read(JsonWriter.write(map)));
    }

    @Test
    public void numbersAreWrittenAsJson() {
        assertEquals("[1, 2.5, 3]\n", JsonWriter.write(Arrays.<Object>asList(1, 2.5, 3L)));
        assertThrows(IllegalArgumentException.class, () -> JsonWriter.write(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> JsonWriter.write(new Object()));
    }

    @Test
    public void escapesAreRead() {
        assertEquals("a\"\u00fc/\n", JsonReader.read("\"a\\\"\\u00fc\\/\\n\""));
    }

    @Test
    public void whatIsNoJsonIsRefused() {
        for (String text : new String[] {"", "{", "[1,", "{\"a\"}", "{1:2}", "tru", "1 2", "\"a",
            "\"\\u12", "\"\\x\"", "nul", "-", "[1}"}) {
            IllegalArgumentException error = assertThrows(text,
                    IllegalArgumentException.class, () -> JsonReader.read(text));
            assertTrue(error.getMessage().startsWith("no JSON"));
        }
    }

    @Test
    public void deepNestingIsRefused() {
        char[] brackets = new char[100_000];
        Arrays.fill(brackets, '[');
        assertThrows(IllegalArgumentException.class, () -> JsonReader.read(new String(brackets)));
    }

    @Test
    public void pathsLookInside() {
        Object root = JsonReader.read("{\"a\": {\"b\": 3, \"c\": \"d\"}}");
        assertEquals(3, JsonPath.number(root, "a", "b"), 0);
        assertEquals("d", JsonPath.text(root, "a", "c"));
        assertEquals("", JsonPath.text(root, "a", "b"));
        assertNull(JsonPath.get(root, "x", "y"));
        assertTrue(Double.isNaN(JsonPath.number(root, "a")));
    }
}
