package org.pikelpn.demo.device;

import android.content.Context;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.pikelpn.demo.core.JsonReader;
import org.pikelpn.demo.core.JsonWriter;

/** The results that this device has measured, a file each. */
public final class History {
    private final File folder;

    public History(Context context) {
        folder = new File(context.getFilesDir(), "results");
    }

    /** Keeps a result. */
    public void add(Map<String, Object> result) throws IOException {
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new IOException(folder + " cannot be made");
        }
        File file = new File(folder, System.currentTimeMillis() + ".json");
        Files.write(file, JsonWriter.write(result));
    }

    /** All results, oldest first; files that are damaged are passed over. */
    public List<Map<String, Object>> all() {
        List<Map<String, Object>> results = new ArrayList<>();
        for (File file : files()) {
            Map<String, Object> result = read(file);
            if (result != null) {
                results.add(result);
            }
        }
        return results;
    }

    /** Deletes all results. */
    public void clear() {
        for (File file : files()) {
            file.delete();
        }
    }

    private File[] files() {
        File[] files = folder.listFiles();
        if (files == null) {
            return new File[0];
        }
        Arrays.sort(files);
        return files;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> read(File file) {
        try {
            Object value = JsonReader.read(new String(Files.file(file), StandardCharsets.UTF_8));
            return value instanceof Map ? (Map<String, Object>) value : null;
        } catch (IOException | IllegalArgumentException error) {
            return null;
        }
    }
}
