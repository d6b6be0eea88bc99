package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class ResultTest {
    private static final DeviceInfo DEVICE =
            new DeviceInfo("Maker, Phone \"9\"", "Android 14", "SoC", "arm64-v8a", 8);

    private static Map<String, Object> result() throws ModelException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            samples.add(new Sample(i / 20.0, i, -1));
        }
        BenchmarkResult result = new BenchmarkResult(FakeEngine.model(), "Fake 1",
                new EngineOptions(EngineOptions.Kernels.BUILTIN, 3), 12.5, 40, 5, samples, -1, -1);
        return ResultJson.of(result, DEVICE, "2026-01-02T03:04:05Z",
                new ExactnessCheck.Report(80, 0, 0, ""));
    }

    /** The schema that `tflite_export.benchmark` writes too; a Python test reads these names. */
    @Test
    public void jsonHasTheSchema() throws Exception {
        Object json = JsonReader.read(JsonWriter.write(result()));
        assertEquals("pikelpn.benchmark/1", JsonPath.text(json, "schema"));
        assertEquals("builtin", JsonPath.text(json, "engine", "name"));
        assertEquals(3, JsonPath.number(json, "engine", "threads"), 0);
        assertEquals(15.5, JsonPath.number(json, "latency_ms", "p50"), 1e-12);
        assertEquals(27.1, JsonPath.number(json, "latency_ms", "p90"), 1e-12);
        assertEquals(64, JsonPath.text(json, "model", "sha256").length());
        assertEquals(0, JsonPath.number(json, "exactness", "differing"), 0);
        assertNull(JsonPath.get(json, "memory", "model_bytes"));
        assertEquals(Boolean.TRUE, JsonPath.get(json, "valid"));
        assertEquals(30, ((List<?>) JsonPath.get(json, "samples_ms")).size());
        assertEquals(Collections.nCopies(30, null), JsonPath.get(json, "samples_thermal"));
    }

    @Test
    public void csvQuotesAndLeavesUnknownEmpty() throws Exception {
        String csv = ResultCsv.of(Arrays.asList(result(), ResultJson.error("no")));
        String[] lines = csv.split("\r\n");
        assertEquals(3, lines.length);
        assertTrue(lines[0].startsWith("started,model.name,model.bytes"));
        assertTrue(lines[1].contains(",\"Maker, Phone \"\"9\"\"\","));
        assertTrue(lines[1].contains(",15.5,"));
        assertTrue(lines[2].matches(",+"));
    }

    @Test
    public void csvOfReadJsonIsTheSame() throws Exception {
        Map<String, Object> again = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry
                : ((Map<?, ?>) JsonReader.read(JsonWriter.write(result()))).entrySet()) {
            again.put((String) entry.getKey(), entry.getValue());
        }
        assertEquals(ResultCsv.of(Collections.singletonList(result())).replace(".0,", ","),
                ResultCsv.of(Collections.singletonList(again)));
    }

    @Test
    public void errorIsAResultToo() {
        assertEquals("It broke.", ResultJson.error("It broke.").get("error"));
    }
}
