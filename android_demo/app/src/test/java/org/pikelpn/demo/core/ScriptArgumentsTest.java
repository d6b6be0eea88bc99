package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;

public class ScriptArgumentsTest {
    private static ScriptArguments of(String name, String value) {
        Map<String, String> values = new HashMap<>();
        values.put(name, value);
        return new ScriptArguments(values);
    }

    @Test
    public void defaults() {
        ScriptArguments arguments = new ScriptArguments(Collections.<String, String>emptyMap());
        assertEquals("result", arguments.id());
        assertEquals(EngineOptions.Kernels.XNNPACK, arguments.options().kernels());
        assertEquals(1, arguments.options().threads());
        assertEquals(5, arguments.plan().warmupRuns());
        assertEquals(0, arguments.profileRuns());
    }

    @Test
    public void valuesAreTaken() {
        assertEquals(EngineOptions.Kernels.GPU, of("engine", "GPU").options().kernels());
        assertEquals(4, of("threads", "4").options().threads());
        assertEquals("/data/m.tflite", of("model", "/data/m.tflite").model());
        assertTrue(of("runs", "7").plan().isOver(7, 1));
        assertTrue(!of("runs", "7").plan().isOver(6, 1));
    }

    @Test
    public void nonsenseIsASentence() {
        String[][] cases = {
            {"speed", "1", "'speed' is unknown"},
            {"id", "../evil", "must be letters"},
            {"engine", "npu", "choose xnnpack"},
            {"threads", "0", "threads must be 1"},
            {"threads", "two", "must be a number"},
            {"threads", "1.5", "whole number"},
            {"runs", "0", "runs must be 1"},
            {"profile", "-1", "0 or more runs"},
            {"max_seconds", "0.5", "finite maximum"},
            {"min_seconds", "NaN", "finite maximum"},
        };
        for (String[] wrong : cases) {
            IllegalArgumentException error = assertThrows(wrong[0] + "=" + wrong[1],
                    IllegalArgumentException.class, () -> {
                        ScriptArguments arguments = of(wrong[0], wrong[1]);
                        arguments.options();
                        arguments.plan();
                        arguments.profileRuns();
                    });
            assertTrue(error.getMessage(), error.getMessage().contains(wrong[2]));
        }
    }

    @Test
    public void modelMustBeNamed() {
        assertThrows(IllegalArgumentException.class, () -> of("runs", "1").model());
    }
}
